# frozen_string_literal: true

require "mitmvcr"

RSpec.configure { |config| MitmVcr.rspec(config) }

RSpec.describe "a runner" do
  it "hangs", vcr: "hangs" do
    Net::HTTP.get(URI("https://api.test/json"))
    sleep
  end
end
