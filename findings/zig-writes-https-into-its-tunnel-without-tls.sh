#!/usr/bin/env bash
# Zig's std.http.Client asks a proxy for a tunnel to an https origin, and writes the request into
# it without TLS: method, path and every header, tokens too, are readable on the way, and the
# origin sees plain text where it waits for a handshake. Without a proxy it speaks TLS.
#
# Versions: Zig 0.17.1 (PyPI's ziglang).
# Source: lib/std/http/Client.zig: connectProxied returns the connection to the proxy, whose
# protocol is the proxy's, and nobody puts TLS over it; RFC 9110, section 9.3.6, and RFC 2818.
# Why it matters to a recorder: what comes out of the tunnel is a request of http to port 443,
# which no origin answers, so that it is never recorded. The program has to do without
# initDefaultProxies, and its connection has to be led to the recorder below it.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check ziglang==0.17.1
cat > ask.zig <<'ZIG'
const std = @import("std");

pub fn main(init: std.process.Init) !void {
    var client: std.http.Client = .{ .allocator = init.gpa, .io = init.io };
    defer client.deinit();
    try client.initDefaultProxies(init.arena.allocator(), init.environ_map);
    _ = client.fetch(.{
        .location = .{ .url = "https://api.test/secret" },
        .headers = .{ .authorization = .{ .override = "Bearer made-up" } },
    }) catch {};
}
ZIG
venv/bin/python -m ziglang build-exe ask.zig
cat > proxy.py <<'PY'
import os
import socket
import subprocess


def read_head(taken):
    data = b""
    while b"\r\n\r\n" not in data and (more := taken.recv(65536)):
        data += more
        if data[:1] == b"\x16":  # a handshake
            break
    return data


with socket.create_server(("127.0.0.1", 0)) as listening:
    listening.settimeout(60)
    proxy = f"http://127.0.0.1:{listening.getsockname()[1]}"
    asking = subprocess.Popen(["./ask"], env={**os.environ, "https_proxy": proxy})
    taken, _ = listening.accept()
    with taken:
        taken.settimeout(60)
        print(read_head(taken).split(b"\r\n")[0].decode())
        taken.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        inside = read_head(taken)
    asking.wait(60)
print("TLS" if inside[:1] == b"\x16" else "plain:")
for line in inside.decode("latin-1").split("\r\n"):
    if line.lower().startswith(("get", "authorization")):
        print(f"  {line}")
PY
python3 proxy.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
CONNECT api.test:443 HTTP/1.1
plain:
  GET /secret HTTP/1.1
  authorization: Bearer made-up
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
