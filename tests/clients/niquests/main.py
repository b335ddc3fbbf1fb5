import json
import sys

import niquests

base = sys.argv[1]
session = niquests.Session()
print(session.get(base + "/json").content.decode())
print(session.get(base + "/encoded/gzip").content.decode())
print(session.post(base + "/json", json={"a": 1}).content.decode())
print(session.get(base + "/redirect/308").content.decode())
print(niquests.get(base + "/cookies", cookies={"flavour": "oat"}).text)
with session.get(base + "/sse", params={"n": 2}, stream=True) as answer:
    for line in answer.iter_lines():
        print(line.decode())
socket = niquests.get(sys.argv[2]).extension
print(json.loads(socket.next_payload())["type"])
socket.send_payload('{"type": "session.update", "session": 1}')
print(json.loads(socket.next_payload())["type"])
socket.close()
