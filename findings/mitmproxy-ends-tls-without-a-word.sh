#!/usr/bin/env bash
# mitmproxy closes a client's TLS connection without the close_notify by which TLS says that all has
# come. wget takes an answer that goes until the end of its connection for a broken one then, asks
# for it once more, twenty times in all, and ends with 4; the origin gets every one of them. curl,
# in Debian's build, takes the same bytes as whole.
#
# Versions: mitmproxy 11.0.2 and 12.3.1, GNU Wget 1.21.3 (Debian 12's package, GnuTLS), trustme 1.2.1.
# Source: mitmproxy's mitmproxy/proxy/layers/tls.py (TLSLayer.send_close has a comment in its place),
# RFC 8446, section 6.1, RFC 9112, section 9.8.
# Why it matters to a recorder: HTTP/1.0 servers, and those that stream without a length, are recorded
# twenty times over for one request, and the program fails where it passed without the proxy. Whether
# it does goes by the TLS library that its client was built with, and by a header of the answer.
set -euo pipefail
for tool in wget curl; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
proxy=
trap '[ -z "$proxy" ] || kill "$proxy" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check mitmproxy=="${MITMPROXY:-11.0.2}" trustme==1.2.1
cd "$work"
cat > origin.py <<'PY'
import http.server
import ssl
import threading

import trustme

asked = 0


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global asked
        if self.path == "/asked":
            body, asked = f"{asked}".encode(), 0
        else:
            asked += 1
            body = b"until the end\n"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def finish(self):
        super().finish()
        self.connection = self.connection.unwrap()  # its own close_notify

    def log_message(self, *_):
        pass


ca = trustme.CA()
ca.cert_pem.write_to_path("origin-ca.pem")
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
ca.issue_cert("localhost", "127.0.0.1").configure_cert(context)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
PY
coproc ORIGIN { exec venv/bin/python origin.py 2> origin.log; }
origin=$ORIGIN_PID
trap 'kill "$origin" $proxy 2>/dev/null || true; rm -rf "$work"' EXIT
read -r port <&"${ORIGIN[0]}"
free=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
venv/bin/mitmdump -q --listen-host 127.0.0.1 -p "$free" --set confdir="$work/conf" \
  --set ssl_verify_upstream_trusted_ca="$work/origin-ca.pem" &
proxy=$!
for _ in $(seq 300); do
  [ -s conf/mitmproxy-ca-cert.pem ] && (: > "/dev/tcp/127.0.0.1/$free") 2>/dev/null && break
  sleep 0.1
done
url="https://localhost:$port/x" asked="https://localhost:$port/asked"
count() { curl -sS --noproxy '*' --cacert origin-ca.pem "$asked"; }

"venv/bin/mitmdump" --version | head -n 1
wget --version | head -n 1
code=0
wget -q -T 30 --waitretry=0 -e no_proxy= --no-proxy --ca-certificate=origin-ca.pem -O direct "$url" || code=$?
direct="$code $(count)"
echo "wget without the proxy ended with, and asked: $direct"
code=0
wget -q -T 30 --waitretry=0 -e no_proxy= -e https_proxy="http://127.0.0.1:$free" \
  --ca-certificate=conf/mitmproxy-ca-cert.pem -O through "$url" || code=$?
through="$code $(count)"
echo "wget through the proxy ended with, and asked: $through"
curl -sS --noproxy '' -x "http://127.0.0.1:$free" --cacert conf/mitmproxy-ca-cert.pem -o curled "$url"
echo "curl through the proxy got: $(cat curled)"
[ "$direct" = "0 1" ] && [ "$through" = "4 20" ] && cmp -s curled direct || { echo "the behaviour has changed"; exit 1; }
