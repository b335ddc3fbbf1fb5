"""Clients that are not Go, sending the very requests that go-vcr recorded."""

import ssl
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from http.client import HTTPResponse
from pathlib import Path

from end_to_end.proxy import clean_environment
from mitmvcr.core.choosing.header_fields import other_host
from mitmvcr.core.model import Request
from patience import PATIENCE

#: Status and body.
Answer = tuple[int, bytes]


def curl_can(request: Request) -> bool:
    """To a proxy it sends no query that is empty, where it sends the whole URL."""
    return not (request.url.startswith("http:") and request.url.endswith("?"))


def by_curl(
    requests: Sequence[Request], proxy: str, ca: Path, folder: Path, *, http1: bool
) -> list[Answer]:
    """All by one curl, so that it reuses its connections."""
    config, ends = folder / "curl.config", []
    with config.open("w", encoding="utf-8") as file:
        for place, request in enumerate(requests):
            if place:
                file.write("next\n")
            body, ends = folder / f"{place}.up", [*ends, folder / f"{place}.down"]
            body.write_bytes(request.body)
            ends[-1].touch()
            for name, value in _curl_options(request, body):
                file.write(f"{name} = {_quoted(value)}\n")
            file.write(f"output = {_quoted(str(ends[-1]))}\n")
            file.write(f"proxy = {_quoted(proxy)}\ncacert = {_quoted(str(ca))}\n")
            file.write("http1.1\n" if http1 else "http2\n")
            file.write('path-as-is\ngloboff\nsilent\nwrite-out = "%{http_code}\\n"\n')
    done = subprocess.run(
        ["curl", "--disable", "--show-error", "--config", config],
        capture_output=True,
        env=clean_environment(),
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr.decode()
    codes = list(map(int, done.stdout.split()))
    bodies = [end.read_bytes() for end in ends]
    for place, request in enumerate(requests):
        if request.method == "HEAD":
            bodies[place] = b""  # curl writes the head there
    return list(zip(codes, bodies, strict=True))


def _curl_options(request: Request, body: Path) -> Iterator[tuple[str, str]]:
    yield "url", request.url
    if request.method == "HEAD":
        yield "head", ""
    else:
        yield "request", request.method
    if request.body or "Content-Type" in request.headers:
        yield "data-binary", f"@{body}"
    if "Content-Type" not in request.headers:
        yield "header", "Content-Type:"
    for name, values in request.headers.items():
        for value in values:
            yield "header", f"{name}: {value}" if value else f"{name};"
    if host := other_host(request):
        yield "header", f"Host: {host}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def urllib_can(request: Request) -> bool:
    """It sends no target that is not ASCII."""
    return request.url.isascii()


def by_urllib(requests: Sequence[Request], proxy: str, ca: Path) -> list[Answer]:
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({"http": proxy, "https": proxy}),
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca)),
        _AsItIs,
    )
    return [_urllib(opener, request) for request in requests]


class _AsItIs(urllib.request.HTTPErrorProcessor):
    """No redirect is followed and no status is an error."""

    def http_response(
        self, request: urllib.request.Request, response: HTTPResponse
    ) -> HTTPResponse:
        return response

    https_response = http_response


def _urllib(opener: urllib.request.OpenerDirector, request: Request) -> Answer:
    headers = {name: values[-1] for name, values in request.headers.items()}
    if host := other_host(request):
        headers["Host"] = host
    asked = urllib.request.Request(
        request.url, request.body or None, headers, method=request.method
    )
    with opener.open(asked, timeout=PATIENCE) as answer:
        return answer.status, answer.read()
