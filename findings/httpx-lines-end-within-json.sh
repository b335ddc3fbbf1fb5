#!/usr/bin/env bash
# A line that httpx's iter_lines gives may be half a line: it ends at U+2028, U+2029 and U+0085,
# which JSON allows in any string, so that ollama's chat, which parses each line, raises. Ollama
# itself never sends them, as Go writes them as \u2028: it is a recorder or a gateway that
# writes the JSON anew that does.
#
# Versions: httpx 0.28.1, httpx2 2.16.2, ollama 0.6.3, requests 2.34.2, httpx-sse 0.4.3 (CPython 3.11
# to 3.13), Node's JSON.stringify, Go's encoding/json.
# Source: httpx's _decoders.py (LineDecoder: str.splitlines); ollama's _client.py (iter_lines, then
# json.loads); Go's documentation of json.Marshal (U+2028 and U+2029 are escaped). RFC 8259,
# section 7, wants only quotation marks, backslashes and letters below U+0020 escaped.
# Why it matters to a recorder: an answer that is kept as a value and written out again, as nock,
# MockServer and talkback keep it, means the same and makes its client fail in the middle of
# a chat, when somebody has pasted such a letter. An answer in lines has to be given back in
# its own bytes, and one's own reader may part it at "\n" alone.
set -euo pipefail
for tool in python3 go node; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check httpx==0.28.1 httpx2==2.16.2 ollama==0.6.3 \
  requests==2.34.2 httpx-sse==0.4.3
cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

func main() {
	value := map[string]any{}
	text, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = json.Unmarshal(text, &value)
	}
	if err != nil {
		panic(err)
	}
	text, _ = json.Marshal(value)
	fmt.Println(string(text))
}
GO
cat > look.py <<'PY'
import http.server
import importlib.metadata
import json
import subprocess
import threading

import httpx
import httpx2
import httpx_sse
import ollama
import requests

CONTENT = "first\u2028second"
part = {"model": "m", "message": {"role": "assistant", "content": CONTENT}, "done": False}
writers = {
    "Go": ["go", "run", "main.go"],
    "Node": ["node", "-e", "console.log(JSON.stringify(JSON.parse(fs.readFileSync(0))))"],
}
lines = {
    name: subprocess.run(words, input=json.dumps(part).encode(), stdout=-1, check=True).stdout
    for name, words in writers.items()
}


class Origin(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        line = lines[self.path.split("/")[1]]
        self.send_response(200)
        kind = "text/event-stream" if self.path.endswith("/sse") else "application/x-ndjson"
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(b"data: " + line + b"\n" if self.path.endswith("/sse") else line)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
for name in ("httpx", "httpx2", "ollama", "requests", "httpx-sse"):
    print(name, importlib.metadata.version(name))
for name, line in lines.items():
    url = f"http://127.0.0.1:{origin.server_port}/{name}"
    print(f"JSON from {name}, {'escaped' if line.isascii() else 'as it is'}")
    for library in (httpx, httpx2):
        with library.stream("GET", url) as answer:
            print(f"  {library.__name__}: {len(list(answer.iter_lines()))} lines")
    with requests.get(url, stream=True) as answer:
        print(f"  requests: {len(list(answer.iter_lines()))} lines")
    with httpx.Client() as client, httpx_sse.connect_sse(client, "GET", url + "/sse") as source:
        event = next(source.iter_sse()).json()
        print("  httpx-sse:", "whole" if event["message"]["content"] == CONTENT else event)
    try:
        for each in ollama.Client(url).chat("m", stream=True):
            print("  ollama:", "whole" if each.message.content == CONTENT else each)
    except json.JSONDecodeError:
        print("  ollama: JSONDecodeError")
ends = [chr(code) for code in range(0x20, 0x110000) if len(f"a{chr(code)}b".splitlines()) > 1]
print("ends of a line that JSON need not escape:", *(f"U+{ord(each):04X}" for each in ends))
PY
timeout 60 venv/bin/python look.py | tee found
cat > expected <<'END'
httpx 0.28.1
httpx2 2.16.2
ollama 0.6.3
requests 2.34.2
httpx-sse 0.4.3
JSON from Go, escaped
  httpx: 1 lines
  httpx2: 1 lines
  requests: 1 lines
  httpx-sse: whole
  ollama: whole
JSON from Node, as it is
  httpx: 2 lines
  httpx2: 2 lines
  requests: 1 lines
  httpx-sse: whole
  ollama: JSONDecodeError
ends of a line that JSON need not escape: U+0085 U+2028 U+2029
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
