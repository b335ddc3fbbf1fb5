"""go-vcr itself, asked over a pipe: what it writes and what it reads.

The Go program in ``go/`` needs Go: see ``gobuild``.
"""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

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


def _ask(*arguments: str, data: bytes) -> bytes:
    done = subprocess.run([program(), *arguments], input=data, capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace").strip())
    return done.stdout


def program() -> Path:
    """The built program."""
    return binary(SOURCE)
