import io
import sys

import pycurl

base = sys.argv[1]


def fetch(path: str, **options: object) -> None:
    made, curl = io.BytesIO(), pycurl.Curl()
    curl.setopt(pycurl.URL, base + path)
    curl.setopt(pycurl.WRITEDATA, made)
    curl.setopt(pycurl.FOLLOWLOCATION, 1)
    for name, value in options.items():
        curl.setopt(getattr(pycurl, name), value)
    curl.perform()
    curl.close()
    print(made.getvalue().decode())


fetch("/json")
fetch("/encoded/gzip", ACCEPT_ENCODING="gzip")
fetch("/json", POSTFIELDS='{"a": 1}')
fetch("/redirect/308")
fetch("/cookies", COOKIE="flavour=oat")
fetch("/sse?n=2")
