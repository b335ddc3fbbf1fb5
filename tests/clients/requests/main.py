import sys

import requests

base = sys.argv[1]
session = requests.Session()
print(session.get(base + "/json").content.decode())
print(session.get(base + "/encoded/gzip").content.decode())
print(session.post(base + "/json", json={"a": 1}).content.decode())
print(session.get(base + "/redirect/308").content.decode())
print(requests.get(base + "/cookies", cookies={"flavour": "oat"}).text)
with session.get(base + "/sse", params={"n": 2}, stream=True) as answer:
    for line in answer.iter_lines():
        print(line.decode())
