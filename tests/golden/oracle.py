"""go-vcr itself, asked over a pipe: what it writes and what it reads.

The Go program in ``go/`` is built once per version of its source, into ``.cache``.
Without Go the tests that ask it are skipped, and under CI they fail.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mitmvcr.core.model import Cassette, Headers, Interaction, Request, Response

SOURCE = Path(__file__).parent / "go"
CACHE = Path(__file__).parents[2] / ".cache" / "golden"


def write(interactions: Sequence[Interaction], layout: str = "v4") -> bytes:
    """The file go-vcr saves; it counts the ids anew, from 0."""
    wire = json.dumps([_interaction_out(each) for each in interactions])
    return ask("write", layout, wire.encode())


def read(data: bytes, layout: str = "v4") -> Cassette | str:
    """The cassette go-vcr loads, or its error."""
    answer = json.loads(ask("read", layout, data))
    if "error" in answer:
        return str(answer["error"])
    return Cassette(tuple(_interaction_in(each) for each in answer["cassette"]))


def ask(mode: str, layout: str, data: bytes) -> bytes:
    done = subprocess.run([binary(), mode, layout], input=data, capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace").strip())
    return done.stdout


@cache
def binary() -> Path:
    """The built program; a skip (a failure under CI) where there is no Go."""
    source = b"".join(path.read_bytes() for path in sorted(SOURCE.glob("*.*")))
    path = CACHE / hashlib.sha256(source).hexdigest()[:16]
    if not path.exists():
        _build(path)
    return path


def _build(path: Path) -> None:
    go = shutil.which("go")
    if go is None:
        message = "Go missing: go-vcr cannot be asked (install Go 1.24 or newer)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    subprocess.run([go, "build", "-o", unfinished, "."], cwd=SOURCE, check=True)
    unfinished.rename(path)


def encode(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()


def decode(wire: str) -> str:
    return base64.b64decode(wire).decode("utf-8", "surrogateescape")


def _interaction_out(interaction: Interaction) -> dict[str, Any]:
    return {
        "id": interaction.id,
        "request": _message_out(interaction.request),
        "response": _message_out(interaction.response),
    }


def _message_out(message: Request | Response) -> dict[str, Any]:
    return {name: _out(getattr(message, name)) for name in message.__slots__}


def _out(value: Any) -> Any:
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case str():
            return encode(value)
        case Mapping():
            return [
                {"name": encode(name), "values": [encode(each) for each in values]}
                for name, values in value.items()
            ]
        case Sequence():
            return [encode(each) for each in value]
        case _:
            return value


def _interaction_in(wire: Mapping[str, Any]) -> Interaction:
    return Interaction(
        wire["id"],
        Request(**_message_in(wire["request"])),
        Response(**_message_in(wire["response"])),
    )


def _message_in(wire: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _in(name, value) for name, value in wire.items()}


def _in(name: str, value: Any) -> Any:
    if name == "body":
        return base64.b64decode(value)
    if name in ("trailer", "form", "headers"):
        return _headers_in(value)
    if isinstance(value, list):
        return tuple(decode(each) for each in value)
    return decode(value) if isinstance(value, str) else value


def _headers_in(wire: Sequence[Mapping[str, Any]]) -> Headers:
    return {
        decode(each["name"]): tuple(decode(value) for value in each["values"])
        for each in wire
    }
