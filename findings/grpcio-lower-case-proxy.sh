#!/usr/bin/env bash
# grpcio reads the variables of a proxy in lower case only: HTTPS_PROXY alone sends nothing
# there. It takes grpc_proxy, https_proxy and http_proxy, in this order, for any channel, so
# that http_proxy counts for TLS and https_proxy for a channel without it.
#
# Versions: grpcio 1.85.3 (CPython 3.11 to 3.13).
# Source: gRPC's doc/environment_variables.md and src/core/handshaker/http_connect/
# http_proxy_mapper.cc (GetHttpProxyServer).
# Why it matters to a recorder: whoever sets the upper-case ones, which most clients read,
# records a program's REST calls and misses its gRPC calls without a word.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check grpcio==1.85.3
cat > "$work/look.py" <<'PY'
import os
import socket
import sys
import threading

for name in list(os.environ):
    if name.lower().endswith("_proxy"):
        del os.environ[name]


def listen(port):
    """Note the first line of what comes to a port of its own."""
    server = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            with server.accept()[0] as came:
                heard.append(f"{port}: {came.recv(99).split()[0].decode()}")

    threading.Thread(target=accept, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}"


heard = []
for name in sys.argv[2:]:
    os.environ[name] = listen(name)
import grpc  # noqa: E402

target = "service.invalid:443"
if sys.argv[1] == "tls":
    channel = grpc.secure_channel(target, grpc.ssl_channel_credentials())
else:
    channel = grpc.insecure_channel(target)
try:
    channel.unary_unary("/package.Service/Method")(b"", timeout=2)
except grpc.RpcError:
    print(*sys.argv[1:], "->", heard[0] if heard else "nothing")
PY
"$work/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -E '^grpcio '
found=$(for words in "tls HTTPS_PROXY" "tls GRPC_PROXY" "plain HTTP_PROXY" "tls https_proxy" \
  "tls http_proxy" "plain https_proxy" "tls http_proxy https_proxy grpc_proxy" \
  "plain http_proxy https_proxy"; do
  # shellcheck disable=SC2086
  GRPC_VERBOSITY=NONE "$work/venv/bin/python" "$work/look.py" $words
done)
echo "$found"
[ "$found" = "tls HTTPS_PROXY -> nothing
tls GRPC_PROXY -> nothing
plain HTTP_PROXY -> nothing
tls https_proxy -> https_proxy: CONNECT
tls http_proxy -> http_proxy: CONNECT
plain https_proxy -> https_proxy: CONNECT
tls http_proxy https_proxy grpc_proxy -> grpc_proxy: CONNECT
plain http_proxy https_proxy -> https_proxy: CONNECT" ]
