#!/usr/bin/env bash
# WireMock cannot replay a chat that it recorded itself: the second turn gets the answer to
# the first. Its recorder writes a looser pattern than the body, by two switches that are off
# in a mapping made by hand, so that a turn fits every later one, which begins with it; the
# same goes for a turn that was never recorded, for another order, and for a field more.
# (After a restart it differs from recording to recording which turn's answer comes first.)
#
# Versions: WireMock 3.13.2 (wiremock-standalone, on JDK 17).
# Source: WireMock's documentation of recording (requestBodyPattern, "auto": equalToJson with
# ignoreArrayOrder and ignoreExtraElements); both are false in its request matching.
# Why it matters to a recorder: SDKs of language models send the whole conversation each
# time. A suite stays green while it reads an old answer, and whoever converts such a
# recording to one that compares bodies sees tests miss that passed before.
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

TEXTS = ("Hello", "Good morning", "Add 1 and 2", "3", "Now take 3 away", "0")
TURNS = [{"role": ("user", "assistant")[at % 2], "content": t} for at, t in enumerate(TEXTS)]
FIRST = {"model": "m", "messages": TURNS[:1]}
SECOND = {"model": "m", "messages": TURNS[:3]}
THIRD = {"model": "m", "messages": TURNS[:5]}
ASKED = {
    "the first turn": FIRST,
    "the second turn": SECOND,
    "a third turn": THIRD,
    "the second turn, the other way round": {**SECOND, "messages": TURNS[2::-1]},
    "the second turn, streamed": {**SECOND, "stream": True},
    "the first turn, of another model": {**FIRST, "model": "n"},
}


class Origin(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = f"an answer to {len(asked['messages'])}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def post(path, value):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", path, json.dumps(value), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def up():
    for _ in range(600):
        try:
            return socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.1)
    raise SystemExit("WireMock did not start")


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
port = free_port()
words = ["java", "-jar", "wiremock-standalone-3.13.2.jar", "--bind-address", "127.0.0.1"]
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
wiremock = subprocess.Popen([*words, "--port", str(port)], **quiet)
try:
    up()
    target = {"targetBaseUrl": f"http://127.0.0.1:{origin.server_port}"}
    assert post("/__admin/recordings/start", target)[0] == 200
    for body in (FIRST, SECOND):
        assert post("/chat", body) == (200, f"an answer to {len(body['messages'])}")
    made = json.loads(post("/__admin/recordings/stop", {})[1])["mappings"]
    origin.shutdown()
    for mapping in made:
        (pattern,) = mapping["request"]["bodyPatterns"]
        del pattern["equalToJson"]
        print("recorded with", json.dumps(pattern))
    for what, body in ASKED.items():
        status, text = post("/chat", body)
        print(f"{what}: {text if status == 200 else status}")
finally:
    wiremock.terminate()
    wiremock.wait()
PY
echo "WireMock 3.13.2"
timeout 120 python3 look.py | tee found
cat > expected <<'END'
recorded with {"ignoreArrayOrder": true, "ignoreExtraElements": true}
recorded with {"ignoreArrayOrder": true, "ignoreExtraElements": true}
the first turn: an answer to 1
the second turn: an answer to 1
a third turn: an answer to 1
the second turn, the other way round: an answer to 1
the second turn, streamed: an answer to 1
the first turn, of another model: 404
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
