"""``mitmvcr env``, ``exec`` and ``ca``: what a run gives its command, for a proxy that
goes on and is reached by more than one."""

import json
import os
import shlex
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mitmvcr.cli.child import process as child
from mitmvcr.cli.child.environment import (
    LOOPBACK,
    RUN_MODE,
    ProxyFacts,
    child_environment,
)
from mitmvcr.cli.child.jks import PASSWORD
from mitmvcr.cli.child.process import CommandError
from mitmvcr.cli.child.trust import TrustFiles, write_roots, write_trust_files
from mitmvcr.cli.commands.started import State, running
from mitmvcr.cli.report.console import say
from mitmvcr.cli.report.status import CANNOT_EXECUTE
from mitmvcr.config import in_force
from mitmvcr.core.errors import VcrError
from mitmvcr.options import BY_NAME, CASSETTE, PORT, of_command
from mitmvcr.proxy.ca import ensure_ca
from mitmvcr.store.files import home
from mitmvcr.values import Layer

_HOST = BY_NAME["host"]
Changes = Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecOptions:
    """What these commands have in the table of options, parsed."""

    port: int
    include_localhost: bool = False
    no_proxy: tuple[str, ...] = ()


def print_variables(shell: str, typed: Layer) -> None:
    """Print what has to change in an environment, in the syntax of a shell. Raise
    VcrError."""
    made = _environment(typed)
    print(written(changes(os.environ, made), shell), end="")  # noqa: T201


def exec_command(command: Sequence[str], typed: Layer) -> int:
    """Become the command; return an exit code as a shell's where it cannot be. Raise
    VcrError."""
    try:
        child.find(command[0])
        os.execvpe(command[0], list(command), _environment(typed, command))
    except CommandError as error:
        say(f"error: {error}")
        return error.status
    except OSError as error:
        say(f"error: {command[0]}: {error.strerror or error}")
        return CANNOT_EXECUTE


def print_authority(kind: str) -> None:
    """Print the file that holds the authority in this form. Raise VcrError."""
    folder = home(os.environ)
    certificate = ensure_ca(folder)
    if kind == "path":
        file = certificate
    elif kind == "p12":
        file = certificate.with_suffix(".p12")
        if not file.exists():
            raise VcrError(
                f"{file} is not there: it was made with the authority and not copied"
                " with it; 'mitmvcr ca path' names the certificate itself"
            )
    else:
        trust = _trust(folder, certificate)
        file = trust.bundle if kind == "bundle" else trust.trust_store
    if kind == "jks":
        say(f"its password is {PASSWORD}")
    print(file)  # noqa: T201


def _environment(typed: Layer, command: Sequence[str] = ()) -> dict[str, str]:
    values = in_force(typed)
    options = ExecOptions(**values.read(of_command("env")))
    of_run = None if values[PORT].given else _port_of_run(os.environ)
    started = None if values[PORT].given or of_run else running(os.environ)
    port = of_run or (started.port if started else options.port)
    _check_listens(port, started)
    loopback = () if options.include_localhost else LOOPBACK
    folder = home(os.environ)
    trust = _trust(folder, ensure_ca(folder))
    mode = os.environ.get(RUN_MODE, "") if of_run else ""
    facts = ProxyFacts(port, "", trust, (*loopback, *options.no_proxy), mode=mode)
    made = child_environment(os.environ, facts, command)
    own = os.environ.get(CASSETTE.variable)
    return made | {CASSETTE.variable: own} if own else _without(made)


def _without(made: Mapping[str, str]) -> dict[str, str]:
    """Leave out the cassette, which is the proxy's affair."""
    return {name: made[name] for name in made if name != CASSETTE.variable}


def _port_of_run(environment: Mapping[str, str]) -> int | None:
    return urlsplit(environment.get("MITMVCR_PROXY_URL", "")).port


def _check_listens(port: int, started: State | None) -> None:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError as error:
        remedy = f"'mitmvcr start' starts a proxy, or name another {PORT.word}"
        if started is not None:
            remedy = (
                f"the proxy that was started has {_HOST.word} {started.host}; start it"
                f" without, or with {_HOST.word} 0.0.0.0"
            )
        raise VcrError(f"nothing listens on 127.0.0.1:{port}: {remedy}") from error


def _trust(folder: Path, certificate: Path) -> TrustFiles:
    """Write what clients are pointed to, in a folder that stays."""
    place = folder / "trust"
    place.mkdir(exist_ok=True)
    roots = write_roots(place, os.environ)
    return write_trust_files(place, roots, certificate, os.environ)


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> Changes:
    """Return what differs, by name; None for what is to go."""
    names = sorted({*before, *after})
    new = {name: after.get(name) for name in names}
    return {name: new[name] for name in names if new[name] != before.get(name)}


def written(changed: Changes, shell: str) -> str:
    if shell == "json":
        return json.dumps(changed, indent=2) + "\n"
    spell = _SHELLS[shell]
    return "".join(f"{spell(name, value)}\n" for name, value in changed.items())


def _sh(name: str, value: str | None) -> str:
    return f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}"


def _fish(name: str, value: str | None) -> str:
    if value is None:
        return f"set -e {name}"
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"set -gx {name} '{escaped}'"


def _powershell(name: str, value: str | None) -> str:
    if value is None:
        return f"$Env:{name} = $null"
    escaped = value.replace("'", "''")
    return f"$Env:{name} = '{escaped}'"


def _github(name: str, value: str | None) -> str:
    """Spell it for GITHUB_ENV, which takes no variable away: empty counts as none."""
    return f"{name}={value or ''}"


_SHELLS: Mapping[str, Callable[[str, str | None], str]] = {
    "sh": _sh,
    "fish": _fish,
    "powershell": _powershell,
    "github": _github,
}
