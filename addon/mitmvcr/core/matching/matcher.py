"""Which parts of two requests have to be the same, and the keys that say so.

Two requests match where their keys are equal. A key is in two halves: the *bucket*
comes of the URL alone, so that a cassette is sorted without being parsed, and the
*rest* of the whole request. A request may have two rests, since its body may be said
in two ways (see core/bodies/); one in common is enough.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from mitmvcr.core.bodies import (
    BodyRules,
    Outlines,
    canonical,
    form_fields,
    payload,
    request_body_keys,
    shortened,
)
from mitmvcr.core.frames import pieces_of
from mitmvcr.core.jsonpaths import name_anywhere
from mitmvcr.core.matching.ignoring import Names, Places, pieces_left_out
from mitmvcr.core.matching.spec import DEFAULT, MatchSpec
from mitmvcr.core.matching.urls import (
    URL_PARTS,
    mapped_key,
    query_pairs,
    split_url,
    url_part,
)
from mitmvcr.core.media import FORM, JSON, media_kind, without_boundary
from mitmvcr.core.model import Headers, Request, header
from mitmvcr.core.placeholders import any_placeholder

KeyOf = Callable[[Request], Hashable]
_T = TypeVar("_T")

_FORM_METHODS = ("POST", "PUT", "PATCH")


class Filters:
    """What counts of a path, a query, a form, the headers and a body."""

    __slots__ = ("body", "form", "headers", "path", "query")

    def __init__(self, spec: MatchSpec) -> None:
        self.query = Names(spec.ignore_query)
        self.form = Names(spec.ignore_form)
        self.path = pieces_left_out(spec.ignore_path)
        self.headers = Names(spec.ignore_headers, fold=True)
        self.body = BodyRules(
            json=Places(spec.ignore_json) if spec.ignore_json else None,
            form=self.form if spec.ignore_form else None,
            text=pieces_left_out(spec.ignore_body),
            folds=spec.style == "charm",
            outlines=_outlines(spec),
        )


def _outlines(spec: MatchSpec) -> Outlines | None:
    names = [name_anywhere(each.pattern) for each in spec.ignore_json]
    if not names or spec.ignore_body or spec.style == "charm":
        return None
    if not Outlines.suit(names):
        return None
    return Outlines(filter(None, names))


class Matcher:
    """A MatchSpec made ready. ``parts`` gives each part's key by its name, in order."""

    __slots__ = (
        "base",
        "bucket",
        "counts",
        "parts",
        "rests",
        "spec",
        "spelling_tells",
        "url",
    )

    def __init__(self, spec: MatchSpec = DEFAULT) -> None:
        self.spec = spec
        self.counts = Filters(spec)
        self.url = mapped_key(spec.base_urls)
        self.parts: dict[str, KeyOf] = {}
        of_url: list[Callable[[str], Hashable]] = []
        of_rest: list[KeyOf] = []
        for name in spec.parts:
            if _is_of_url(name, spec):
                of_url.append(_url_part(name, spec, self.counts))
                self.parts[name] = _of_request(of_url[-1])
            elif _is_typed_body(name, spec):
                self.parts[name] = _body(self.counts.body)
            else:
                of_rest.append(_rest_part(name, spec, self.counts))
                self.parts[name] = of_rest[-1]
        self.bucket: Callable[[str], Hashable] = _all_of(of_url)
        is_typed = any(_is_typed_body(name, spec) for name in spec.parts)
        base = _all_of(of_rest)
        self.rests = _rests(base, self.counts.body if is_typed else None)
        #: The key of all but the body; None where no body is compared by its type.
        self.base = base if is_typed else None
        in_part = spec.base_urls or spec.ignore_query or spec.ignore_path
        #: Do URLs that are equal differ in nothing but how they are spelled?
        self.spelling_tells = "url" in spec.parts and not in_part

    def __repr__(self) -> str:
        return f"<Matcher {','.join(self.spec.parts)}>"

    def message(self, content: bytes) -> bytes:
        """Return what counts of a WebSocket's message: JSON in one spelling, and
        without what is ignored there; anything else as it stands."""
        pieces = pieces_of(any_placeholder(content))
        return b"".join(
            each.before + canonical(each.text, JSON, self.counts.body)
            for each in pieces
        )

    def matches(self, one: Request, other: Request) -> bool:
        return all(agree(key(one), key(other)) for key in self.parts.values())


def agree(one: Hashable, other: Hashable) -> bool:
    """Return whether two requests agree in a part that has these keys."""
    if isinstance(one, BodyKeys) and isinstance(other, BodyKeys):
        return not one.isdisjoint(other)
    return one == other


class BodyKeys(frozenset[bytes]):
    """One in common is enough."""


def _rests(
    base: KeyOf, rules: BodyRules | None
) -> Callable[[Request], tuple[Hashable, ...]]:
    if rules is None:
        return lambda request: (base(request),)

    def keys(request: Request) -> tuple[Hashable, ...]:
        if not request.body:
            return ((base(request), b""),)
        rest = base(request)
        return tuple((rest, body) for body in request_body_keys(request, rules))

    return keys


def _is_typed_body(part: str, spec: MatchSpec) -> bool:
    return part == "body" and spec.style != "go-vcr"


def _all_of(keys: Sequence[Callable[[_T], Hashable]]) -> Callable[[_T], Hashable]:
    """Join several keys into one."""
    if len(keys) == 1:
        return keys[0]
    if len(keys) == 2:
        first, second = keys
        return lambda thing: (first(thing), second(thing))
    return lambda thing: tuple(key(thing) for key in keys)


def _of_request(key: Callable[[str], Hashable]) -> KeyOf:
    return lambda request: key(request.url)


def _is_of_url(part: str, spec: MatchSpec) -> bool:
    return part in URL_PARTS and (spec.style != "go-vcr" or part == "url")


def _url_part(part: str, spec: MatchSpec, counts: Filters) -> Callable[[str], Hashable]:
    is_whole = not (spec.base_urls or spec.ignore_query or spec.ignore_path)
    if spec.style == "go-vcr" and is_whole:
        return str
    return url_part(part, spec.base_urls, counts.query, counts.path)


# The rest


def _rest_part(part: str, spec: MatchSpec, counts: Filters) -> KeyOf:
    go = spec.style == "go-vcr"
    if go and part in _GO:
        return _GO[part]
    if part.startswith("header:"):
        return _named_header(part.partition(":")[2], counts.headers)
    if part == "headers":  # Go compares its canonical names, whose case counts
        return _headers(counts.headers, str if go else str.lower)
    return _form(counts.form) if part == "form" else _USUAL[part]


def _method(request: Request) -> str:
    return request.method or "GET"


def _proto(request: Request) -> Hashable:
    return request.proto, request.proto_major, request.proto_minor


_USUAL: dict[str, KeyOf] = {"method": _method, "proto": _proto}


def _body(rules: BodyRules) -> KeyOf:
    return lambda request: BodyKeys(request_body_keys(request, rules))


def _headers(counts: Names, spelled: Callable[[str], str]) -> KeyOf:
    def key(request: Request) -> Hashable:
        found: dict[str, tuple[str, ...]] = {}
        for name, values in request.headers.items():
            if counts.counts(name):
                kept = _values(values) if counts.value_counts(name) else ()
                found[spelled(name)] = found.get(spelled(name), ()) + kept
        return frozenset(found.items())

    return key


def _named_header(name: str, counts: Names) -> KeyOf:
    wanted = name.lower()

    def key(request: Request) -> Hashable:
        if not counts.counts(name):
            return None
        same = [v for n, v in request.headers.items() if n.lower() == wanted]
        if not counts.value_counts(name):
            return bool(same)
        return tuple(value for values in same for value in _values(values))

    return key


def _values(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(without_boundary, values))


def _form(counts: Names) -> KeyOf:
    def key(request: Request) -> Hashable:
        found: dict[str, list[str]] = {}
        for name, value in counts(form_pairs(request)):
            found.setdefault(name, []).append(value)
        return frozenset((name, tuple(values)) for name, values in found.items())

    return key


def form_pairs(request: Request) -> list[tuple[str, str]]:
    """Return Go's Request.Form: the fields of an urlencoded body, then those of the
    query."""
    pairs: list[tuple[str, str]] = []
    media = header(request.headers, "Content-Type")
    if request.method in _FORM_METHODS and media_kind(media) == FORM:
        pairs += form_fields(payload(request, media)[1])
    parts = split_url(request.url)
    return pairs + query_pairs(parts[3]) if parts else pairs


# go-vcr: byte for byte, but an empty map or list is as good as none


def _same_map(fields: Headers) -> Hashable:
    return frozenset((name, tuple(values)) for name, values in fields.items())


_GO: dict[str, KeyOf] = {
    "method": lambda request: request.method,
    "proto": _proto,
    "body": lambda request: shortened(request.body),
    "content_length": lambda request: request.content_length,
    "transfer_encoding": lambda request: tuple(request.transfer_encoding),
    "host": lambda request: request.host,
    "form": lambda request: _same_map(request.form),
    "trailer": lambda request: _same_map(request.trailer),
    "remote_addr": lambda request: request.remote_addr,
    "request_uri": lambda request: request.request_uri,
}
