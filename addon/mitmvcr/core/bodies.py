"""Request bodies as they are compared, by media type: equal keys match.

Nothing here raises, whatever the bytes: what is not what its type says is compared
byte for byte.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from urllib.parse import parse_qsl, quote

from mitmvcr.codings import decoded_or_same
from mitmvcr.core.keys import any_placeholder, header, json_bytes, parameter, parse_json
from mitmvcr.core.model import Headers, Request
from mitmvcr.core.xml import canonical_xml

#: Longer bodies are kept as a digest, so that a deck does not hold them twice.
_DIGEST_FROM = 1024
_DIGEST = b"blake2b:"
#: A multipart in a multipart in a multipart ... is bytes from there on.
_DEEPEST = 8

Pairs = Iterable[tuple[str, str]]


class BodyRules:
    """What of a body counts: by default all. ``json`` changes a parsed value, ``form``
    the fields of a form. ``folds``: line ends do not count, those written as escapes
    in JSON neither, and every body is compared as JSON or as it stands."""

    __slots__ = ("folds", "form", "json")

    def __init__(
        self,
        json: Callable[[object], object] | None = None,
        form: Callable[[Pairs], Pairs] | None = None,
        *,
        folds: bool = False,
    ) -> None:
        self.json, self.form, self.folds = json, form, folds


_EVERYTHING = BodyRules()


def request_body_keys(
    request: Request, rules: BodyRules = _EVERYTHING
) -> tuple[bytes, ...]:
    """Return the keys of a request's body, its content coding undone: as its media type
    has it, and, where that is another, as it stands. One in common is enough: what is
    the same byte for byte matches whatever type it is said to be of."""
    if not request.body:
        return _NOTHING
    body = decoded_or_same(request.body, header(request.headers, "Content-Encoding"))
    body = any_placeholder(body)
    typed = body_key(body, header(request.headers, "Content-Type"), rules)
    plain = shortened(any_placeholder(request.body))
    return (typed,) if typed == plain else (typed, plain)


_NOTHING = (b"",)


def body_key(body: bytes, media: str, rules: BodyRules = _EVERYTHING) -> bytes:
    """Return a short body in one spelling, a long one as a digest."""
    return shortened(canonical(body, media, rules)) if body else body


def shortened(body: bytes) -> bytes:
    if len(body) < _DIGEST_FROM and not body.startswith(_DIGEST):
        return body
    return _DIGEST + blake2b(body, digest_size=32).digest()


def canonical(
    body: bytes, media: str, rules: BodyRules = _EVERYTHING, depth: int = 0
) -> bytes:
    """Return one spelling of a body: equal for all that say the same."""
    if rules.folds:
        body, media = fold_escapes(body), "json"
    with suppress(ValueError):
        value = parse_json(body, media)
        return json_bytes(rules.json(value) if rules.json else value)
    kind = media.partition(";")[0].strip().lower()
    with suppress(ValueError):
        if kind == "application/x-www-form-urlencoded":
            return _form(body, rules)
        if kind.startswith("multipart/") and depth < _DEEPEST:
            return _multipart(body, media, rules, depth)
        if kind.endswith(("/xml", "+xml")):
            return canonical_xml(body)
    if kind.startswith("text/"):
        return folded(body)
    return body


def folded(text: bytes) -> bytes:
    """Write every line end of a text as a line feed."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def fold_escapes(body: bytes) -> bytes:
    """Fold line ends, also those that JSON escapes, as charm's recorder does."""
    return body.replace(b"\r\n", b"\n").replace(rb"\r\n", rb"\n")


def form_fields(body: bytes) -> list[tuple[str, str]]:
    """Return the fields of an urlencoded form, blank ones too, in the order sent."""
    text = body.decode("utf-8", "surrogateescape")
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")


def _form(body: bytes, rules: BodyRules) -> bytes:
    """Spell a form with its names in any order, the values of one name in theirs."""
    found = form_fields(body)
    if not found:
        raise ValueError("no form")
    fields = sorted(rules.form(found) if rules.form else found, key=lambda it: it[0])
    return b"&".join(b"%s=%s" % (_quoted(name), _quoted(v)) for name, v in fields)


def _quoted(text: str) -> bytes:
    return quote(text, safe="", errors="surrogateescape").encode()


# Multipart


def _multipart(body: bytes, media: str, rules: BodyRules, depth: int) -> bytes:
    """Spell the parts in their order, however they were kept apart: as a digest, so
    that no other body can pass for it."""
    whole = blake2b(digest_size=32, person=b"multipart")
    for headers, content in multipart_parts(body, parameter(media, "boundary")):
        kept = _part(headers, content, rules, depth)
        for piece in kept:
            whole.update(b"%d:%s," % (len(piece), piece))
    return _DIGEST + b"multipart:" + whole.digest()


def _part(
    headers: Headers, content: bytes, rules: BodyRules, depth: int
) -> Iterator[bytes]:
    name = parameter(header(headers, "content-disposition"), "name")
    if rules.form and name:
        counts = [value for _, value in rules.form([(name, "value")])]
        if not counts:
            return
        content = content if counts[0] else b""
    lines = sorted((name, *values) for name, values in headers.items())
    for line in lines:
        text = "\n".join(without_boundary(value) for value in line)
        yield text.encode("utf-8", "surrogateescape")
    yield b""
    yield canonical(content, header(headers, "content-type"), rules, depth + 1)


def multipart_parts(body: bytes, boundary: str) -> Iterator[tuple[Headers, bytes]]:
    """Yield each part's headers, names in lower case, and its content.

    Raises ValueError where the body does not end with the boundary.
    """
    if not boundary:
        raise ValueError("no boundary")
    mark = b"--" + boundary.encode("utf-8", "surrogateescape")
    ends = re.escape(mark) + rb"(--)?[ \t]*(?:\r?\n|\Z)"
    pieces = re.split(rb"(?:\A|\r?\n)" + ends, body)
    # Text before the first and after the last boundary says nothing.
    if len(pieces) < 3 or pieces[-2] is None:
        raise ValueError("the last boundary is missing")
    for piece in pieces[2:-2:2]:
        yield _split_part(piece)


def _split_part(piece: bytes) -> tuple[Headers, bytes]:
    if piece.startswith((b"\r\n", b"\n")):  # it has no headers
        return {}, piece.partition(b"\n")[2]
    head, content = ([*re.split(rb"\r?\n\r?\n", piece, maxsplit=1), b""])[:2]
    headers: dict[str, list[str]] = {}
    for line in re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines():
        name, _, value = line.decode("utf-8", "surrogateescape").partition(":")
        headers.setdefault(name.strip().lower(), []).append(value.strip())
    return headers, content


_BOUNDARY = re.compile(r';\s*boundary=(?:"[^"]*"|[^\s;]*)', re.IGNORECASE)


def without_boundary(media: str) -> str:
    """Return a multipart's type without what keeps its parts apart."""
    if not media[:10].lower().startswith("multipart/"):
        return media
    return _BOUNDARY.sub("", media)
