"""Hidden values that a response gave out, as tokens and cookies, known again when a
client of the replay sends them back.

Where hints tell two accounts apart, ``[REDACTED:access_token]`` in a recorded response
becomes ``[REDACTED:access_token--x4]``, with the hint of the value that stood there. A
fake JWT has the hint in its signature.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from mitmvcr.core.chunks import moved
from mitmvcr.core.model import Headers, Interaction, Response
from mitmvcr.secrets import digests
from mitmvcr.secrets.credentials import of_token
from mitmvcr.secrets.known import ENCODED_PLACEHOLDER
from mitmvcr.secrets.looks import FAKE
from mitmvcr.secrets.runs import decoded_base64
from mitmvcr.secrets.texts import BYTES

_MARK = re.compile(rb"\[REDACTED:[\w.-]{1,60}\]|" + FAKE.pattern)
_IN_SIGNATURE = re.compile(rb"\.([a-z2-7]+)A+\Z")


def given_out(met: Response, kept: Response) -> tuple[bytes, ...]:
    """Return the values for which placeholders stand in a response that is ``kept`` so,
    in order; none where that is not known of each."""
    if kept is met:
        return ()
    found: list[bytes] = []
    for one, other in zip(_texts(met), _texts(kept), strict=True):
        values = _hidden(one, other)
        if values is None:
            return ()
        found += values
    return tuple(found)


def _texts(response: Response) -> Iterator[bytes]:
    for values in response.headers.values():
        for value in values:
            yield value.encode(*BYTES)
    yield response.body


def _hidden(met: bytes, kept: bytes) -> list[bytes] | None:
    """Return what stood where there are placeholders; None where all around them is not
    the same."""
    first, *pieces = _MARK.split(kept)
    if not pieces:
        return []
    at, last = len(first), len(met) - len(pieces[-1])
    found = []
    for piece in pieces[:-1]:
        end = met.find(piece, at, last)
        if end < 0:
            return None
        found.append(met[at:end])
        at = end + len(piece)
    is_same = met.startswith(first) and met.endswith(pieces[-1]) and at <= last
    return [*found, met[at:last]] if is_same else None


def marks_of(hints: Mapping[bytes, str], values: Iterable[bytes]) -> list[str]:
    """Return the hint of each value; empty for one that tells nobody apart. ``hints``
    are those of what was sent back."""
    return [hints.get(of_token(value), "") for value in values]


def marked(written: Interaction, marks: Sequence[str]) -> Interaction:
    """Return the interaction with these hints in its placeholders; itself where their
    numbers differ."""
    response = written.response
    count = sum(len(_MARK.findall(text)) for text in _texts(response))
    if count != len(marks) or not any(marks):
        return written
    left = iter(marks)

    def mark(found: re.Match[bytes]) -> bytes:
        return _with_hint(found[0], next(left).encode())

    headers = {
        name: [_MARK.sub(mark, each.encode(*BYTES)).decode(*BYTES) for each in values]
        for name, values in response.headers.items()
    }
    body = _MARK.sub(mark, response.body)
    return digests.restated(
        written, replace(written, response=_with(response, headers, body))
    )


def _with_hint(stands: bytes, hint: bytes) -> bytes:
    if not hint:
        return stands
    if stands.startswith(b"["):
        return b"%b--%b]" % (stands[:-1].rstrip(b"-"), hint)
    start, dot, signature = stands.rpartition(b".")
    return start + dot + hint + signature[len(hint) :]


def _with(response: Response, headers: Headers, body: bytes) -> Response:
    length = response.content_length
    if body != response.body:
        length = len(body) if length > 0 else length
        headers = {
            name: [str(len(body))] if name.lower() == "content-length" else values
            for name, values in headers.items()
        }
    return replace(
        response,
        headers=headers,
        body=body,
        content_length=length,
        chunks=moved(response.chunks, response.body, body),
    )


def _in_basic(value: bytes) -> bytes:
    scheme, _, coded = value.partition(b" ")
    return (decoded_base64(coded) or b"") if scheme.lower() == b"basic" else b""


def sent_back(value: bytes) -> Iterator[bytes | None]:
    """Yield for each placeholder in a value what :func:`letters` knows it by; None for
    one without a hint, and for a fake JWT that has none."""
    for found in ENCODED_PLACEHOLDER.finditer(value) if b"REDACTED" in value else ():
        kind, _, hint = found[1].rpartition(b"--")
        yield b"[REDACTED:--%b]" % hint if kind and hint else None
    if b"REDACTED" in _in_basic(value):  # of a pair it is not known whose it is
        yield None
    if b"eyJ" in value:
        for found in FAKE.finditer(value):
            hint = _IN_SIGNATURE.search(found[0])
            yield b"[REDACTED:--%b]" % hint[1] if hint else None
