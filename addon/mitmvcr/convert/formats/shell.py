"""Requests as commands: a script of curl, or of httpie. It holds no answers."""

import shlex
from collections.abc import Sequence

from mitmvcr.convert.coded import text_of, to_base64
from mitmvcr.core.model import Interaction, Request, header

_HEAD = "#!/bin/sh"


def write_curl(interactions: Sequence[Interaction]) -> bytes:
    """Return a script with a curl command for each request."""
    return _script([_curl(each.request) for each in interactions])


def write_httpie(interactions: Sequence[Interaction]) -> bytes:
    """Return a script with an http command for each request."""
    return _script([_httpie(each.request) for each in interactions])


def _script(commands: Sequence[str]) -> bytes:
    text = "".join(f"{command}\n" for command in [_HEAD, *commands])
    return text.encode("utf-8", "surrogateescape")


def _curl(request: Request) -> str:
    words = ["curl", "--request", request.method or "GET", request.url]
    if request.method == "HEAD":
        words = ["curl", "--head", request.url]
    for name, value in _headers(request):
        words += ["--header", f"{name}: {value}" if value else f"{name};"]
    if not request.body:
        return shlex.join(words)
    if not header(request.headers, "Content-Type"):
        words += ["--header", "Content-Type:"]  # curl would say that it is a form
    text = text_of(request.body)
    if _can_be_typed(text):
        return shlex.join([*words, "--data-binary", f"{text}"])
    return _from_pipe(request.body, [*words, "--data-binary", "@-"])


def _httpie(request: Request) -> str:
    words = [request.method or "GET", request.url]
    words += [f"{n}:{v}" if v else f"{n};" for n, v in _headers(request)]
    if not request.body:
        return shlex.join(["http", "--ignore-stdin", *words])
    text = text_of(request.body)
    if _can_be_typed(text):
        return shlex.join(["http", "--ignore-stdin", f"--raw={text}", *words])
    return _from_pipe(request.body, ["http", *words])


def _headers(request: Request) -> list[tuple[str, str]]:
    return [(n, value) for n, values in request.headers.items() for value in values]


def _can_be_typed(text: str | None) -> bool:
    """Return whether a body can be a word of a command: curl takes an @ for a file, and
    no word holds NUL."""
    return text is not None and not text.startswith("@") and "\0" not in text


def _from_pipe(body: bytes, words: Sequence[str]) -> str:
    return f"printf %s {to_base64(body)} | base64 -d | {shlex.join(words)}"
