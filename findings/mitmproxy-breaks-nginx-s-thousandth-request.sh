#!/usr/bin/env bash
# nginx takes a thousand requests on one HTTP/2 connection (keepalive_requests), and announces with the
# last that it will take no more, which is no error: it answers that one too. mitmproxy takes the
# announcement for the end of the connection, so its client gets a 502 for each thousandth request,
# whatever it asks, where curl without the proxy gets a 200 for all of them.
#
# Versions: mitmproxy 11.0.2 and 12.3.1, nginx 1.22.1 and curl 7.88.1 (Debian 12's packages), trustme 1.2.1.
# Source: nginx's src/http/v2/ngx_http_v2.c (keepalive_requests, ngx_http_v2_send_goaway), RFC 9113,
# section 6.8, mitmproxy's mitmproxy/proxy/layers/http/_http2.py (ConnectionTerminated: a comment in its
# place says what would be better).
# Why it matters to a recorder: a suite that records through such a proxy fails now and then, the more
# requests it makes the surer, at a place that has nothing to do with it; and the 502 is no answer of the
# origin's that might be recorded. Load balancers and gRPC's servers announce their ends so too.
set -euo pipefail
for tool in nginx curl; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
nginx= proxy=
trap 'kill $nginx $proxy 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check mitmproxy=="${MITMPROXY:-11.0.2}" trustme==1.2.1
cd "$work"
chmod 755 .  # nginx reads as another user
mkdir logs html
head -c 20000 /dev/zero | tr '\0' a > html/a
venv/bin/python - <<'PY'
import trustme

ca = trustme.CA()
ca.cert_pem.write_to_path("origin-ca.pem")
leaf = ca.issue_cert("localhost")
leaf.private_key_and_cert_chain_pem.write_to_path("leaf.pem")
PY
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
origin=$(free)
cat > nginx.conf <<CONF
daemon off;
pid $work/nginx.pid;
error_log $work/logs/error.log;
events { worker_connections 100; }
http {
  access_log off;
  client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/fastcgi;
  uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
  server {
    listen 127.0.0.1:$origin ssl http2;
    ssl_certificate $work/leaf.pem; ssl_certificate_key $work/leaf.pem;
    root $work/html;
  }
}
CONF
nginx -p "$work" -c nginx.conf 2> nginx.log &
nginx=$!
port=$(free)
venv/bin/mitmdump -q --listen-host 127.0.0.1 -p "$port" --set confdir="$work/conf" \
  --set ssl_verify_upstream_trusted_ca="$work/origin-ca.pem" > proxy.log 2>&1 &
proxy=$!
for _ in $(seq 300); do
  [ -s conf/mitmproxy-ca-cert.pem ] && (: > "/dev/tcp/127.0.0.1/$port") 2>/dev/null &&
    (: > "/dev/tcp/127.0.0.1/$origin") 2>/dev/null && break
  sleep 0.1
done
count() { # of each status, and of connections, that 2,500 requests one after another got
  curl -sS --http2 "$@" -w '%{http_code} %{num_connects}\n' -o out "https://localhost:$origin/a?[1-2500]" |
    awk '{ code[$1]++; opened += $2 } END { printf "%d with 200, %d with 502, on %d connections of curl\n",
      code[200], code[502], opened }'
}

venv/bin/mitmdump --version | head -n 1
nginx -v 2>&1
curl --version | head -n 1 | cut -d ' ' -f 1-2
direct=$(count --noproxy '*' --cacert origin-ca.pem)
echo "without the proxy: $direct"
through=$(count --noproxy '' -x "http://127.0.0.1:$port" --cacert conf/mitmproxy-ca-cert.pem)
echo "through the proxy: $through"
[ "$direct" = "2500 with 200, 0 with 502, on 3 connections of curl" ] &&
  [ "$through" = "2498 with 200, 2 with 502, on 1 connections of curl" ] || { echo "the behaviour has changed"; exit 1; }
