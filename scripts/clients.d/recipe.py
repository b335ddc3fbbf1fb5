"""What a client's folder says of it: ``tests/clients/NAME/client.toml``."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "clients"

SAID = "One, two, three. Ünd so on."

#: What an ordinary program does, in this order, and what it prints of it. Blanks do not
#: count: languages write JSON and events in different ways.
STEPS: Mapping[str, tuple[Sequence[str], str]] = {
    "json": (["GET /json"], '{"hello": "wörld", "asked": "/json"}'),
    "gzip": (
        ["GET /encoded/gzip"],
        '{"text": "' + "täxt " * 200 + '", "asked": "gzip"}',
    ),
    "post": (["POST /json"], '{"method": "POST", "body": "{\\"a\\": 1}"}'),
    "redirect": (
        ["GET /redirect/308", "GET /json?redirected=1"],
        '{"hello": "wörld", "asked": "/json?redirected=1"}',
    ),
    "cookie": (["GET /cookies"], "got flavour=oat"),
    "sse": (
        ["GET /sse?n=2"],
        'data: {"token": 0} data: {"token": 1} data: [DONE]',
    ),
    "ws": (["GET /"], "session.created session.updated"),
    "chat": (["POST /v1/chat/completions"], "One, two, three. Ünd so on."),
    "gemini": (["POST /v1beta/models/gemini-x:generateContent"], SAID),
    "cohere": (["POST /v2/chat"], SAID),
    "whole": (["POST /whole/v1/chat/completions"], SAID),
    "rpc": (["POST /echo.Echo/Say"], "wörld"),
    "mcp": (["POST /mcp", "POST /mcp", "POST /mcp"], "count"),
    "graphql": (["GET /graphql"], "1 2 3 hello you"),
    "socketio": (["GET /socket.io/?EIO=4&transport=websocket"], "8 10"),
    "mqtt": (["GET /mqtt"], "demo/x hello"),
    "signalr": (["POST /hub/negotiate?negotiateVersion=1", "GET /hub?id=t1"], "4 6"),
    "message": (["POST /v1/messages"], "One, two, three. Ünd so on."),
}
USUAL = ("json", "gzip", "post", "redirect", "cookie", "sse")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """``run`` is the command, in which ``{...}`` stands for what its environment has;
    the origin's addresses follow it. ``steps`` are what it does of ``STEPS``; ``asks``
    and ``prints`` say it where that is something else. ``sets`` are the variables of a
    run that it needs: its replay has no others. ``captured`` and ``trusted`` are false
    where a ``limit`` says why; one that ``diverts`` is recorded and replayed with
    --isolate --transparent all the same. ``dialogues``: it speaks with the servers of
    ``tests/dialogues``, whose address comes third."""

    name: str
    title: str
    env: str
    run: Sequence[str]
    sets: Sequence[str]
    packages: Sequence[str] = ()
    version: Sequence[str] = ()
    steps: Sequence[str] = USUAL
    asks: Sequence[str] = ()
    prints: str = ""
    options: Sequence[str] = ()
    common: bool = False
    captured: bool = True
    trusted: bool = True
    limit: str = ""
    diverts: bool = False
    dialogues: bool = False
    folder: Path = field(default=FOLDER)

    @classmethod
    def read(cls, path: Path) -> Self:
        facts = tomllib.loads(path.read_text("utf-8"))
        return cls(name=path.parent.name, folder=path.parent, **facts)

    @property
    def is_quick(self) -> bool:
        """Return whether it is common, and needs no other people's code built and no
        runtime of its own."""
        return self.common and (self.env in ("system", "python") or not self.packages)

    @property
    def requests(self) -> list[str]:
        """What has to be in the cassette, as ``GET /path``."""
        return [*self.asks, *(ask for step in self.steps for ask in STEPS[step][0])]

    @property
    def output(self) -> str:
        """What it has to print, without blanks."""
        texts = [self.prints, *(STEPS[step][1] for step in self.steps)]
        return squeezed(" ".join(texts))


def squeezed(text: str) -> str:
    return "".join(text.split())


def all_recipes() -> list[Recipe]:
    return [Recipe.read(path) for path in sorted(FOLDER.glob("*/client.toml"))]
