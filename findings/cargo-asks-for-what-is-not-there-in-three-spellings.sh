#!/usr/bin/env bash
# For a crate that is not there cargo asks three times, under three names: my-own_reader, my_own_reader and
# my-own-reader, so as to say what else could be meant; a 410 and a 451 are as good as a 404 for that, a 424 and a 403
# end it with the first name, and a 503 is asked for four times within some seconds. What it got without an ETag and a
# Last-Modified, it keeps nothing of and fetches anew in each run, and with either it sends that back; of both it
# sends the ETag alone.
#
# Versions: cargo 1.95.0 (f2d3ce0bd 2026-03-21).
# Source: cargo's src/cargo/sources/registry/http_remote.rs (load: which statuses say that a crate is not there; the
# header that is kept in the cache of the index) and registry/mod.rs with registry/index.rs (the spellings that are
# tried where none matches).
# Why it matters to a recorder: a recording of a test that a crate is missing needs three refusals, and a replay that
# answers what it does not know by a 424 makes another error of it than the registry's 404. A cassette whose answers
# lost their ETag makes a fresh run of each, and one recorded with an empty home has no If-None-Match, which each
# later run has.
set -euo pipefail
for tool in cargo python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
cat > server.py <<'PY'
"""Serves one registry for each first part of the path, which says how it answers."""
import http.server
import json
import os

CRATE = {"name": "my-own_reader", "vers": "1.0.0", "deps": [], "cksum": "0" * 64, "features": {}, "yanked": False}
NAMES = {"etag": ("ETag",), "date": ("Last-Modified",), "both": ("ETag", "Last-Modified"), "neither": ()}
VALUES = {"ETag": '"one"', "Last-Modified": "Mon, 30 Nov 2026 09:00:00 GMT"}


class Registry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        kind, name = self.path.split("/")[1], self.path.rpartition("/")[2]
        said = [each for each in ("If-None-Match", "If-Modified-Since") if each in self.headers]
        with open("asked", "a") as file:
            file.write(" ".join([name, *said]) + "\n")
        status, text, headers = 200, json.dumps({"dl": f"http://127.0.0.1:{registry.server_port}/dl"}), ()
        if name != "config.json":
            headers = NAMES.get(kind, ())
            status, text = (200, json.dumps(CRATE)) if kind in NAMES else (int(kind), "")
        self.send_response(status)
        for each in headers:
            self.send_header(each, VALUES[each])
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


registry = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
with open("port.new", "w") as file:
    file.write(str(registry.server_port))
os.rename("port.new", "port")
registry.serve_forever()
PY
timeout 100 python3 server.py &
server=$!
for _ in $(seq 100); do test -f port && break; sleep 0.1; done
export CARGO_HOME=$work/home
mkdir -p look/src look/.cargo
touch look/src/lib.rs
cat > look/Cargo.toml <<'TOML'
[package]
name = "look"
version = "0.1.0"
edition = "2021"

[dependencies]
my-own_reader = { version = "1", registry = "here" }
TOML
run() {
  printf '[registries.here]\nindex = "sparse+http://127.0.0.1:%s/%s/"\n' "$(cat port)" "$1" > look/.cargo/config.toml
  rm -f look/Cargo.lock
  : > asked
  local ended=failed
  (cd look && timeout 40 cargo generate-lockfile > ../said 2>&1) && ended=done
  echo "$1$2: $(LC_ALL=C sort asked | paste -sd , | sed 's/,/, /g'): $ended" >> found
}
cargo --version
for status in 404 410 451 403 424 503; do run "$status" ""; done
for kind in etag date both neither; do
  run "$kind" ", first run"
  run "$kind" ", second run"
done
cat found
cat > expected <<'END'
404: config.json, my-own-reader, my-own_reader, my_own_reader: failed
410: config.json, my-own-reader, my-own_reader, my_own_reader: failed
451: config.json, my-own-reader, my-own_reader, my_own_reader: failed
403: config.json, my-own_reader: failed
424: config.json, my-own_reader: failed
503: config.json, my-own_reader, my-own_reader, my-own_reader, my-own_reader: failed
etag, first run: config.json, my-own_reader: done
etag, second run: config.json, my-own_reader If-None-Match: done
date, first run: config.json, my-own_reader: done
date, second run: config.json, my-own_reader If-Modified-Since: done
both, first run: config.json, my-own_reader: done
both, second run: config.json, my-own_reader If-None-Match: done
neither, first run: config.json, my-own_reader: done
neither, second run: config.json, my-own_reader: done
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
