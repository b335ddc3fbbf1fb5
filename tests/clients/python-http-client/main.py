import http.client
import sys
from urllib.parse import urlsplit

connection = http.client.HTTPSConnection(urlsplit(sys.argv[1]).hostname)
for method, path, body, headers in [
    ("GET", "/json", None, {}),
    ("GET", "/encoded/gzip", None, {}),
    ("POST", "/json", '{"a": 1}', {"Content-Type": "application/json"}),
    ("GET", "/cookies", None, {"Cookie": "flavour=oat"}),
    ("GET", "/sse?n=2", None, {}),
]:
    connection.request(method, path, body, headers)
    print(connection.getresponse().read().decode())
