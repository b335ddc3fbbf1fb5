#!/usr/bin/env bash
# Ruby's httpclient sends a request again by itself, a POST too, when its connection ends before an
# answer, also if the connection was a new one and the origin has read all of it; and chunks that
# break off before the last it takes for the whole answer, with no error.
#
# Versions: httpclient 2.8.3 (ruby-httpclient 2.8.3+git20211122.4658227-1), Ruby 3.1's Net::HTTP
# beside it (Debian 12's packages).
# Source: httpclient.rb (protect_keep_alive_disconnected, which retries after any end, whatever the
# method) and httpclient/session.rb (read_body_chunked is content with the end of the file). RFC
# 9110, section 9.2.2: a client should not repeat what is not idempotent by itself; RFC 9112,
# section 8: such an answer is incomplete, and is to be recorded as that.
# Why it matters to a recorder: a payment that failed is two interactions of one call. One that ends
# a connection to say "not recorded" is asked twice, and one that replays an answer as far as it
# came makes a success of it here, and an error in every other client.
set -euo pipefail
for tool in apt-get dpkg ruby python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download ruby-httpclient=2.8.3+git20211122.4658227-1 ruby-http-cookie ruby-domain-name \
  ruby-unf ruby-unf-ext
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > client.rb <<'RB'
$VERBOSE = nil
require "httpclient"
print "httpclient #{HTTPClient::VERSION}: "
begin
  answer = HTTPClient.new.post(ARGV[0], body: "pay=5")
  print "#{answer.status} #{answer.body.inspect}"
rescue HTTPClient::KeepAliveDisconnected => e
  print e.class
end
RB
cat > net.rb <<'RB'
require "net/http"
print "Net::HTTP of Ruby #{RUBY_VERSION[/\d+.\d+/]}: "
begin
  answer = Net::HTTP.post(URI(ARGV[0]), "pay=5")
  print "#{answer.code} #{answer.body.inspect}"
rescue IOError => e
  print e.class
end
RB
cat > look.py <<'PY'
import glob
import os
import socketserver
import subprocess
import threading

OK = "HTTP/1.1 200 OK\r\n"
SAYS = {
    "nothing": "",
    "3 of 9 bytes": f"{OK}Content-Length: 9\r\n\r\n[1,",
    "one chunk of two": f"{OK}Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n",
}
came = []


class Origin(socketserver.StreamRequestHandler):
    """It reads the whole request, says a part of its answer, and hangs up."""

    def handle(self):
        method, path, _ = self.rfile.readline().decode().split()
        length = 0
        while line := self.rfile.readline().decode().strip().lower():
            if line.startswith("content-length:"):
                length = int(line.partition(":")[2])
        self.rfile.read(length)
        came.append(method)
        self.wfile.write(list(SAYS.values())[int(path[1:])].encode())


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
here = os.path.abspath("unpacked/usr")
places = ("share/rubygems-integration/*/gems/*/lib", "lib/ruby/vendor_ruby", "lib/*/ruby/vendor_ruby/3.*")
env["RUBYLIB"] = ":".join(found for place in places for found in glob.glob(f"{here}/{place}"))
for place, said in enumerate(SAYS):
    for program in ("client.rb", "net.rb"):
        came.clear()
        words = ["ruby", program, f"http://127.0.0.1:{origin.server_address[1]}/{place}"]
        ran = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
        if ran.returncode:
            raise SystemExit(ran.stderr)
        print(f"the origin says {said}, {ran.stdout}, asked: {' '.join(came)}")
PY
timeout 200 python3 look.py | tee found
cat > expected <<'END'
the origin says nothing, httpclient 2.8.3: HTTPClient::KeepAliveDisconnected, asked: POST POST
the origin says nothing, Net::HTTP of Ruby 3.1: EOFError, asked: POST
the origin says 3 of 9 bytes, httpclient 2.8.3: 200 "[1,", asked: POST
the origin says 3 of 9 bytes, Net::HTTP of Ruby 3.1: 200 "[1,", asked: POST
the origin says one chunk of two, httpclient 2.8.3: 200 "[1,", asked: POST
the origin says one chunk of two, Net::HTTP of Ruby 3.1: EOFError, asked: POST
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
