#!/usr/bin/env bash
# What schemathesis writes with --report vcr is a cassette of neither VCR: vcrpy looks for a list
# of another name (KeyError), and Ruby's VCR, whose name it takes, refuses the date of the first
# interaction ("not RFC 2616 compliant date"), without which it would read all of it.
#
# Versions: schemathesis 4.32.5, vcrpy 9.4.2 (CPython 3.11 to 3.13), Ruby's VCR 5.0.0 with
# WebMock 3.18.1 (Debian 12's packages ruby-vcr 6.0.0+really5.0.0, ruby-webmock).
# Source: schemathesis/reporting/vcr.py; VCR's
# lib/vcr/structs.rb (HTTPInteraction.from_hash: Time.httpdate of recorded_at); vcrpy's
# vcr/serialize.py (deserialize takes "interactions").
# Why it matters to a recorder: a converter that knows a file by http_interactions, as VCR's
# own, has to read dates as ISO 8601 and a status of text ('200'), or it refuses the one file
# that shows what a fuzzer found; and "VCR" in a tool's options names no format.
set -euo pipefail
for tool in ruby apt-get; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download ruby-vcr ruby-webmock ruby-addressable ruby-crack ruby-hashdiff ruby-public-suffix
for name in *.deb; do dpkg -x "$name" unpacked; done
RUBYLIB=$(find "$work/unpacked" -type d \( -name lib -path '*gems*' -o -name vendor_ruby \) | paste -s -d :)
export RUBYLIB
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check schemathesis==4.32.5 vcrpy==9.4.2
cat > record.py <<'PY'
"""Lets schemathesis test an API on loopback, and has it write tested.yml."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

OK = {"200": {"description": "fine"}}
API = {
    "openapi": "3.0.0",
    "info": {"title": "example", "version": "1"},
    "paths": {"/items": {"get": {"responses": OK}}},
}


class Api(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"items": [1, 2]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


api = ThreadingHTTPServer(("127.0.0.1", 0), Api)
threading.Thread(target=api.serve_forever, daemon=True).start()
Path("api.json").write_text(json.dumps(API))
url = f"http://127.0.0.1:{api.server_port}"
options = ["--url", url, "--phases", "fuzzing", "--max-examples", "1", "--checks", "not_a_server_error"]
report = ["--report", "vcr", "--report-vcr-path", "tested.yml", "--no-color"]
run = subprocess.run(
    [sys.argv[1], "run", "api.json", *options, *report], capture_output=True, text=True, timeout=300
)
if run.returncode:
    sys.exit(run.stdout + run.stderr)
PY
cat > look.py <<'PY'
import vcr

try:
    with vcr.use_cassette("tested.yml", record_mode="none") as cassette:
        print("vcrpy:", len(cassette), "read")
except KeyError as error:
    print("vcrpy: KeyError", error)
PY
cat > look.rb <<'RUBY'
require 'vcr'
require 'webmock'

VCR.configure do |config|
  config.cassette_library_dir = '.'
  config.hook_into :webmock
end

def look(name)
  VCR.use_cassette(name, record: :none) do |cassette|
    read = cassette.http_interactions.interactions
    puts "VCR #{VCR.version}, #{name}: #{read.size} read, status #{read[0].response.status.code.inspect}"
  end
rescue ArgumentError => error
  puts "VCR #{VCR.version}, #{name}: #{error.class}: #{error.message.sub(/".*/, '...')}"
end

look('tested')
http_date = /(\d{4}-\d\d-\d\dT[\d:]+)[.\d]*\+00:00/
dated = File.read('tested.yml').gsub(http_date) { Time.parse($&).httpdate }
File.write('dated.yml', dated)
look('dated')
RUBY
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
venv/bin/python record.py venv/bin/schemathesis
grep -E "^(http_interactions|recorded_with)|recorded_at|code:" tested.yml | head -4
found=$(venv/bin/python look.py; ruby look.rb)
echo "$found"
[ "$found" = "vcrpy: KeyError 'interactions'
VCR 5.0.0, tested: ArgumentError: not RFC 2616 compliant date: ...
VCR 5.0.0, dated: 1 read, status \"200\"" ]
