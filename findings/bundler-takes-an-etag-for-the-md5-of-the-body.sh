#!/usr/bin/env bash
# Bundler, as Debian has it, takes any ETag for the MD5 of the body: the index of a source whose ETag is another kind
# of name, as nginx gives each file, it fetches twice and then asks two older APIs, seven requests in all, and fails
# where there are none. Without an ETag two requests do. Its second run asks for the index from the last byte that it
# has on, "bytes=81-", and by an If-None-Match that no answer ever said, as it is the MD5 of what it has, which stays
# in the user's home.
#
# Versions: Bundler 2.3.15 (Debian 12's bundler, Ruby 3.1).
# Source: bundler/compact_index_client/updater.rb (update, etag_for), bundler/fetcher.rb (the three ways in their
# order); later releases compare the header Repr-Digest.
# Why it matters to a recorder: a body that was changed after it was recorded, by one redacted letter, makes other
# requests of the same Gemfile, which are in no cassette, as long as its ETag stays; without the ETag it is believed.
# What was recorded with an empty home has no Range, and each later run on the same machine has one, by how long the
# index was then.
set -euo pipefail
for tool in bundle python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
cat > server.py <<'PY'
"""Serves an index of one gem; the path begins with how its ETags are made."""
import hashlib
import http.server

INFO = "---\n1.0.0 |checksum:" + "0" * 64 + "\n"
HEAD = "created_at: 2026-11-30T00:00:00Z\n---\n"
VERSIONS = f"{HEAD}alpha 1.0.0 {hashlib.md5(INFO.encode()).hexdigest()}\n"


class Source(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        _, kind, path = self.path.split("/", 2)
        said = "".join(f" {each}" for each in ("Range", "If-None-Match") if each in self.headers)
        with open("asked", "a") as file:
            file.write(f"/{path.partition('?')[0]}{said}\n")
        body = {"versions": VERSIONS, "info/alpha": INFO}.get(path, "").encode()
        digest = f'"{hashlib.md5(body).hexdigest()}"'
        status = 200 if body else 404
        if kind == "changed":
            body = body.replace(b"2026", b"2025")
        if body and "Range" in self.headers:
            status, body = 206, body[int(self.headers["Range"][6:-1]) :]
        self.send_response(status)
        if kind != "none":
            self.send_header("ETag", '"65a1-20"' if kind == "nginx" else digest)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


source = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Source)
with open("port.new", "w") as file:
    file.write(str(source.server_port))
__import__("os").rename("port.new", "port")
source.serve_forever()
PY
timeout 100 python3 server.py &
server=$!
for _ in $(seq 100); do test -f port && break; sleep 0.1; done
bundle --version > found
for kind in md5 none nginx changed; do
  mkdir -p "$kind/home"
  printf 'source "http://127.0.0.1:%s/%s"\ngem "alpha"\n' "$(cat port)" "$kind" > "$kind/Gemfile"
  for run in first second; do
    : > asked
    rm -f "$kind/Gemfile.lock"
    ended=failed
    (cd "$kind" && HOME=$PWD/home BUNDLE_USER_HOME=$PWD/home timeout 40 bundle lock > said 2>&1) && ended=done
    echo "ETag: $kind, $run run: $(paste -sd , asked | sed 's/,/, /g'): $ended" >> found
  done
done
cat found
cat > expected <<'END'
Bundler version 2.3.15
ETag: md5, first run: /versions, /info/alpha: done
ETag: md5, second run: /versions Range If-None-Match: done
ETag: none, first run: /versions, /info/alpha: done
ETag: none, second run: /versions Range If-None-Match, /versions: done
ETag: nginx, first run: /versions, /versions, /api/v1/dependencies, /specs.4.8.gz, /specs.4.8.gz, /specs.4.8.gz, /specs.4.8.gz: failed
ETag: nginx, second run: /versions, /versions, /api/v1/dependencies, /specs.4.8.gz, /specs.4.8.gz, /specs.4.8.gz, /specs.4.8.gz: failed
ETag: changed, first run: /versions, /versions, /api/v1/dependencies, /specs.4.8.gz, /specs.4.8.gz, /specs.4.8.gz, /specs.4.8.gz: failed
ETag: changed, second run: /versions, /versions, /api/v1/dependencies, /specs.4.8.gz, /specs.4.8.gz, /specs.4.8.gz, /specs.4.8.gz: failed
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
