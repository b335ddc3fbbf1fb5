#!/usr/bin/env bash
# A Node program that leaves an answer unread, even an empty one, does not end until the other
# side closes the connection: behind mitmproxy, which keeps it for ten minutes, it hangs where
# it ended before.
#
# Versions: Node 20.20.2, mitmproxy 12.3.1 (CPython 3.13). Met in bent 7.3.12, whose own suite
# asks a server of its own, looks at the status alone, and closes the server.
# Source: Node's lib/_http_client.js (responseOnEnd: a socket goes back to its agent, and no
# longer holds the process, once its response has ended, which means once it was read);
# mitmproxy's mitmproxy/proxy/server.py (TimeoutWatchdog, 600 seconds).
# Why it matters to a recorder: an origin closes what is idle, after 5 seconds in Node, or at
# once when it stops; a proxy that does not pass that on changes when a program ends. Mocha's
# --exit, process.exit() or response.resume() help.
set -euo pipefail
work=$(mktemp -d)
running=()
trap '[ ${#running[@]} -eq 0 ] || kill "${running[@]}"; rm -rf "$work"' EXIT
for python in python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13.*/bin/python python3; do
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && break
done
"$python" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check mitmproxy==12.3.1
cat > "$work/server.js" <<'JS'
const server = require('http').createServer((_, response) => response.end());
server.keepAliveTimeout = 1000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
JS
# [proxy's port, or nothing] [server's port] [read, or nothing]
cat > "$work/client.js" <<'JS'
const [proxy, port, read] = process.argv.slice(2);
const url = `http://127.0.0.1:${port}/`;
const where = proxy ? { host: '127.0.0.1', port: proxy, path: url } : url;
require('http').get(where, (response) => {
  console.log(response.statusCode, response.headers['content-length']);
  if (read) response.resume();
});
JS
line() { # the first line of a file, once there is one
  until [ -s "$1" ]; do sleep 0.1; done
  head -n 1 "$1"
}
node "$work/server.js" > "$work/server" &
running+=($!)
port=$(line "$work/server")
free=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close() })")
"$work/venv/bin/mitmdump" -q --set confdir="$work/conf" --listen-host 127.0.0.1 -p "$free" &
running+=($!)
until node -e "require('net').connect($free, '127.0.0.1').on('error', () => process.exit(1)).on('connect', () => process.exit())"; do
  sleep 0.2
done

ask() { # WHAT PROXY READ
  printf '%s: ' "$1"
  local ended=ended
  timeout 15 node "$work/client.js" "$2" "$port" "$3" > "$work/said" || ended="not after 15 seconds"
  echo "$(cat "$work/said"), $ended"
}
echo "Node $(node --version), mitmproxy $("$work/venv/bin/pip" show mitmproxy | sed -n 's/^Version: //p')"
found=$(
  ask "the server, unread" "" ""
  ask "through mitmproxy, read" "$free" read
  ask "through mitmproxy, unread" "$free" ""
)
echo "$found"
[ "$found" = "the server, unread: 200 0, ended
through mitmproxy, read: 200 0, ended
through mitmproxy, unread: 200 0, not after 15 seconds" ]
