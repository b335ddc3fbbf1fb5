"""``mitmvcr doctor``: which clients of this machine a run captures, and what stands
between."""

import json
import os
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from mitmvcr import __version__
from mitmvcr.cli.child import jks
from mitmvcr.cli.child import process as child
from mitmvcr.cli.child.process import CommandError
from mitmvcr.cli.child.trust import default_roots
from mitmvcr.cli.child.way_out import way_out
from mitmvcr.cli.doctor.clients import CLIENTS, DIVERTED, Client
from mitmvcr.cli.doctor.command import Program, program_of
from mitmvcr.cli.doctor.layers import Layer, daemons, layers_of
from mitmvcr.cli.doctor.trial import Tried, Went, found_tools, try_clients
from mitmvcr.cli.report import status
from mitmvcr.cli.report.console import say
from mitmvcr.options import ISOLATE
from mitmvcr.proxy.ca import ensure_ca
from mitmvcr.store.files import home


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All of it. ``strict``: a client that is known not to come counts too, since the
    command was named. ``missing`` are programs that are not there."""

    authority: Path
    is_trusted: bool
    clients: Sequence[Tried]
    missing: Sequence[str]
    layers: Sequence[Layer]
    program: Program | None = None
    strict: bool = False

    def is_well(self) -> bool:
        return not self.layers and not any(map(self.fails, self.clients))

    def fails(self, one: Tried) -> bool:
        """Return whether a client is not as it should be."""
        return not one.is_well and (self.strict or not one.client.limit)


def as_text(found: Diagnosis) -> str:
    lines = [*_head(found), "", *_table(found), "", *_tail(found)]
    return "\n".join(lines)


def _head(found: Diagnosis) -> Iterator[str]:
    yield f"mitmvcr {__version__}"
    system = "trusts it too" if found.is_trusted else "need not trust it for a run"
    yield f"authority: {found.authority} (the system {system})"
    if found.program is not None:
        yield f"command: {found.program.path}: {found.program.what}"
    for each in found.layers:
        yield f"between: {each.name} ({each.where}): {each.what}; {each.remedy}"


def _table(found: Diagnosis) -> Iterator[str]:
    here = [each for each in found.clients if each.went is not Went.ABSENT]
    rows = [("client", "version", "needs, of what a run sets", "its request")]
    rows += [_row(each) for each in here]
    sizes = [max(len(row[at]) for row in rows) for at in range(3)]
    for row in rows:
        fixed = [cell.ljust(size) for cell, size in zip(row, sizes, strict=False)]
        yield "  ".join([*fixed, row[3]])


def _row(one: Tried) -> tuple[str, str, str, str]:
    needs = ", ".join(one.client.needs)
    return one.client.name, one.version, needs, str(one.went)


def _tail(found: Diagnosis) -> Iterator[str]:
    for each in found.clients:
        if not each.is_well:
            yield f"{each.client.name}: {each.went}: {each.reason}"
            yield f"    {remedy(each)}"
    if lost := [*found.missing, *_absent(found)]:
        yield f"not here: {', '.join(lost)}"
    yield _summary(found)


def remedy(one: Tried) -> str:
    """Return what helps a client that did not come, or refused."""
    if one.went is Went.BROKEN:
        return (
            f"{one.tool} does not start without mitmvcr either: install it again, or"
            " take it off the PATH"
        )
    if one.client.limit:
        return one.client.limit
    if one.went is Went.REFUSED:
        return (
            "let it trust the file that MITMVCR_CA_FILE names, or the bundle in"
            f" MITMVCR_CA_BUNDLE; on Linux {ISOLATE.word} adds it to the system's for"
            " the command"
        )
    return (
        "something may change its variables (an rc file, a wrapper): compare with"
        f" 'mitmvcr env'; {DIVERTED} records it all the same"
    )


def _absent(found: Diagnosis) -> list[str]:
    return [each.client.name for each in found.clients if each.went is Went.ABSENT]


def _summary(found: Diagnosis) -> str:
    counts = [
        f"{count} {went}"
        for went in (Went.ANSWERED, Went.REFUSED, Went.PAST, Went.BROKEN)
        if (count := sum(each.went is went for each in found.clients))
    ]
    between = f"; {len(found.layers)} in between" if found.layers else ""
    return f"{', '.join(counts) or 'no client was tried'}{between}"


def as_json(found: Diagnosis) -> str:
    facts = {
        "version": __version__,
        "authority": {"path": str(found.authority), "system_trusts": found.is_trusted},
        "command": _command(found.program),
        "between": [
            {"name": x.name, "where": x.where, "what": x.what, "remedy": x.remedy}
            for x in found.layers
        ],
        "clients": [_client(found, each) for each in found.clients],
        "missing": list(found.missing),
        "well": found.is_well(),
    }
    return json.dumps(facts, indent=2, ensure_ascii=False)


def _command(program: Program | None) -> dict[str, str] | None:
    if program is None:
        return None
    return {"path": program.path, "runtime": program.runtime, "python": program.python}


def _client(found: Diagnosis, one: Tried) -> dict[str, object]:
    client = one.client
    return {
        "name": client.name,
        "path": one.tool,
        "version": one.version,
        "needs": list(client.needs),
        "captured": one.went in (Went.ANSWERED, Went.REFUSED),
        "trusted": one.went is Went.ANSWERED,
        "installed": one.went is not Went.ABSENT,
        "reason": one.reason,
        "remedy": "" if one.is_well else remedy(one),
        "fails": found.fails(one),
    }


def examine(command: Sequence[str], *, json: bool) -> int:
    """Print what was found and return the exit code: 100 where something would not be
    captured. Raise VcrError where nothing can be tried."""
    try:
        if command:
            child.find(command[0])
    except CommandError as error:
        say(f"error: {error}")
        return error.status
    way_out(os.environ)
    found = _diagnosis(command)
    text = as_json(found) if json else as_text(found)
    click.echo(text.encode("utf-8", "backslashreplace"))
    return 0 if found.is_well() else status.DISAGREED


def _diagnosis(command: Sequence[str]) -> Diagnosis:
    folder = home(os.environ)
    authority = ensure_ca(folder)
    program = program_of(command) if command else None
    clients = _clients_of(program)
    tools = found_tools(clients, program.python if program else "")
    layers = layers_of(command, Path.cwd()) if command else []
    missing = dict.fromkeys(each.tool for each in clients if each not in tools)
    return Diagnosis(
        authority=authority,
        is_trusted=_system_trusts(authority),
        clients=try_clients(tools, folder, os.environ),
        missing=list(missing),
        layers=[*layers, *daemons()],
        program=program,
        strict=program is not None and len(clients) < len(CLIENTS),
    )


def _clients_of(program: Program | None) -> Sequence[Client]:
    """Return the clients of a program's runtime; all where it is not known."""
    runtime = program.runtime if program else ""
    return [each for each in CLIENTS if each.runtime == runtime] or CLIENTS


def _system_trusts(authority: Path) -> bool:
    ours = ssl.PEM_cert_to_DER_cert(authority.read_text("ascii"))
    return ours in jks.certificates(Path(default_roots()).read_bytes())
