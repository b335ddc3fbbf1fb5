"""One real request through each client that is there, behind a proxy of its own."""

import asyncio
import logging
import os
import re
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mitmvcr.cli.child.environment import ProxyFacts, child_environment
from mitmvcr.cli.child.own_folder import own_folder
from mitmvcr.cli.child.trust import write_roots, write_trust_files
from mitmvcr.cli.doctor.clients import ABSENT, Client, programs
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Mode, Repeats
from mitmvcr.core.wording import shown
from mitmvcr.format import writer
from mitmvcr.miss.report import Outcome
from mitmvcr.options import Settings
from mitmvcr.session import Session
from mitmvcr.store.files import put

if TYPE_CHECKING:
    from mitmvcr.proxy.launch import Proxy

#: Seconds that a client has for its request.
PATIENCE = 60.0
_AT_ONCE = 4


class Went(StrEnum):
    """What became of a client's request."""

    ANSWERED = "answered"
    REFUSED = "refused the authority"
    PAST = "did not reach the proxy"
    BROKEN = "cannot be started"
    ABSENT = "not installed"


@dataclass(frozen=True, slots=True)
class Tried:
    """``reason`` is the proxy's where it was refused, the client's where it did not
    come; ``tool`` is the path of its program."""

    client: Client
    tool: str
    went: Went
    version: str = ""
    reason: str = ""

    @property
    def is_well(self) -> bool:
        return self.went in (Went.ANSWERED, Went.ABSENT)


@dataclass(frozen=True, slots=True)
class _Ended:
    code: int
    output: str


def try_clients(
    found: Mapping[Client, str], home: Path, inherited: Mapping[str, str]
) -> list[Tried]:
    """Try these clients, each with the program that was found for it. Raise VcrError
    where no proxy can be started."""
    with own_folder() as folder, _quiet():
        return asyncio.run(_try(found, home, inherited, folder))


async def _try(
    found: Mapping[Client, str], home: Path, inherited: Mapping[str, str], folder: Path
) -> list[Tried]:
    from mitmvcr.proxy.launch import running_proxy

    cassette = folder / "doctor.yaml"
    put(cassette, writer.dumps(Cassette([_answer(each) for each in found])))
    settings = Settings(cassette, Mode.REPLAY_ONLY, allow_repeats=Repeats.ALL)
    roots = write_roots(folder, inherited)
    async with running_proxy(settings, confdir=home, opened=_complete) as proxy:
        trust = write_trust_files(folder, roots, proxy.ca_file, inherited)
        made = child_environment(inherited, ProxyFacts(proxy.port, "", trust))
        gate = asyncio.Semaphore(_AT_ONCE)
        ended = [
            _one(each, tool, made, inherited, folder, gate)
            for each, tool in found.items()
        ]
        results = await asyncio.gather(*ended)
    pairs = zip(found.items(), results, strict=True)
    came = _came(proxy)
    return [
        _judged(client, tool, result, alone, came, proxy.broken_tls)
        for (client, tool), (result, alone) in pairs
    ]


def _complete(session: Session) -> None:
    session.log.complete = True


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the proxy's log to itself: it would report each refusal twice."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _answer(client: Client) -> Interaction:
    is_json = client.body.startswith("{")
    kind = "application/json" if is_json else "text/plain"
    body = client.body.encode()
    answer = Response(
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        status="200 OK",
        code=200,
        body=body,
        content_length=len(body),
        headers={"Content-Type": [kind]},
    )
    proto = Request(proto="HTTP/1.1", proto_major=1, proto_minor=1)
    return Interaction(0, replace(proto, method="GET", url=client.url), answer)


async def _one(
    client: Client,
    tool: str,
    environment: Mapping[str, str],
    inherited: Mapping[str, str],
    folder: Path,
    gate: asyncio.Semaphore,
) -> tuple[_Ended, _Ended]:
    """Return how its request ended, and how it said its version, with none of a run's
    variables: who cannot do that cannot be started at all."""
    own = folder / client.host
    own.mkdir()
    filled = {
        "tool": tool,
        "url": client.url,
        "base": f"https://{client.host}",
        "programs": programs(),
        "folder": str(own),
    }
    words = [word.format_map(filled) for word in client.words]
    more = {name: value.format_map(filled) for name, value in client.env}
    async with gate:
        result = await _run(words, {**environment, **more}, own)
        if not client.version:
            return result, _Ended(0 if result.code < 126 else result.code, "")
        return result, await _run([tool, *client.version], inherited, own)


def version_in(output: str) -> str:
    """Return the first version in what a program says of itself, or an empty text. A
    JVM says first which options it has from a variable, with addresses in them."""
    lines = [line for line in output.splitlines() if not line.startswith("Picked up ")]
    found = re.search(r"\d+(\.\d+)+", "\n".join(lines))
    return found[0] if found else ""


async def _run(words: Sequence[str], env: Mapping[str, str], folder: Path) -> _Ended:
    """Run it to its end, or to ours, which its children share."""
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            env=env,
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return _Ended(126, error.strerror or str(error))
    try:
        out, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        return _Ended(124, f"it had not ended after {PATIENCE:.0f} s")
    return _Ended(process.returncode or 0, out.decode("utf-8", "replace"))


def _came(proxy: "Proxy") -> set[str]:
    """Return the hosts of the requests that the proxy has read."""
    entries = [entry for session in proxy.sessions for entry in session.log.entries]
    read = (Outcome.REPLAYED, Outcome.MISSED)
    return {
        urlsplit(each.url).hostname or "" for each in entries if each.outcome in read
    }


def _judged(
    client: Client,
    tool: str,
    ended: _Ended,
    alone: _Ended,
    came: set[str],
    broken: Mapping[str, str],
) -> Tried:
    version = version_in(alone.output)
    if client.host in came:
        return Tried(client, tool, Went.ANSWERED, version)
    if ended.code == ABSENT and client.is_program:
        return Tried(client, tool, Went.ABSENT)
    if client.host in broken:
        return Tried(client, tool, Went.REFUSED, version, broken[client.host])
    if alone.code:
        return Tried(client, tool, Went.BROKEN, "", _last_line(alone))
    return Tried(client, tool, Went.PAST, version, _last_line(ended))


def _last_line(ended: _Ended) -> str:
    lines = [line.strip() for line in ended.output.splitlines() if line.strip()]
    return shown(lines[-1], 200) if lines else f"it ended with {ended.code}"


def found_tools(clients: Sequence[Client], python: str = "") -> dict[Client, str]:
    """Return where the program of each client is, for those that are there; ``python``
    is that of the command. The paths are absolute: each client has its own folder."""
    own = {"python": python} if python else {}
    pairs = [(each, own.get(each.tool) or _which(each.tool)) for each in clients]
    return {each: os.path.abspath(tool) for each, tool in pairs if tool}


def _which(tool: str) -> str | None:
    if tool == "python":
        return shutil.which("python3") or shutil.which("python")
    return shutil.which(tool)
