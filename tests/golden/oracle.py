"""go-vcr itself, asked over a pipe: what it writes and what it reads.

The Go program in ``go/`` needs Go: see ``gobuild``. It is started once, and answers
until the tests are through.
"""

import base64
import json
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import leftovers
from gobuild import binary
from golden.wire import from_wire, message_out, to_wire
from mitmvcr.core.model import Cassette, Interaction, Request

SOURCE = Path(__file__).parent / "go"


def write(interactions: Sequence[Interaction], layout: str = "v4") -> bytes:
    """The file go-vcr saves; it counts the ids anew, from 0."""
    wire = json.dumps([to_wire(each) for each in interactions])
    return _ask("write", layout, data=wire.encode())


def read(data: bytes, layout: str = "v4") -> Cassette | str:
    """The cassette go-vcr loads, or its error."""
    answer = json.loads(_ask("read", layout, data=data))
    if "error" in answer:
        return str(answer["error"])
    return Cassette(tuple(from_wire(each) for each in answer["cassette"]))


def match(
    pairs: Sequence[tuple[Request, Request]], ignore: Sequence[str] = ()
) -> list[bool]:
    """What go-vcr's default matcher says of each request and a recorded one."""
    asked = [
        {
            "asked": message_out(one),
            "recorded": message_out(other),
            "ignore": list(ignore),
        }
        for one, other in pairs
    ]
    answers: list[bool] = json.loads(_ask("match", data=json.dumps(asked).encode()))
    return answers


def _ask(*words: str, data: bytes) -> bytes:
    question = {"words": words, "data": base64.b64encode(data).decode()}
    process = _running(program(words[-1]))
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(question).encode() + b"\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return base64.b64decode(answer["data"] or "")


@cache
def _running(built: Path) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    process = subprocess.Popen([built, "serve"], stdin=pipe, stdout=pipe)
    leftovers.at_the_end(lambda: _end(process))
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.communicate()
    _running.cache_clear()


def program(layout: str = "v4") -> Path:
    """The built program that writes and reads this layout."""
    modules = "go.v4.0.8.mod" if layout == "v4.0.8" else "go.mod"
    return binary(SOURCE, modules)
