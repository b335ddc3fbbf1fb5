"""Large uploads, without a proxy: what a match costs beside a hash of the body, and
what it takes to say why one does not match.

CPU time of this process, in milliseconds.
"""

import os
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from plan import Plan
from report import Row

from mitmvcr.core.bodies import request_body_keys
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Mode, Refuse, Repeats
from mitmvcr.format import writer
from mitmvcr.session import Session
from mitmvcr.store.store import FileStore

_MIB = 1 << 20
#: In bytes.
_SIZE = 100 * _MIB
#: A match may cost so many times a hash of the body; a miss so many milliseconds.
_MOST, _MOST_MISS = 2.0, 1000.0


def rows(plan: Plan, folder: Path) -> list[Row]:
    content = os.urandom(_MIB) * (_SIZE // _MIB)
    changed = content[: _SIZE // 2] + b"changed" + content[_SIZE // 2 + 7 :]
    found = []
    for name, made in _KINDS.items():
        asked = made(content, "a")
        hashed = _least(plan, lambda body=asked.body: blake2b(body).digest())
        keyed = _least(plan, lambda it=asked: request_body_keys(it))
        found.append(
            Row(f"key of 100 MiB, {name}", keyed, "hash", hashed, most_ratio=_MOST)
        )
        missed = _miss(folder / "uploads.yaml", asked, made(changed, "b"))
        found.append(Row(f"miss of 100 MiB, {name}", missed, most=_MOST_MISS))
    return found


def _least(plan: Plan, task: Callable[[], object]) -> float:
    spent = []
    for _ in range(max(3, plan.passes)):
        began = time.process_time()
        task()
        spent.append(1000 * (time.process_time() - began))
    return min(spent)


def _miss(cassette: Path, asked: Request, recorded: Request) -> float:
    """Of a cassette in a file; what a look-up costs is not in it."""
    response = Response(status="200 OK", code=200)
    cassette.write_bytes(writer.dumps(Cassette([Interaction(0, recorded, response)])))
    session = Session(FileStore(cassette), Mode.REPLAY_ONLY, Repeats.NO, exists=True)
    assert isinstance(session.plan(asked), Refuse)
    began = time.process_time()
    assert session.explain(asked).nearest
    return 1000 * (time.process_time() - began)


def _sent(body: bytes, media: str, **headers: str) -> Request:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    url = "https://bucket.s3.amazonaws.com/object"
    fields["Content-Type"] = [media]
    return Request(method="PUT", url=url, body=body, headers=fields)


def _plain(content: bytes, _: str) -> Request:
    return _sent(content, "application/octet-stream")


def _text(content: bytes, _: str) -> Request:
    lines = b"a line of some words, as there are many\n" * (len(content) // 40)
    return _sent(
        lines[:-40] + content[len(content) // 2 :][:7].hex().encode(), "text/csv"
    )


def _multipart(content: bytes, mark: str) -> Request:
    head = f'--{mark * 20}\r\nContent-Disposition: form-data; name="file"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{mark * 20}--\r\n".encode()
    return _sent(body, f"multipart/form-data; boundary={mark * 20}")


def _aws_chunked(content: bytes, mark: str) -> Request:
    sign = f";chunk-signature={mark * 64}\r\n".encode()
    pieces = [content[at : at + _MIB] for at in range(0, len(content), _MIB)]
    framed = [b"%x%b%b\r\n" % (len(each), sign, each) for each in [*pieces, b""]]
    body = b"".join(framed)
    return _sent(body, "application/octet-stream", Content_Encoding="aws-chunked")


_KINDS: dict[str, Callable[[bytes, str], Request]] = {
    "bytes": _plain,
    "text": _text,
    "multipart": _multipart,
    "aws-chunked": _aws_chunked,
}
