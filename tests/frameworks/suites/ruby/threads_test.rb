# frozen_string_literal: true

# Tests in threads are told apart, and so are threads that they start.
require "minitest/autorun"
require "mitmvcr"

class ThreadsTest < Minitest::Test
  include MitmVcr::Minitest
  parallelize_me!

  URL = URI("https://api.test/json")

  def vcr_options = { match: "method,url" }

  def vcr_cassette = "threads/#{name}"

  2.times do |number|
    define_method("test_#{number}") do
      asked = Thread.new do
        MitmVcr.within(vcr) { Net::HTTP.get(URI("#{URL}?thread=#{number}")) }
      end
      assert_includes asked.value, "thread=#{number}"
      assert_nil Thread.new { MitmVcr.current }.value
    end
  end
end
