#!/usr/bin/env bash
# Ruby's own Net::HTTP, and with it rest-client and HTTParty, takes an answer that ends before its Content-Length for
# the whole one, with 200 and no error, where http.rb raises; of gzip in two members all four give the first. Where a
# GET gets no answer, or breaks off within its chunks, the three send it a second time at once, and http.rb does not.
# http.rb gives no cookie back that a redirect set, rest-client does.
#
# Versions: ruby 3.1.2, rest-client 2.1.0 (2.1.0-3), HTTParty 0.21.0 (0.21.0-1), http.rb 4.4.1 (4.4.1-5), Debian 12's
# packages.
# Source: Ruby's net/protocol.rb (BufferedIO#read with ignore_eof) and net/http.rb (ignore_eof is true, max_retries is
# 1, both unless told otherwise), net/http/response.rb (Inflater stops at the end of the first member).
# Why it matters to a recorder: an answer that the origin cut is a success to three of four clients of one language,
# so that no test sees it; what was recorded of such a run is two equal requests or one by which client asked.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download ruby-http=4.4.1-5 ruby-rest-client=2.1.0-3 ruby-httparty=0.21.0-1 ruby-http-parser=1.2.1-6 \
  ruby-http-form-data=2.3.0-1 ruby-addressable=2.8.1-1 ruby-http-cookie=1.0.5-1 ruby-domain-name=0.5.20190701-1 \
  ruby-unf=0.1.4-2.1 ruby-unf-ext=0.0.7.7-1+b4 ruby-netrc=0.11.0-4 ruby-mime-types=3.4.1-2 \
  ruby-mime-types-data=3.2022.0105-1 ruby-multi-xml=0.6.0-1 ruby-public-suffix=4.0.6+ds-2 \
  ruby-http-accept=2.2.0-1
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.py <<'PY'
import os
import socketserver
import subprocess
import threading

came = []
told = {}


class Origin(socketserver.StreamRequestHandler):
    def handle(self):
        lines = []
        while line := self.rfile.readline().decode().strip():
            lines.append(line)
        if not lines:
            return
        head = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        body = self.rfile.read(int(head.get("content-length", 0)))
        came.append((lines[0], head, body))
        self.wfile.write(told["answers"][min(len(came), len(told["answers"])) - 1])


def answer(body, *lines, status="200 OK", length=None):
    words = [f"HTTP/1.1 {status}", "Content-Type: text/plain", f"Content-Length: {len(body) if length is None else length}", *lines]
    return "\r\n".join([*words, "Connection: close", "", ""]).encode() + body


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_address[1]}"
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
env.update(HOME=os.getcwd(), LANG="C.UTF-8", TERM="dumb")

import glob
import gzip
import sys

PACKED = b"".join(gzip.compress(part, mtime=0) for part in (b"pay 10 ", b"and 1000"))
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\npay 10 \r\n"
CASES = {
    "whole": [answer(b"pay 10 and 1000")],
    "ends before its length": [answer(b"pay 10 ", length=15)],
    "ends between two chunks": [CHUNKS],
    "two members of gzip": [answer(PACKED, "Content-Encoding: gzip")],
    "no answer": [b""],
    "a redirect with a cookie": [answer(b"", "Location: /new", "Set-Cookie: session=1; Path=/", status="302 Go"), answer(b"paid")],
}
PROGRAMS = {
    "Net::HTTP": 'require "net/http"; print Net::HTTP.get(URI(ARGV[0]))',
    "rest-client": 'require "rest-client"; print RestClient.get(ARGV[0]).body',
    "HTTParty": 'require "httparty"; print HTTParty.get(ARGV[0]).body',
    "http.rb": 'require "http"; print HTTP.use(:auto_inflate).headers("Accept-Encoding" => "gzip").follow.get(ARGV[0]).to_s',
}
here = os.path.abspath("unpacked/usr")
places = ["share/rubygems-integration/*/gems/*/lib", "lib/ruby/vendor_ruby", "lib/*/ruby/vendor_ruby/*", "lib/*/rubygems-integration/*/gems/*/lib"]
env["RUBYLIB"] = ":".join(found for place in places for found in sorted(glob.glob(f"{here}/{place}")))
NAMES = 'require "rest-client"; require "httparty"; require "http"; print RUBY_VERSION, " ", RestClient::VERSION, " ", HTTParty::VERSION, " ", HTTP::VERSION'
print("ruby, rest-client, HTTParty, http.rb:", subprocess.run(["ruby", "-W0", "-e", NAMES], env=env, check=True, capture_output=True, text=True).stdout)
for name, answers in CASES.items():
    told["answers"] = answers
    print(f"{name}:")
    for who, program in PROGRAMS.items():
        came.clear()
        ran = subprocess.run(["ruby", "-W0", "-e", program, f"{url}/a"], env=env, capture_output=True, timeout=60)
        said = repr(ran.stdout.decode()) if ran.returncode == 0 else "an error"
        cookie = f", cookie {came[-1][1].get('cookie')}" if "cookie" in name else ""
        print(f"  {who}: {said}, asked {len(came)} times{cookie}")
PY
timeout 200 python3 look.py 2> errors | tee found
cat > expected <<'END'
ruby, rest-client, HTTParty, http.rb: 3.1.2 2.1.0 0.21.0 4.4.1
whole:
  Net::HTTP: 'pay 10 and 1000', asked 1 times
  rest-client: 'pay 10 and 1000', asked 1 times
  HTTParty: 'pay 10 and 1000', asked 1 times
  http.rb: 'pay 10 and 1000', asked 1 times
ends before its length:
  Net::HTTP: 'pay 10 ', asked 1 times
  rest-client: 'pay 10 ', asked 1 times
  HTTParty: 'pay 10 ', asked 1 times
  http.rb: an error, asked 1 times
ends between two chunks:
  Net::HTTP: an error, asked 2 times
  rest-client: an error, asked 2 times
  HTTParty: an error, asked 2 times
  http.rb: an error, asked 1 times
two members of gzip:
  Net::HTTP: 'pay 10 ', asked 1 times
  rest-client: 'pay 10 ', asked 1 times
  HTTParty: 'pay 10 ', asked 1 times
  http.rb: 'pay 10 ', asked 1 times
no answer:
  Net::HTTP: an error, asked 2 times
  rest-client: an error, asked 2 times
  HTTParty: an error, asked 2 times
  http.rb: an error, asked 1 times
a redirect with a cookie:
  Net::HTTP: '', asked 1 times, cookie None
  rest-client: 'paid', asked 2 times, cookie session=1
  HTTParty: 'paid', asked 2 times, cookie session=1
  http.rb: 'paid', asked 2 times, cookie None
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
