#!/usr/bin/env bash
# Recorded through WireMock as a proxy (--enable-browser-proxying), two hosts become one: no
# mapping says which host it was for, equal paths of the two become one scenario, and the
# replay gives the first who asks the first answer of either, and answers for any other host.
#
# Versions: WireMock 3.13.2 (wiremock-standalone, on JDK 17).
# Source: WireMock's documentation: its proxying "also supports record and playback", and many
# hosts in one instance are told apart by hostname matching ("Multi-domain Mocking"), which
# the recorder does not write; the recording option captureHeaders {"Host": {}} is the way out.
# Why it matters to a recorder: a program that asks its API and its log-in server for /health
# or /v1/token gets the other's answer where their order differs, without an error. A
# converter cannot tell the hosts apart either: one origin for all is what it has to assume.
set -euo pipefail
for tool in java mvn python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mvn -q -B dependency:copy -Dartifact=org.wiremock:wiremock-standalone:3.13.2 \
  "-DoutputDirectory=$work" > maven 2>&1 || { cat maven; exit 1; }
cat > look.py <<'PY'
import http.client
import json
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORDS = ["--bind-address", "127.0.0.1", "--enable-browser-proxying"]


def origin(name):
    class Origin(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(name)))
            self.end_headers()
            self.wfile.write(name.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(method, target, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, target, body)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def up():
    for _ in range(600):
        try:
            return socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.1)
    raise SystemExit("WireMock did not start")


def admin(path, value):
    status, body = ask("POST", f"/__admin/{path}", json.dumps(value))
    assert status == 200, (path, status, body)
    return body


def record(settings):
    admin("reset", {})
    admin("recordings/start", settings)
    for url in urls:
        print("recorded", urls[url], ask("GET", url))
    made = json.loads(admin("recordings/stop", {}))["mappings"]
    for mapping in sorted(made, key=lambda each: each.get("newScenarioState") is None):
        request = mapping["request"]
        if "headers" in request:
            host = request.pop("headers")["Host"]["equalTo"]
            request["Host"] = urls[f"http://{host}/health"]
        where = {"scenario": mapping.get("requiredScenarioState")}
        print("mapping", json.dumps({**request, **where}, sort_keys=True))


def replay():
    for url in reversed(urls):
        print("replayed", urls[url], ask("GET", url)[1].splitlines()[:1])


servers = {name: origin(name) for name in ("api", "login")}
urls = {f"http://127.0.0.1:{each.server_port}/health": name for name, each in servers.items()}
port = free_port()
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
jar = "wiremock-standalone-3.13.2.jar"
wiremock = subprocess.Popen(["java", "-jar", jar, *WORDS, "--port", str(port)], **quiet)
try:
    up()
    record({"persist": False})
    replay()
    other = f"http://127.0.0.1:{free_port()}/health"
    print("replayed for a host that was never asked", ask("GET", other))
    print("with captureHeaders")
    record({"persist": False, "captureHeaders": {"Host": {}}})
    replay()
finally:
    wiremock.terminate()
    wiremock.wait()
PY
echo "WireMock $(java -jar wiremock-standalone-3.13.2.jar --version 2> /dev/null | tail -n 1)"
timeout 240 python3 look.py | tee found
cat > expected <<'END'
recorded api (200, 'api')
recorded login (200, 'login')
mapping {"method": "GET", "scenario": "Started", "url": "/health"}
mapping {"method": "GET", "scenario": "scenario-1-health-2", "url": "/health"}
replayed login ['api']
replayed api ['login']
replayed for a host that was never asked (200, 'login')
with captureHeaders
recorded api (200, 'api')
recorded login (200, 'login')
mapping {"Host": "login", "method": "GET", "scenario": null, "url": "/health"}
mapping {"Host": "api", "method": "GET", "scenario": null, "url": "/health"}
replayed login ['login']
replayed api ['api']
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
