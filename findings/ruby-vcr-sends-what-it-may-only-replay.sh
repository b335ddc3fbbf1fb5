#!/usr/bin/env bash
# Ruby's VCR sends a request for real in its mode :none, which is to send nothing, once the cassette
# is older than its re_record_interval and example.com, port 80, takes a connection, for which it
# looks before. Where it takes none, as behind a proxy, an interval has no effect in any mode.
#
# Versions: VCR 5.0.0, WebMock 3.18.1, Ruby 3.1 (Debian 12's packages).
# Source: VCR's lib/vcr/cassette.rb (should_re_record? makes any mode :all) and
# lib/vcr/util/internet_connection.rb; its documentation says of :none that it never sends.
# Why it matters to a recorder: the suite that passed in CI for a week sends on the eighth day, with
# the credentials that CI has, and writes the cassette anew; the day goes by recorded_at alone, so
# that a cassette converted, with the old dates kept, does so at once. And a test that replays
# connects directly to a host which no part of the program names; a refusal counts as a yes.
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

# The name server of this look: example.com is a port of loopback, which listens or does not.
LOOKED = []
TCPSocket.singleton_class.prepend(Module.new do
  def new(host, port, *more)
    return super unless host == "example.com"

    LOOKED << "#{host}:#{port}"
    raise SocketError, "getaddrinfo: Name or service not known" if ENV["OFFLINE"]

    super("127.0.0.1", SERVER.addr[1])
  end
end)
SERVER = TCPServer.new("127.0.0.1", 0)
came = 0
Thread.new do
  loop do
    client = SERVER.accept
    next client.close unless client.gets

    came += 1
    nil until client.gets == "\r\n"
    client.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nnew")
    client.close
  end
end
url = URI("http://127.0.0.1:#{SERVER.addr[1]}/")
day = 86_400
VCR.configure do |config|
  config.cassette_library_dir = "."
  config.hook_into :webmock
end
File.write("kept.yml", <<~YAML)
  ---
  http_interactions:
  - request: {method: get, uri: "#{url}", body: {encoding: UTF-8, string: ''}, headers: {}}
    response:
      status: {code: 200, message: OK}
      headers: {Content-Length: ['3']}
      body: {encoding: UTF-8, string: old}
    recorded_at: #{(Time.now - 8 * day).httpdate}
  recorded_with: VCR 5.0.0
YAML
said = [9, 7].map do |days|
  VCR.use_cassette("kept", record: :none, re_record_interval: days * day) { Net::HTTP.get(url) }
end
puts "  #{ENV['OFFLINE'] ? 'offline' : 'online'}, recorded 8 days ago, mode none, an interval of 9 and 7 days: " \
     "#{said}, #{came} request(s) sent; looked for: #{LOOKED}"
wanted = ENV["OFFLINE"] ? [%w[old old], 0] : [%w[old new], 1]
abort "that has changed" unless [said, came] == wanted && LOOKED == ["example.com:80"]
RB
ruby -I. -e 'require "vcr"; require "webmock"; puts "VCR #{VCR.version}, WebMock #{WebMock::VERSION}, Ruby #{RUBY_VERSION}"'
for offline in "" 1; do
  env -u http_proxy -u HTTP_PROXY ${offline:+OFFLINE=1} timeout 60 ruby look.rb || exit 1
done
