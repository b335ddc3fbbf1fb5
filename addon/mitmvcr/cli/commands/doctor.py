"""``mitmvcr doctor``: which clients of this machine a run captures, and what stands
between."""

import os
import ssl
from collections.abc import Sequence
from pathlib import Path

import click

from mitmvcr.cli.child import jks
from mitmvcr.cli.child import process as child
from mitmvcr.cli.child.process import CommandError
from mitmvcr.cli.child.trust import default_roots
from mitmvcr.cli.child.way_out import way_out
from mitmvcr.cli.doctor.clients import CLIENTS, Client
from mitmvcr.cli.doctor.command import Program, program_of
from mitmvcr.cli.doctor.layers import daemons, layers_of
from mitmvcr.cli.doctor.telling import Diagnosis, as_json, as_text
from mitmvcr.cli.doctor.trial import found_tools, try_clients
from mitmvcr.cli.report import status
from mitmvcr.cli.report.console import say
from mitmvcr.proxy.ca import ensure_ca
from mitmvcr.store.files import home


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
    """Return whether the system's file of roots holds the authority."""
    ours = ssl.PEM_cert_to_DER_cert(authority.read_text("ascii"))
    return ours in jks.certificates(Path(default_roots()).read_bytes())
