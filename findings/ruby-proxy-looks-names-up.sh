#!/usr/bin/env bash
# Ruby's URI#find_proxy resolves the name of the host that a request is for, though a proxy
# is set that would do it, and goes past the proxy if the address is loopback. Net::HTTP asks
# it as if each URL were http://, so that HTTPS_PROXY alone has no effect on https://.
#
# Versions: Ruby 3.1.2 (uri: generic.rb, net-http: Net::HTTP#proxy_uri).
# Source: uri's lib/uri/generic.rb (find_proxy calls IPSocket.getaddress).
# Why it matters to a recorder: a replay without a name server waits for each look-up to
# fail, and a name that /etc/hosts puts on loopback is never recorded, whatever NO_PROXY says.
set -euo pipefail
command -v ruby >/dev/null || { echo "ruby is not installed" >&2; exit 1; }
found=$(env -u http_proxy -u HTTP_PROXY -u https_proxy -u HTTPS_PROXY -u no_proxy -u NO_PROXY \
  ruby -W0 - <<'RUBY'
require "net/http"
require "socket"
require "uri"

ADDRESSES = { "far.test" => "192.0.2.1", "near.test" => "127.0.0.1" }
IPSocket.define_singleton_method(:getaddress) do |name|
  puts "looked up: #{name}"
  ADDRESSES.fetch(name)
end

ENV["https_proxy"] = "http://secure.invalid:3128"
puts "far.test: #{URI('https://far.test/').find_proxy&.hostname || 'direct'}"
puts "near.test: #{URI('https://near.test/').find_proxy&.hostname || 'direct'}"
puts "Net::HTTP with https_proxy: #{Net::HTTP.new('far.test', 443).proxy_address || 'direct'}"
ENV["http_proxy"] = "http://plain.invalid:3128"
puts "Net::HTTP with http_proxy: #{Net::HTTP.new('far.test', 443).proxy_address || 'direct'}"
RUBY
)
ruby --version
echo "$found"
[ "$found" = "looked up: far.test
far.test: secure.invalid
looked up: near.test
near.test: direct
Net::HTTP with https_proxy: direct
looked up: far.test
Net::HTTP with http_proxy: plain.invalid" ]
