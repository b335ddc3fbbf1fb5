"""Large uploads, without a proxy: a match beside a hash of the body, and its miss.

CPU time of this process, in milliseconds.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from pathlib import Path

from harness.figures import Goal, Row, least
from harness.race import Bench, Race, cpu_ms

from mitmvcr.core.bodies import request_body_keys
from mitmvcr.core.deck import Deck
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Mode, Refuse, Repeats
from mitmvcr.format import writer
from mitmvcr.session import Session
from mitmvcr.store.store import FileStore

_MIB = 1 << 20
#: In bytes.
_SIZE = 100 * _MIB
#: A match may cost so many times a hash of the body; a miss so many milliseconds.
MATCH, MISS = Goal("ratio", 2.0), Goal("ours", 1000.0)


def rows(bench: Bench) -> list[Row]:
    content = os.urandom(_MIB) * (_SIZE // _MIB)
    changed = content[: _SIZE // 2] + b"changed" + content[_SIZE // 2 + 7 :]
    return [row for kind in _KINDS for row in _of_kind(bench, kind, content, changed)]


def _of_kind(bench: Bench, kind: str, content: bytes, changed: bytes) -> Iterator[Row]:
    asked = _KINDS[kind](content, "a")
    again = replace(asked, body=bytes(bytearray(asked.body)))
    tasks = {
        "key": partial(request_body_keys, asked),
        "match": partial(_matched, asked, again),
        "hash": partial(blake2b, asked.body),
    }
    rounds = bench.size(5, quick=3)
    race = Race().run({k: partial(cpu_ms, task) for k, task in tasks.items()}, rounds)
    case = f"100 MiB, {kind}"
    # Only what is not the same to the byte is taken apart.
    goal = None if kind == "json" else MATCH
    yield Row(f"key of {case}", race.least("key"), "hash", race.least("hash"), goal)
    least_hash = race.least("hash")
    yield Row(f"match of {case}", race.least("match"), "hash", least_hash, MATCH)
    missed = _missed(bench.folder / "uploads.yaml", asked, _KINDS[kind](changed, "b"))
    yield Row(f"miss of {case}", least([missed]), goal=MISS)


def _matched(asked: Request, recorded: Request) -> None:
    deck = Deck([Interaction(0, recorded, Response(code=200))])
    assert deck.take(asked) is not None


def _missed(cassette: Path, asked: Request, recorded: Request) -> float:
    """Of a cassette in a file; what a look-up costs is not in it."""
    response = Response(status="200 OK", code=200)
    cassette.write_bytes(writer.dumps(Cassette([Interaction(0, recorded, response)])))
    session = Session(FileStore(cassette), Mode.REPLAY_ONLY, Repeats.NO, exists=True)
    assert isinstance(session.plan(asked), Refuse)
    return cpu_ms(partial(session.explain, asked))


def _sent(body: bytes, media: str, **headers: str) -> Request:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    url = "https://bucket.s3.amazonaws.com/object"
    fields["Content-Type"] = [media]
    return Request(method="PUT", url=url, body=body, headers=fields)


def _plain(content: bytes, _: str) -> Request:
    return _sent(content, "application/octet-stream")


def _called_form(content: bytes, _: str) -> Request:
    return _sent(content, "application/x-www-form-urlencoded")


def _text(content: bytes, _: str) -> Request:
    lines = b"a line of some words, as there are many\n" * (len(content) // 40)
    return _sent(
        lines[:-40] + content[len(content) // 2 :][:7].hex().encode(), "text/csv"
    )


def _table_called_form(content: bytes, _: str) -> Request:
    lines = b"12,abc,2026-01-01,100%,x=1\n" * (len(content) // 27)
    last = content[len(content) // 2 :][:7].hex().encode()
    return _sent(lines[:-27] + last, "application/x-www-form-urlencoded")


def _multipart(content: bytes, mark: str) -> Request:
    head = f'--{mark * 20}\r\nContent-Disposition: form-data; name="file"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{mark * 20}--\r\n".encode()
    return _sent(body, f"multipart/form-data; boundary={mark * 20}")


def _json(content: bytes, _: str) -> Request:
    lines = b'{"id": 12345, "name": "an object", "of": ["many", true, null]},\n'
    many = lines * (len(content) // len(lines))
    last = content[len(content) // 2 :][:7].hex().encode()
    return _sent(b"[%b%b]" % (many, b'"%b"' % last), "application/json")


def _aws_chunked(content: bytes, mark: str) -> Request:
    sign = f";chunk-signature={mark * 64}\r\n".encode()
    pieces = [content[at : at + _MIB] for at in range(0, len(content), _MIB)]
    framed = [b"%x%b%b\r\n" % (len(each), sign, each) for each in [*pieces, b""]]
    body = b"".join(framed)
    return _sent(body, "application/octet-stream", Content_Encoding="aws-chunked")


_KINDS: dict[str, Callable[[bytes, str], Request]] = {
    "bytes": _plain,
    "bytes that curl calls a form": _called_form,
    "lines that curl calls a form": _table_called_form,
    "text": _text,
    "json": _json,
    "multipart": _multipart,
    "aws-chunked": _aws_chunked,
}
