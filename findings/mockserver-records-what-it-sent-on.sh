#!/usr/bin/env bash
# MockServer cannot replay to a client what it recorded of that client behind httpForward: it
# records the request as it sent it on, with the origin's Host, and a recording compares all
# headers, so that each request gets a 404. The same behind --proxy-to replays; but a JSON
# answer comes back laid out anew, with 1 for 1.0.
#
# Versions: MockServer 7.6.0 (mockserver-netty, on JDK 17).
# Source: MockServer's HttpForwardAction (adjustHostHeader); its documentation of "record and
# replay" says that what forward actions send is recorded, "containing the request received".
# Why it matters to a recorder: the documented way of one server for several origins (an
# expectation for each, then replay) gives a recording for nobody: it wants Host taken out by
# hand. Who converts one has to know that its Host is the origin's here, and the client's
# there, and that the text of JSON answers is not what was sent (Digest, ETag, signatures).
set -euo pipefail
for tool in java mvn python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>look</groupId><artifactId>look</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>org.mock-server</groupId>
    <artifactId>mockserver-netty</artifactId>
    <version>7.6.0</version>
  </dependency></dependencies>
</project>
XML
mvn -q -B dependency:copy-dependencies -DoutputDirectory=jars > maven 2>&1 || { cat maven; exit 1; }
cat > look.py <<'PY'
import http.client
import json
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JAVA = ["java", "-Dmockserver.localBoundIP=127.0.0.1", "-cp", "jars/*"]
MAIN = ["org.mockserver.cli.Main", "-l", "ERROR"]


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"price": 1.0}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def tell(port, path, body=None):
    status, answer = ask(port, "PUT", f"/mockserver/{path}", body)
    assert status in (200, 201), (path, status, answer)
    return answer


def up(port):
    for _ in range(600):
        try:
            return socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.1)
    raise SystemExit("MockServer did not start")


def look(name, words, expectation=None):
    port = free_port()
    whose = {f"127.0.0.1:{port}": "MockServer's", to: "the origin's"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([*JAVA, *MAIN, "-p", str(port), *words], **quiet)
    try:
        up(port)
        if expectation:
            tell(port, "expectation", json.dumps(expectation))
        status, body = ask(port, "GET", "/a")
        print(f"{name}: recorded {status} {body}")
        recorded = tell(port, "retrieve?type=RECORDED_EXPECTATIONS&format=JSON")
        (made,) = json.loads(recorded)
        (host,) = made["httpRequest"]["headers"]["Host"]
        print(f"{name}: the recorded Host is {whose[host]}")
        for what in ["as recorded"] if name == "--proxy-to" else ["as recorded", "without Host"]:
            tell(port, "reset")
            tell(port, "expectation", json.dumps([made]))
            status, body = ask(port, "GET", "/a")
            print(f"{name}: {what}, the replay is {status} {' '.join(body.split())}".rstrip())
            made["httpRequest"]["headers"].pop("Host", None)
    finally:
        process.terminate()
        process.wait()


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
to = f"127.0.0.1:{origin.server_port}"
forward = {"host": "127.0.0.1", "port": origin.server_port}
look("httpForward", [], {"httpRequest": {}, "httpForward": forward})
look("--proxy-to", ["--proxy-to", to])
PY
java -cp 'jars/*' org.mockserver.cli.Main -V 2> /dev/null
timeout 240 python3 look.py | tee found
cat > expected <<'END'
httpForward: recorded 200 {"price": 1.0}
httpForward: the recorded Host is the origin's
httpForward: as recorded, the replay is 404
httpForward: without Host, the replay is 200 { "price" : 1 }
--proxy-to: recorded 200 {"price": 1.0}
--proxy-to: the recorded Host is MockServer's
--proxy-to: as recorded, the replay is 200 { "price" : 1 }
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
