import sys

import httplib2

base = sys.argv[1]
client = httplib2.Http()
for path, more in [
    ("/json", {}),
    ("/encoded/gzip", {}),
    ("/json", {"method": "POST", "body": '{"a": 1}'}),
    ("/redirect/308", {}),
    ("/cookies", {"headers": {"Cookie": "flavour=oat"}}),
    ("/sse?n=2", {}),
]:
    _, content = client.request(base + path, **more)
    print(content.decode())
