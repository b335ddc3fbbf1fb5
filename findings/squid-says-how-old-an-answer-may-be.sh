#!/usr/bin/env bash
# squid puts a header into each request that says nothing of the kind: "Cache-Control: max-age=259200", three days, so
# that the origin, and each cache behind squid, is told that an old answer will do; a client's own Cache-Control it
# keeps. A GET with a body, as searches have, it refuses itself by 411 though the length is there, trailers and TE are
# gone, a POST in chunks leaves with a length, and the words of a status line are its own: "520 Lock held" is "520
# Unassigned".
#
# Versions: squid 5.7 (squid 5.7-2+deb12u6, Debian 12's package).
# Source: squid's src/http.cc (HttpStateData::httpBuildRequestHeader: max-age of the refresh_pattern's limit where the
# request has none) and src/client_side.cc with the option request_entities, which is off.
# Why it matters to a recorder: behind squid the origin answers another request than the program's, and a recording in
# front of it has none of this; a 411 of squid's is no refusal of the API's, and its X-Cache names the machine.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download squid=5.7-2+deb12u6 squid-common=5.7-2+deb12u6 squid-langpack=20220130-1 libecap3=1.0.1-3.4
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.py <<'PY'
import os
import socket
import socketserver
import subprocess
import threading
import time


came = []
told = {}


class Origin(socketserver.StreamRequestHandler):
    def handle(self):
        lines = []
        while line := self.rfile.readline().decode().strip():
            lines.append(line)
        self.rfile.read(sum(int(line.split()[1]) for line in lines if line.startswith("Content-Length")))
        if lines:
            came.append(lines)
            self.wfile.write(told["answer"].encode())


def ask(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request.encode())
        return connection.makefile("rb").read().decode()


def listening(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
at = origin.server_address[1]
threading.Thread(target=origin.serve_forever, daemon=True).start()
with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    port = one.getsockname()[1]

here = os.path.abspath("unpacked/usr")
with open("proxy.conf", "w") as written:
    written.write(f"""http_port 127.0.0.1:{port}
http_access allow all
visible_hostname squid.example
pid_filename none
access_log none
cache_log {os.getcwd()}/log
coredump_dir none
icon_directory {here}/share/squid/icons
error_directory {here}/share/squid-langpack/en
mime_table {here}/share/squid/mime.conf
unlinkd_program /bin/true
pinger_enable off
netdb_filename none
cache deny all
memory_cache_shared off
shutdown_lifetime 0
max_filedescriptors 256
cache_effective_user nobody
""")
env = {**os.environ, "LD_LIBRARY_PATH": f"{here}/lib/x86_64-linux-gnu"}
binary = f"{here}/sbin/squid"
print(subprocess.run([binary, "-v"], env=env, capture_output=True, text=True).stdout.split("\n")[0])
proxy = subprocess.Popen([binary, "-N", "-n", f"look{os.getpid()}", "-f", "proxy.conf"], env=env)
try:
    for _ in range(300):
        if listening(port):
            break
        time.sleep(0.1)
    for name, method, more, body, answer in (
        ("a GET", "GET", "TE: trailers\r\n", "", "200 OK"),
        ("a GET with its own limit", "GET", "Cache-Control: max-age=0\r\n", "", "200 OK"),
        ("no-cache", "GET", "Cache-Control: no-cache\r\n", "", "200 OK"),
        ("a POST", "POST", "Content-Length: 3\r\n", "a=1", "201 Made it"),
        ("a POST in chunks", "POST", "Transfer-Encoding: chunked\r\n", "3\r\na=1\r\n0\r\n\r\n", "520 Lock held"),
        ("a GET with a body", "GET", "Content-Length: 3\r\n", "", "200 OK"),
    ):
        told["answer"] = f"HTTP/1.1 {answer}\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 5\r\n\r\n"
        came.clear()
        said = ask(port, f"{method} http://127.0.0.1:{at}/a HTTP/1.1\r\nHost: 127.0.0.1:{at}\r\n{more}Connection: close\r\n\r\n{body}")
        seen = [line for line in (came[0][1:] if came else []) if not line.startswith(("Host", "Via", "Connection", "X-Forwarded"))]
        print(f"{name}: the origin sees {seen if came else 'nothing'}, the client {said.split(chr(13))[0]!r}, the trailer {'X-Sum: 5' in said}")
    print([line.replace(str(port), "PORT") for line in said.split("\r\n") if line.startswith("X-")])
finally:
    proxy.terminate()
    proxy.wait(60)
PY
timeout 200 python3 look.py 2> errors | tee found
cat > expected <<'END'
Squid Cache: Version 5.7
a GET: the origin sees ['Cache-Control: max-age=259200'], the client 'HTTP/1.1 200 OK', the trailer False
a GET with its own limit: the origin sees ['Cache-Control: max-age=0'], the client 'HTTP/1.1 200 OK', the trailer False
no-cache: the origin sees ['Cache-Control: no-cache'], the client 'HTTP/1.1 200 OK', the trailer False
a POST: the origin sees ['Content-Length: 3', 'Cache-Control: max-age=259200'], the client 'HTTP/1.1 201 Created', the trailer False
a POST in chunks: the origin sees ['Content-Length: 3', 'Cache-Control: max-age=259200'], the client 'HTTP/1.1 520 Unassigned', the trailer False
a GET with a body: the origin sees nothing, the client 'HTTP/1.1 411 Length Required', the trailer False
['X-Squid-Error: ERR_INVALID_REQ 0', 'X-Cache: MISS from squid.example', 'X-Cache-Lookup: NONE from squid.example:PORT']
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
