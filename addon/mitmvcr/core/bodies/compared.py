"""Request bodies as they are compared, by media type: equal keys match.

Nothing here raises, whatever the bytes: what is not what its type says is compared
byte for byte.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from urllib.parse import quote

from mitmvcr.core.bodies.carried import payload
from mitmvcr.core.bodies.forms import form_fields, is_form, maps_in_order, place_of
from mitmvcr.core.bodies.graphql import one_spelling
from mitmvcr.core.bodies.jsontext import (
    closed,
    document,
    ending,
    json_bytes,
    json_texts,
    may_be_lines,
    may_hold_texts,
    opened,
    parse_json,
    text_spelling,
    with_texts,
)
from mitmvcr.core.bodies.lineends import fold_escapes, folded
from mitmvcr.core.bodies.multipart import (
    boundary_of,
    digest_of,
    field_name,
    in_one_order,
    multipart_places,
)
from mitmvcr.core.bodies.outlines import Outlines
from mitmvcr.core.bodies.protobuf import (
    frame_messages,
    framed,
    with_changed_frames,
    with_changed_texts,
)
from mitmvcr.core.bodies.xml import canonical_xml, xmlrpc_call
from mitmvcr.core.media import (
    JSON,
    charset,
    holds_json,
    is_framed,
    is_protobuf,
    lasting_header,
    media_kind,
    parameter,
)
from mitmvcr.core.model import Headers, Request, header
from mitmvcr.core.placeholders import any_placeholder

#: Longer bodies are kept as a digest, so that a deck does not hold them twice.
_DIGEST_FROM = 1024
_DIGEST = b"blake2b:"
#: A multipart in a multipart in a multipart ... is bytes from there on.
_DEEPEST = 8

Pairs = Iterable[tuple[str, str]]


class BodyRules:
    """What of a body counts: by default all. ``json`` changes a parsed value, ``form``
    the fields of a form, ``text`` a text. ``outlines`` are of JSON of which only what
    ``json`` takes out does not count. ``folds``: line ends do not count, those
    written as escapes in JSON neither, and every body is compared as JSON or as it
    stands."""

    __slots__ = ("folds", "form", "json", "outlines", "text")

    def __init__(
        self,
        json: Callable[[object], object] | None = None,
        form: Callable[[Pairs], Pairs] | None = None,
        text: Callable[[str], str] | None = None,
        *,
        folds: bool = False,
        outlines: Outlines | None = None,
    ) -> None:
        self.json, self.form, self.text, self.folds = json, form, text, folds
        self.outlines = outlines


_EVERYTHING = BodyRules()


def request_body_keys(
    request: Request, rules: BodyRules = _EVERYTHING
) -> tuple[bytes, ...]:
    """Return the keys of a request's body, its codings undone: as its media type has
    it, and, where that is another, as it stands. One in common is enough: what is the
    same byte for byte matches whatever type it is said to be of."""
    if not request.body:
        return _NOTHING
    media = header(request.headers, "Content-Type")
    plain, body = payload(request, media)
    if rules.outlines and not is_framed(media):
        with suppress(ValueError):
            json = any_placeholder(body)
            typed = rules.outlines.key(
                json, media, lambda: shortened(_json(json, media, rules))
            )
            return tuple(dict.fromkeys((typed, shortened(any_placeholder(plain)))))
    is_same = body is plain
    plain = any_placeholder(plain)
    if not is_framed(media):
        body = plain if is_same else any_placeholder(body)
    typed = canonical(body, media, rules) if body else body
    if plain.startswith(b"--") and not rules.folds:
        return _keys_of_multipart(typed, plain, media, rules)
    if typed is plain:  # a hash of what is large takes its time
        return (shortened(plain),)
    keys = shortened(typed), shortened(plain)
    return keys[:1] if keys[0] == keys[1] else keys


def _keys_of_multipart(
    typed: bytes, plain: bytes, media: str, rules: BodyRules
) -> tuple[bytes, ...]:
    """Return one key where the body itself shows what its type says: the same bytes of
    another type have it too."""
    boundary = boundary_of(plain)
    is_so = media_kind(media).startswith("multipart/")
    if boundary and is_so and boundary == parameter(media, "boundary"):
        return (shortened(typed),)
    keys = [shortened(each) for each in dict.fromkeys((typed, plain))]
    if boundary:
        shows = f'multipart/form-data; boundary="{boundary}"'
        keys.append(shortened(canonical(plain, shows, rules)))
    return tuple(dict.fromkeys(keys))


_NOTHING = (b"",)


def typed_body(request: Request, rules: BodyRules) -> bytes:
    """Return a request's body in one spelling, as its media type has it."""
    media = header(request.headers, "Content-Type")
    body = payload(request, media)[1]
    return canonical(body if is_framed(media) else any_placeholder(body), media, rules)


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
    if is_framed(media):
        return _framed(body, media, rules)
    with suppress(ValueError):
        return _json(body, media, rules)
    if rules.folds:
        return body
    kind = media_kind(media)
    with suppress(ValueError):
        if kind.startswith("multipart/") and depth < _DEEPEST:
            return _multipart(body, media, rules, depth)
        if may_be_lines(body, media):
            return _lines(body, media, rules)
    if rules.text and is_protobuf(media):
        with suppress(ValueError, RecursionError):
            return with_changed_texts(body, rules.text)
    with suppress(ValueError):
        if is_form(body, kind):
            return _form(body, rules)
    return _text(without_ignored(body, media, rules), kind)


def json_value(body: bytes, media: str, rules: BodyRules = _EVERYTHING) -> object:
    """Return the value of a JSON body as far as it counts, what stands in its strings
    opened. Raise ValueError where it is none."""
    return _counted(body, media, rules)[0]


def _counted(body: bytes, media: str, rules: BodyRules) -> tuple[object, bool]:
    """Return the value of a JSON body as far as it counts, and whether it may have to
    be closed."""
    value = document(parse_json(body, media))
    if has_texts := may_hold_texts(body):
        value = opened(value)
    if rules.text:
        value = with_texts(value, rules.text)
    return (rules.json(value) if rules.json else value), has_texts


def _json(body: bytes, media: str, rules: BodyRules) -> bytes:
    """Return one spelling of a JSON body. Raise ValueError where it is none."""
    value, has_texts = _counted(body, media, rules)
    return json_bytes(closed(value) if has_texts else value)


def _framed(body: bytes, media: str, rules: BodyRules) -> bytes:
    """Spell messages of JSON in one way; of others only texts may not count."""
    if holds_json(media):
        with suppress(ValueError):
            found = frame_messages(body)
            bare = [any_placeholder(each.content) for each in found]  # of other lengths
            spelled = [canonical(each, JSON, rules) for each in bare]
            return framed(zip((each.flags for each in found), spelled, strict=True))
    elif rules.text:
        body = with_changed_frames(body, rules.text)
    return any_placeholder(body)


def _lines(body: bytes, media: str, rules: BodyRules) -> bytes:
    """Spell each JSON text in one way. Raise ValueError where one is none."""
    mark, texts = json_texts(body, media)
    spelled = [_json(each, "json", rules) for each in texts]
    if mark == b"\n":
        return mark.join(spelled) + ending(body)
    return b"".join(mark + each for each in spelled) + ending(body)


def _text(body: bytes, kind: str) -> bytes:
    with suppress(ValueError):
        if kind.endswith(("/xml", "+xml")):
            return _xml(body)
        if kind == "application/graphql":
            return (one_spelling(body.decode()) or "").encode() or body
    return folded(body) if kind.startswith("text/") else body


def _xml(body: bytes) -> bytes:
    with suppress(ValueError):
        return b"xmlrpc:" + json_bytes(xmlrpc_call(body))
    return canonical_xml(body)


def without_ignored(body: bytes, media: str, rules: BodyRules) -> bytes:
    """Return a text without what does not count in it; anything else as it stands."""
    if not rules.text or b"\0" in body:
        return body
    name = charset(media)
    with suppress(ValueError):
        old = body.decode(name)
        new = rules.text(old)
        if name == "utf-8-sig" and not body.startswith(BOM_UTF8):
            name = "utf-8"
        return body if new == old else new.encode(name)
    return body


def counted_fields(body: bytes, rules: BodyRules) -> list[tuple[str, str]]:
    """Return the fields of a form that count, each in one spelling."""
    found = form_fields(body)
    fields = maps_in_order(rules.form(found) if rules.form else found)
    if rules.text or _MAY_BE_TEXTS.search(body):
        return [(name, _field(name, value, rules)) for name, value in fields]
    return fields


#: What a field that is JSON or GraphQL begins with.
_MAY_BE_TEXTS = re.compile(rb"=[\s+]*[{\[%]|query=")


def _field(name: str, value: str, rules: BodyRules) -> str:
    if (rules.json or rules.text) and value.lstrip()[:1] in ("{", "["):
        with suppress(ValueError):
            body = value.encode("utf-8", "surrogateescape")
            return _json(body, "", rules).decode()
    spelled = text_spelling(value, may_be_graphql=name == "query")
    if spelled is not None:
        return spelled
    return rules.text(value) if rules.text else value


def _form(body: bytes, rules: BodyRules) -> bytes:
    """Spell a form with its names in any order, the values of one name in theirs.
    Raise ValueError where it has none."""
    fields = sorted(counted_fields(body, rules), key=lambda it: place_of(it[0]))
    if not fields and not form_fields(body):
        raise ValueError("no form")
    return b"&".join(b"%s=%s" % (_quoted(name), _quoted(v)) for name, v in fields)


def _quoted(text: str) -> bytes:
    return quote(text, safe="", errors="surrogateescape").encode()


# Multipart


def _multipart(body: bytes, media: str, rules: BodyRules, depth: int) -> bytes:
    """Spell the parts, the fields of a form in any order, however they were kept apart:
    as a digest, so that no other body can pass for it."""
    parts = (
        (field_name(headers), digest_of(_part(headers, body, content, rules, depth)))
        for headers, content in multipart_places(body, parameter(media, "boundary"))
    )
    whole = b"".join(in_one_order(parts))
    return _DIGEST + b"multipart:" + blake2b(whole, digest_size=32).digest()


def _part(
    headers: Headers, body: bytes, place: slice, rules: BodyRules, depth: int
) -> Iterator[bytes | memoryview]:
    name = parameter(header(headers, "content-disposition"), "name")
    if rules.form and name:
        counts = [value for _, value in rules.form([(name, "value")])]
        if not counts:
            return
        place = place if counts[0] else slice(0, 0)
    lines = sorted((name, *values) for name, values in headers.items())
    for line in lines:
        text = "\n".join(lasting_header(line[0], value) for value in line)
        text = rules.text(text) if rules.text else text
        yield text.encode("utf-8", "surrogateescape")
    yield b""
    media = header(headers, "content-type")
    if _is_opaque(media, body, place, rules):
        yield memoryview(body)[place]
    else:
        yield canonical(body[place], media, rules, depth + 1)


#: Types of which nothing but the bytes counts; and what else a body may begin as.
_OPAQUE = re.compile(
    r"|application/(octet-stream|pdf|zip|gzip)|(image/(?!svg)|video/|audio/).*"
)
_MAY_BE = re.compile(rb"\s*[{\[\x1e]|\xff\xfe|\xfe\xff|.?\x00", re.DOTALL)


def _is_opaque(media: str, body: bytes, place: slice, rules: BodyRules) -> bool:
    """Return whether a part is compared as it stands, so that it need not be copied."""
    if place.stop - place.start < _DIGEST_FROM:
        return False
    is_bytes = _OPAQUE.fullmatch(media_kind(media))
    return is_bytes is not None and not (
        rules.text or rules.folds or _MAY_BE.match(body, place.start, place.stop)
    )
