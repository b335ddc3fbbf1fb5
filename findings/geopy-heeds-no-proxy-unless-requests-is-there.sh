#!/usr/bin/env bash
# Whether geopy heeds NO_PROXY goes by what else is installed: by itself it asks with urllib, and goes past the proxy to a host
# that NO_PROXY names; once any package has brought requests it asks with that, and through the proxy. The authorities that
# REQUESTS_CA_BUNDLE names, by which requests trusts everywhere else, it then takes no notice of.
#
# Versions: geopy 2.5.0, requests 2.34.2, trustme 1.2.1 (CPython 3.11).
# Source: geopy/geocoders/base.py (the adapter is that of requests wherever requests can be imported), geopy/adapters.py
# (_normalize_proxies takes urllib's getproxies; RequestsAdapter: trust_env = False, which is also what turns NO_PROXY off).
# Why it matters to a recorder: the same program, with the same variables, is recorded in one environment and not in the
# other; and one that finds its authority by requests' own variable refuses the recorder's certificate, where
# each other request of the program trusts it. With SSL_CERT_FILE both are trusted.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
unset REQUESTS_CA_BUNDLE CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR
for name in alone beside; do
  python3 -m venv "$name"
  "$name"/bin/pip install -q --no-compile --disable-pip-version-check geopy==2.5.0 trustme==1.2.1
done
beside/bin/pip install -q --no-compile --disable-pip-version-check requests==2.34.2
cat > program.py <<'PY'
"""Asks for a place, in one of two ways, and prints who was asked for it."""
import http.server
import os
import ssl
import sys
import threading
from importlib.metadata import version

import trustme
from geopy.geocoders import Nominatim

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.server.name)
        body = b'[{"lat": "1.0", "lon": "2.0", "display_name": "Town"}]'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(name, context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    server.name = name
    server.handle_error = lambda *_: None
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def ask(scheme, port):
    asked.clear()
    geocoder = Nominatim(user_agent="shop", domain=f"127.0.0.1:{port}", scheme=scheme, timeout=20)
    try:
        found = geocoder.geocode("Town").address
    except Exception as error:
        found = type(error).__name__
    return f"{type(geocoder.adapter).__name__}: {' '.join(asked) or 'nobody'} asked, {found}"


def plain(**variables):
    os.environ.update({"HTTP_PROXY": f"http://127.0.0.1:{proxy}", **variables})
    print("plain,", " and ".join(["HTTP_PROXY", *variables]), "-", ask("http", origin))
    for each in ("HTTP_PROXY", *variables):
        del os.environ[each]


def trusting(variable):
    os.environ[variable] = os.path.abspath("authority.pem")
    print(f"TLS, {variable} -", ask("https", secure))
    del os.environ[variable]


authority = trustme.CA()
authority.cert_pem.write_to_path("authority.pem")
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
authority.issue_cert("127.0.0.1").configure_cert(context)
origin, proxy, secure = serve("origin"), serve("proxy"), serve("origin", context)
print("geopy", version("geopy"))
plain()
plain(NO_PROXY="127.0.0.1")
for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
    trusting(variable)
if sys.argv[1] == "beside":
    import requests

    os.environ["REQUESTS_CA_BUNDLE"] = "authority.pem"
    print("requests itself, REQUESTS_CA_BUNDLE -", requests.get(f"https://127.0.0.1:{secure}", timeout=20).status_code)
PY
for name in alone beside; do
  timeout 50 "$name"/bin/python program.py "$name" 2>> errors | sed "s/^/$name: /"
done | tee found
cat > expected <<'END'
alone: geopy 2.5.0
alone: plain, HTTP_PROXY - URLLibAdapter: proxy asked, Town
alone: plain, HTTP_PROXY and NO_PROXY - URLLibAdapter: origin asked, Town
alone: TLS, SSL_CERT_FILE - URLLibAdapter: origin asked, Town
alone: TLS, REQUESTS_CA_BUNDLE - URLLibAdapter: nobody asked, GeocoderServiceError
beside: geopy 2.5.0
beside: plain, HTTP_PROXY - RequestsAdapter: proxy asked, Town
beside: plain, HTTP_PROXY and NO_PROXY - RequestsAdapter: proxy asked, Town
beside: TLS, SSL_CERT_FILE - RequestsAdapter: origin asked, Town
beside: TLS, REQUESTS_CA_BUNDLE - RequestsAdapter: nobody asked, GeocoderUnavailable
beside: requests itself, REQUESTS_CA_BUNDLE - 200
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
