"""Hidden values that a response gave out, as tokens and cookies, known again when a
client of the replay sends them back.

Where hints tell two accounts apart, ``[REDACTED:access_token]`` in a recorded response
becomes ``[REDACTED:access_token--x4]``, with the hint of the value that stood there. A
fake JWT has the hint in its signature.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mitmvcr.core.model import Interaction, Response
from mitmvcr.core.searching import each_match
from mitmvcr.secrets import digests
from mitmvcr.secrets.containers import Look
from mitmvcr.secrets.looks import FAKE
from mitmvcr.secrets.messages import Text, Walk
from mitmvcr.secrets.scan import BYTES
from mitmvcr.secrets.spans import Edit, substituted
from mitmvcr.secrets.whose import of_token

_MARK = re.compile(rb"\[REDACTED:[\w.-]{1,60}\]")


def _marks(data: bytes) -> list[re.Match[bytes]]:
    """Return the placeholders and fakes in a text, in order."""
    found = [*each_match(_MARK, b"[REDACTED:", data), *each_match(FAKE, b"eyJ", data)]
    return sorted(found, key=re.Match.start)


def _texts(response: Response) -> list[bytes]:
    """Return the texts of a response, those within content codings too."""
    found: list[bytes] = []

    def visit(text: Text) -> bytes:
        found.append(text.data)
        return text.data

    Walk(visit).response(response)
    return found


def given_out(met: Response, kept: Response) -> tuple[bytes, ...]:
    """Return the values for which placeholders stand in a response that is ``kept`` so,
    in order; nothing for one of which that is not known."""
    if kept is met:
        return ()
    if met.body == kept.body and met.websocket == kept.websocket:  # as nearly always
        ours, theirs = (
            [value.encode(*BYTES) for values in each.values() for value in values]
            for each in (met.headers, kept.headers)
        )
    else:
        ours, theirs = _texts(met), _texts(kept)
    if len(ours) != len(theirs):
        return ()
    pairs = (
        (one, other) for one, other in zip(ours, theirs, strict=True) if one != other
    )
    return tuple(value for one, other in pairs for value in _hidden(one, other))


def _hidden(met: bytes, kept: bytes) -> list[bytes]:
    """Return what stood where there are placeholders, or nothing for each where all
    around them is not the same."""
    marks = _marks(kept)
    if not marks:
        return []
    ends = [0, *map(re.Match.end, marks)]
    starts = [*map(re.Match.start, marks), len(kept)]
    first, *pieces = map(kept.__getitem__, map(slice, ends, starts))
    at, last = len(first), len(met) - len(pieces[-1])
    found = []
    is_same = met.startswith(first) and met.endswith(pieces[-1])
    for piece in pieces[:-1]:
        end = met.find(piece, at, last)
        is_same = is_same and end >= 0
        found.append(met[at:end])
        at = end + len(piece)
    found.append(met[at:last])
    return found if is_same and at <= last else [b""] * len(pieces)


def marks_of(hints: Mapping[bytes, str], values: Iterable[bytes]) -> list[str]:
    """Return the hint of each value; empty for one that tells nobody apart. ``hints``
    are those of what was sent back."""
    return [hints.get(of_token(value), "") for value in values]


def marked(written: Interaction, marks: Sequence[str]) -> Interaction:
    """Return the interaction with these hints in its placeholders; itself where their
    numbers differ. A binary message, in which no length may change, stays."""
    count = sum(len(_marks(text)) for text in _texts(written.response))
    if count != len(marks) or not any(marks):
        return written
    left = iter(marks)

    def visit(text: Text) -> bytes:
        hinted = [
            Edit(*found.span(), _with_hint(found[0], next(left).encode()))
            for found in _marks(text.data)
        ]
        is_binary = text.look is Look.FORMS
        return text.data if is_binary else substituted(text.data, hinted)

    response = Walk(visit).response(written.response)
    return digests.restated(written, replace(written, response=response))


def _with_hint(stands: bytes, hint: bytes) -> bytes:
    if not hint:
        return stands
    if stands.startswith(b"["):
        return b"%b--%b]" % (stands[:-1].rstrip(b"-"), hint)
    start, dot, signature = stands.rpartition(b".")
    return start + dot + hint + signature[len(hint) :]
