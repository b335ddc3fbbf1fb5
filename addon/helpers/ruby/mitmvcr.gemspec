# frozen_string_literal: true

Gem::Specification.new do |spec|
  spec.name = "mitmvcr"
  spec.version = "0.1.0"
  spec.summary = "A mitmvcr cassette for each test of RSpec or minitest"
  spec.authors = ["mitmvcr"]
  spec.license = "MIT"
  spec.required_ruby_version = ">= 3.0"
  spec.files = ["lib/mitmvcr.rb", "README.md"]
end
