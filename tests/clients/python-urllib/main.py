import sys
from urllib.request import Request, urlopen

base = sys.argv[1]
for request in [
    Request(base + "/json"),
    Request(base + "/encoded/gzip"),
    Request(base + "/json", b'{"a": 1}', {"Content-Type": "application/json"}),
    Request(base + "/redirect/308"),
    Request(base + "/cookies", headers={"Cookie": "flavour=oat"}),
    Request(base + "/sse?n=2"),
]:
    with urlopen(request) as answer:
        print(answer.read().decode())
