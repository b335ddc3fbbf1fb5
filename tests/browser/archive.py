"""Writes a cassette of what an archive has to hold, and converts it: FOLDER."""

import gzip
import subprocess
import sys
from pathlib import Path

from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer

ORIGIN = "http://api.example.com"
DATE = {"Date": ["Fri, 20 Nov 2026 10:00:00 GMT"]}


def _made(path, body=b"", *, asked=b"", code=200, sent=(), **of_response):
    request = Request(
        "POST" if asked else "GET",
        ORIGIN + path,
        "HTTP/1.1",
        body=asked,
        headers=dict(sent),
    )
    headers = {**DATE, "Access-Control-Allow-Origin": ["*"]}
    headers |= of_response.pop("headers", {})
    response = Response(
        proto="HTTP/1.1",
        body=body,
        headers=headers,
        status={200: "200 OK", 404: "404 Not Found"}.get(code, ""),
        code=code,
        duration=2_000_000,
        **of_response,
    )
    return Interaction(0, request, response)


def _all():
    json = {"Content-Type": ["application/json"]}
    packed = {"Content-Type": ["text/plain"], "Content-Encoding": ["gzip"]}
    cookies = {"Content-Type": ["text/plain"], "Set-Cookie": ["a=1", "b=2"]}
    frames = (
        Frame(True, 10**6, "text", b"ping"),
        Frame(False, 2 * 10**6, "text", b"p"),
    )
    yield _made("/json?a=1&b=%20", b'{"word": "caf\xc3\xa9"}', headers=json)
    yield _made("/image", b"\x89PNG\0\xff", headers={"Content-Type": ["image/png"]})
    yield _made("/packed", gzip.compress(b"unpacked"), headers=packed)
    form = [("Content-Type", ["application/x-www-form-urlencoded"])]
    yield _made("/form", b"thanks", asked=b"name=x&n=1", sent=form, headers=cookies)
    yield _made(
        "/nothing", b"no such", code=404, headers={"Content-Type": ["text/plain"]}
    )
    yield _made("/cut", code=502, failure="reset")
    upgrade = {"Upgrade": ["websocket"], "Connection": ["Upgrade"]}
    yield _made("/socket", code=101, headers=upgrade, websocket=frames)


def main():
    cassette, archive = (Path(sys.argv[1]) / name for name in ("a.yaml", "a.har"))
    cassette.write_bytes(writer.dumps(Cassette(list(_all()))))
    convert = (sys.executable, "-m", "mitmvcr", "cassette", "convert")
    subprocess.run([*convert, cassette, "-o", archive], check=True)


if __name__ == "__main__":
    main()
