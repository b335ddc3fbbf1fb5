#!/usr/bin/env bash
# Ruby's VCR writes an answer in UTF-8 with one letter beyond ASCII as binary, in base64, whatever
# its charset=utf-8 says, and the same answer in ASCII as readable text: Net::HTTP gives bodies
# without an encoding, and VCR calls UTF-8 only what stays the same.
#
# Versions: VCR 5.0.0, WebMock 3.18.1, Ruby 3.1 (Debian 12's packages).
# Source: VCR's lib/vcr/structs.rb (Normalizers::Body) and Net::HTTP's response_body_encoding,
# which is off by default.
# Why it matters to a recorder: a cassette's "encoding: ASCII-8BIT" does not say that a body is
# binary, and "encoding: UTF-8" says nothing of its charset; who converts one has to take the
# bytes as they are, and who reads a diff sees base64 as soon as a name has an accent.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download ruby-vcr ruby-webmock ruby-addressable ruby-crack ruby-hashdiff ruby-public-suffix
for name in *.deb; do dpkg -x "$name" unpacked; done
RUBYLIB=$(find "$work/unpacked" -type d \( -name lib -path '*gems*' -o -name vendor_ruby \) | paste -s -d :)
export RUBYLIB
cat > look.rb <<'RB'
require "net/http"
require "socket"
require "vcr"
require "webmock"

BODIES = { "/ascii" => '{"name": "Rene"}', "/accent" => "{\"name\": \"Ren\u00e9\"}" }.freeze
server = TCPServer.new("127.0.0.1", 0)
Thread.new do
  loop do
    client = server.accept
    path = client.gets.split[1]
    nil until client.gets == "\r\n"
    body = BODIES.fetch(path).b
    client.write("HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n" \
                 "Content-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n".b + body)
    client.close
  end
end
VCR.configure do |config|
  config.cassette_library_dir = "."
  config.hook_into :webmock
end
VCR.use_cassette("found") do
  BODIES.each_key { |path| Net::HTTP.get_response(URI("http://127.0.0.1:#{server.addr[1]}#{path}")) }
end
puts "VCR #{VCR.version}, WebMock #{WebMock::VERSION}, Ruby #{RUBY_VERSION}"
lines = File.readlines("found.yml", chomp: true)
response = lines.each_index.select { |n| lines[n] =~ /^      encoding: / && n > 0 }.map { |n| [lines[n].strip, lines[n + 1].strip] }
found = response.reject { |_, string| string == "string: ''" }
found.each { |encoding, string| puts "  #{encoding}, #{string}" }
expected = [["encoding: UTF-8", "string: '{\"name\": \"Rene\"}'"], ["encoding: ASCII-8BIT", "string: !binary |-"]]
abort "that has changed: #{expected} was expected" unless found == expected
RB
ruby look.rb
