"""curl's options, as a list of names and values: those that make the request another
one, without those that only say how it is sent."""

from collections.abc import Iterator

from mitmvcr.core.errors import OptionError


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
