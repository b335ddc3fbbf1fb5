import sys

import urllib3

base = sys.argv[1]
pool = urllib3.PoolManager()
print(pool.request("GET", base + "/json").data.decode())
gzip = pool.request("GET", base + "/encoded/gzip", headers={"Accept-Encoding": "gzip"})
print(gzip.data.decode())
print(pool.request("POST", base + "/json", json={"a": 1}).data.decode())
print(pool.request("GET", base + "/redirect/308").data.decode())
cookie = pool.request("GET", base + "/cookies", headers={"Cookie": "flavour=oat"})
print(cookie.data.decode())
answer = pool.request("GET", base + "/sse?n=2", preload_content=False)
for piece in answer.stream():
    print(piece.decode())
