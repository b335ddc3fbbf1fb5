import sys

from geventhttpclient.useragent import UserAgent


def main(base: str) -> None:
    client = UserAgent()
    for path, more in [
        ("/json", {}),
        ("/encoded/gzip", {"headers": {"Accept-Encoding": "gzip"}}),
        ("/redirect/308", {}),
        ("/cookies", {"headers": {"Cookie": "flavour=oat"}}),
        ("/sse?n=2", {}),
        ("/json", {"method": "POST", "payload": '{"a": 1}'}),
    ]:
        print(client.urlopen(base + path, **more).content.decode())


main(sys.argv[1])
