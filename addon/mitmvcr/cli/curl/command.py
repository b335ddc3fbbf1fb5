"""A curl command line, as pasted, into the request that curl would send.

Options that only say how it is sent are ignored.
"""

import base64
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mitmvcr.cli.curl import shellwords
from mitmvcr.core.errors import OptionError
from mitmvcr.core.media import FORM, JSON
from mitmvcr.view.parts import raw


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Those that take a value, and those that do not.
DATA = _names("data data-ascii data-raw data-binary data-urlencode json")
_TAKES = DATA | _names("url request header user cookie user-agent referer range")
_REFUSED = {
    "form": "multipart bodies have a boundary that curl makes up",
    "upload-file": "give the body with --data-binary @file, and -X PUT",
    "config": "write out what stands in the file",
}
_IGNORED = _names(
    "compressed insecure silent show-error location location-trusted verbose include"
    " fail fail-with-body globoff no-buffer no-progress-meter progress-bar http1.0"
    " http1.1 http2 http2-prior-knowledge http3 http3-only ipv4 ipv6 tlsv1 tlsv1.2"
    " tlsv1.3 anyauth basic no-keepalive tcp-nodelay create-dirs remote-name"
)
_IGNORED_WITH_VALUE = _names(
    "output max-time connect-timeout proxy proxy-user cacert capath cert key cert-type"
    " key-type retry retry-delay retry-max-time write-out cookie-jar resolve connect-to"
    " stderr dump-header limit-rate noproxy ciphers max-redirs interface trace"
    " trace-ascii"
)
_SHORT = {
    **{"X": "request", "H": "header", "d": "data", "u": "user", "A": "user-agent"},
    **{"e": "referer", "b": "cookie", "G": "get", "I": "head", "F": "form"},
    **{"T": "upload-file", "K": "config", "r": "range"},
}
_IGNORED_SHORT = frozenset("ksSLvifgNnjqpaOJRBZ#0123460")
_IGNORED_SHORT_WITH_VALUE = frozenset("omxcwEDCQyYzPU")


def options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield name and value of each option; a word of its own is a ``url``."""
    rest = iter(words)
    for word in rest:
        if word.startswith("--") and len(word) > 2:
            yield from _long(word[2:], rest)
        elif word.startswith("-") and len(word) > 1 and word != "--":
            yield from _cluster(word[1:], rest)
        elif word != "--":
            yield "url", word


def _long(name: str, rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    if name in _IGNORED:
        return
    _refuse(name)
    if name in _FLAGS:
        yield name, ""
    elif name in _TAKES | _IGNORED_WITH_VALUE:
        value = _next(f"--{name}", rest)
        if name not in _IGNORED_WITH_VALUE:
            yield name, value
    else:
        raise unclear(f"--{name}", "mitmvcr does not understand this curl option")


def _cluster(letters: str, rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Yield the options of a word of short ones: ``-sSL``, ``-XPOST``, ``-H 'A:
    b'``."""
    for place, letter in enumerate(letters):
        if letter in _IGNORED_SHORT:
            continue
        name = _SHORT.get(letter, "")
        _refuse(name)
        if name in _FLAGS:
            yield name, ""
            continue
        if not name and letter not in _IGNORED_SHORT_WITH_VALUE:
            raise unclear(f"-{letter}", "mitmvcr does not understand this curl option")
        value = letters[place + 1 :] or _next(f"-{letter}", rest)
        if name:
            yield name, value
        return


def _refuse(name: str) -> None:
    if name in _REFUSED:
        raise unclear(f"--{name}", f"is not understood here: {_REFUSED[name]}")


def _next(option: str, rest: Iterator[str]) -> str:
    value = next(rest, None)
    if value is None:
        raise unclear(option, "its value is missing")
    return value


def unclear(what: str, remedy: str) -> OptionError:
    shortened = what if len(what) <= 60 else what[:60] + "..."
    return OptionError("--curl", shortened, remedy)


@dataclass(slots=True)
class Curl:
    """The request; header names as written, ``body`` None where none was given."""

    method: str = ""
    url: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | None = None
    removed: set[str] = field(default_factory=set)
    as_query: bool = False
    head: bool = False
    json: bool = False

    def has(self, name: str) -> bool:
        known = {given.lower() for given, _ in self.headers} | self.removed
        return name.lower() in known

    def add(self, name: str, value: str) -> None:
        """Add a default header that no -H sets or takes away."""
        if not self.has(name):
            self.headers.append((name, value))


def parse_curl(text: str) -> Curl:
    """Return the request that a curl command line makes. Raise OptionError, which names
    the option that is not understood."""
    try:
        words = shellwords.split(text)
    except ValueError as error:
        raise unclear(text, str(error)) from error
    # Browsers put several behind each other.
    ends = [place for place, word in enumerate(words) if word in (";", "&&", "&", "|")]
    del words[min(ends, default=len(words)) :]
    if words and words[0].rpartition("/")[2] in ("curl", "curl.exe"):
        del words[0]
    curl = Curl()
    late: list[Callable[[], None]] = []
    for name, value in options(words):
        _apply(curl, name, value, late)
    for finish in late:  # -H has the last word, wherever it stands
        finish()
    if not curl.url:
        raise unclear(text, "there is no URL in it")
    return _finished(curl)


def _apply(curl: Curl, name: str, value: str, late: list[Callable[[], None]]) -> None:
    if name == "url":
        _set_url(curl, value)
    elif name == "request":
        curl.method = value
    elif name in _FLAGS:
        setattr(curl, _FLAGS[name], True)
    elif name == "header":
        _add_header(curl, value)
    elif name in _HEADERS:
        late.append(lambda: _HEADERS[name](curl, value))
    else:
        _add_data(curl, name, value)


def _set_url(curl: Curl, url: str) -> None:
    if curl.url:
        raise unclear(url, "give only one URL")
    curl.url = url if "://" in url else f"http://{url}"


def _add_header(curl: Curl, text: str) -> None:
    """Apply one -H: ``Name: value``; ``Name:`` takes curl's own header away, ``Name;``
    is empty."""
    if text.startswith("@"):
        lines = _file("--header", text[1:]).decode("utf-8", "surrogateescape")
        for line in filter(None, lines.splitlines()):
            _add_header(curl, line)
        return
    name, colon, value = text.partition(":")
    if colon and value.strip():
        curl.headers.append((name.strip(), value.strip()))
    elif colon:
        curl.removed.add(name.strip().lower())
    elif name.endswith(";"):
        curl.headers.append((name[:-1].strip(), ""))


def _add_data(curl: Curl, name: str, value: str) -> None:
    curl.json = curl.json or name == "json"
    joint = b"" if name == "json" else b"&"
    piece = _piece(name, value)
    curl.body = piece if curl.body is None else curl.body + joint + piece


def _piece(name: str, value: str) -> bytes:
    if name == "data-raw":
        return raw(value)
    if name == "data-urlencode":
        return _urlencoded(value)
    if not value.startswith("@"):
        return raw(value)
    content = _file(f"--{name}", value[1:])
    # With these two, curl leaves line ends and NUL of a file out.
    if name in ("data", "data-ascii"):
        return content.translate(None, b"\r\n\0")
    return content


def _urlencoded(value: str) -> bytes:
    """Encode ``content``, ``=content``, ``name=content``, ``@file`` or
    ``name@file``."""
    sign = min((i for i in (value.find("="), value.find("@")) if i >= 0), default=-1)
    name = value[:sign] if sign >= 0 else ""
    content = raw(value[sign + 1 :])
    if sign >= 0 and value[sign] == "@":
        content = _file("--data-urlencode", value[sign + 1 :])
    encoded = urllib.parse.quote_plus(content)
    return raw(f"{name}={encoded}" if name else encoded)


def _file(option: str, name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise unclear(f"{option} @{name}", reason) from error


def _add_user(curl: Curl, user: str) -> None:
    word = base64.b64encode(raw(user if ":" in user else f"{user}:")).decode()
    curl.add("Authorization", f"Basic {word}")


def _add_cookie(curl: Curl, text: str) -> None:
    if "=" in text:  # else it is a file of curl's own
        curl.add("Cookie", text)


_HEADERS: dict[str, Callable[[Curl, str], None]] = {
    "user": _add_user,
    "cookie": _add_cookie,
    "user-agent": lambda curl, text: curl.add("User-Agent", text),
    "referer": lambda curl, text: curl.add("Referer", text.removesuffix(";auto")),
    "range": lambda curl, text: curl.add("Range", f"bytes={text}"),
}
#: Options without a value that are not ignored.
_FLAGS = {"get": "as_query", "head": "head"}


def _finished(curl: Curl) -> Curl:
    """Return the request that follows from all options together."""
    if curl.as_query and curl.body is not None:
        base, mark, fragment = curl.url.partition("#")
        joint = "&" if "?" in base else "?"
        query = curl.body.decode("utf-8", "surrogateescape")
        curl.url, curl.body = f"{base}{joint}{query}{mark}{fragment}", None
    if curl.body is not None:
        curl.add("Content-Type", JSON if curl.json else FORM)
    curl.add("Accept", JSON if curl.json else "*/*")
    default = "GET" if curl.body is None else "POST"
    curl.method = curl.method or ("HEAD" if curl.head else default)
    return curl
