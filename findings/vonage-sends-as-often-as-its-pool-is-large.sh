#!/usr/bin/env bash
# Vonage's SDK for Python sends a text message again, at once, where the connection ends without an answer, ten times in all:
# as often as its pool may have connections, so that who sets pool_maxsize for threads sets how many messages may go out.
# A question by GET is asked forty times. Where one letter of an answer had come, the message is sent once.
#
# Versions: vonage 4.9.1, vonage-http-client 1.5.2, requests 2.34.2, urllib3 2.7.0 (CPython 3.11).
# Source: vonage_http_client/http_client.py (make_request looks for the word RemoteDisconnected in the arguments of the
# ConnectionError; max_retries = pool_maxsize or 10); requests' own Retry, three for a GET and none for a POST, is below it.
# Why it matters to a recorder: one whose connection ends without an answer, as when it fails or is stopped, or that replays
# an answer that never came, gets ten equal POSTs for one call, and sends as many on while it records; whether anything
# of an answer had come has to be kept for a replay to be the same number of requests. max_retries has no effect on
# it, and the program sees the last one's error alone.
set -euo pipefail
for tool in openssl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem 2> errors
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check vonage==4.9.1 vonage-http-client==1.5.2 requests==2.34.2 urllib3==2.7.0
cat > look.py <<'PY'
import os
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
os.environ["REQUESTS_CA_BUNDLE"] = "cert.pem"
from vonage import Auth, HttpClientOptions, Vonage
from vonage_sms import SmsMessage

asked = []
how = {}


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def end(self):
        asked.append((self.path, self.rfile.read(int(self.headers.get("Content-Length") or 0))))
        self.wfile.write(how["said"])
        self.close_connection = True

    do_GET = do_POST = end

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
host = f"127.0.0.1:{server.server_port}"


def look(said, call, **options):
    how["said"] = said
    asked.clear()
    auth = Auth(api_key="example", api_secret="example")
    client = Vonage(auth, HttpClientOptions(api_host=host, rest_host=host, **options))
    try:
        said = call(client)
    except Exception as error:
        said = type(error).__name__
    return f"{said}, {len(asked)} requests, {len(set(asked))} different"


def send(client):
    return client.sms.send(SmsMessage(to="15550100", from_="Ann", text="hello"))


def balance(client):
    return client.account.get_balance()


for name in ("vonage", "vonage-http-client", "requests", "urllib3"):
    print(name, version(name))
print("a message, nothing came:", look(b"", send))
print("a message, nothing came, a pool of 3:", look(b"", send, pool_maxsize=3))
print("a message, nothing came, no retries:", look(b"", send, max_retries=0))
print("a message, one letter came:", look(b"H", send))
print("a question, nothing came:", look(b"", balance))
PY
timeout 150 venv/bin/python look.py 2>> errors | tee found
cat > expected <<'END'
vonage 4.9.1
vonage-http-client 1.5.2
requests 2.34.2
urllib3 2.7.0
a message, nothing came: ConnectionError, 10 requests, 1 different
a message, nothing came, a pool of 3: ConnectionError, 3 requests, 1 different
a message, nothing came, no retries: ConnectionError, 10 requests, 1 different
a message, one letter came: ConnectionError, 1 requests, 1 different
a question, nothing came: ConnectionError, 40 requests, 1 different
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
