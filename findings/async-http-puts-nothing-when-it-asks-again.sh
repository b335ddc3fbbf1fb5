#!/usr/bin/env bash
# Ruby's async-http sends a PUT again by itself, up to three times in all, when the connection ends
# without an answer, and from the second time on with an empty body: the program that put "new text"
# is told 200, and the origin has kept nothing.
#
# Versions: async-http 0.59.5 (ruby-async-http 0.59.5-1, ruby-protocol-http 0.23.12-1; Debian 12's
# packages).
# Source: Async::HTTP::Client#call ("request.idempotent?", then retry), which does not rewind the
# body, and Protocol::HTTP::Body::Buffered, which counts what it has given away; RFC 9110, section
# 9.2.2 allows the repetition of what is idempotent, which is the same request.
# Why it matters to a recorder: two interactions of one call, of which the second says that the text
# is empty, and it is the second that has the answer. One that ends a connection to say "not
# recorded", or closes an idle one as a server may, gets a request that the program never made.
set -euo pipefail
for tool in apt-get dpkg ruby python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download ruby-async-http=0.59.5-1 ruby-protocol-http=0.23.12-1 ruby-async=1.30.3-1 \
  ruby-async-io=1.34.1-1 ruby-async-pool=0.3.12-1 ruby-protocol-http1=0.14.6-1 ruby-protocol-http2 \
  ruby-protocol-hpack ruby-console ruby-fiber-local ruby-timers ruby-nio4r ruby-traces
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > put.rb <<'RB'
$VERBOSE = nil
require "async"
require "async/http/internet"
require "async/http/version"
method, url = ARGV
Async do
  client = Async::HTTP::Internet.new
  begin
    answer = client.call(method, url, [], ["new text"])
    answer.read
    print "async-http #{Async::HTTP::VERSION}, the program sees #{answer.status}"
  rescue EOFError => e
    print "async-http #{Async::HTTP::VERSION}, the program sees #{e.class}"
  end
  client.close
end
RB
cat > look.py <<'PY'
import glob
import os
import socketserver
import subprocess
import threading

came = []


class Origin(socketserver.StreamRequestHandler):
    """It reads a request and hangs up, as often as its path says, and answers then."""

    def handle(self):
        method, path, _ = self.rfile.readline().decode().split()
        length = 0
        while line := self.rfile.readline().decode().strip().lower():
            if line.startswith("content-length:"):
                length = int(line.partition(":")[2])
        came.append(f"{method} {self.rfile.read(length).decode()!r}")
        if len(came) > int(path[1:]):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
here = os.path.abspath("unpacked/usr")
places = ("share/rubygems-integration/*/gems/*/lib", "lib/ruby/vendor_ruby", "lib/*/ruby/vendor_ruby/3.*")
places += ("lib/*/rubygems-integration/*/extensions/*/*/*", "lib/*/rubygems-integration/*/gems/*/lib")
env["RUBYLIB"] = ":".join(found for place in places for found in glob.glob(f"{here}/{place}"))
for method, ends in (("PUT", 0), ("PUT", 1), ("PUT", 2), ("PUT", 3), ("POST", 1)):
    came.clear()
    words = ["ruby", "put.rb", method, f"http://127.0.0.1:{origin.server_address[1]}/{ends}"]
    ran = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
    if ran.returncode:
        raise SystemExit(ran.stderr)
    print(f"{ends} ends: {', '.join(came)}: {ran.stdout}")
PY
timeout 200 python3 look.py | tee found
cat > expected <<'END'
0 ends: PUT 'new text': async-http 0.59.5, the program sees 200
1 ends: PUT 'new text', PUT '': async-http 0.59.5, the program sees 200
2 ends: PUT 'new text', PUT '', PUT '': async-http 0.59.5, the program sees 200
3 ends: PUT 'new text', PUT '', PUT '': async-http 0.59.5, the program sees EOFError
1 ends: POST 'new text': async-http 0.59.5, the program sees EOFError
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
