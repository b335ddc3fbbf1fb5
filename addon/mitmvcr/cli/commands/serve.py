"""``mitmvcr serve``: mitmproxy itself, with the addon and a cassette."""

import errno
import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import NoReturn

import click

from mitmvcr.cli.child.authorities import configured_certificates, configured_files
from mitmvcr.cli.child.trust import more_roots, write_origins, write_roots
from mitmvcr.cli.child.way_out import named_proxy
from mitmvcr.cli.commands.plan import in_ci, may_reach_out, reaches_out
from mitmvcr.config import INSIDE, in_force
from mitmvcr.core.errors import UnusableValueError, VcrError
from mitmvcr.core.urls import own_address
from mitmvcr.core.wording import as_word, authority
from mitmvcr.network_options import Address, parse_sets
from mitmvcr.options import (
    BY_NAME,
    CASSETTE,
    CONTROL,
    DIR,
    HOST,
    OF_SESSION,
    PORT,
    WORKERS,
    Settings,
    as_options,
    of_command,
)
from mitmvcr.parsing import Ui
from mitmvcr.proxy.ca import ensure_ca, where_to_go
from mitmvcr.store.files import home, why
from mitmvcr.values import Layer

#: Where this package lies, for an interpreter that does not find it by itself.
_HOME = str(Path(__file__).parents[3])


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """What ``serve`` alone has in the table of options, parsed."""

    ui: Ui
    host: str
    port: int
    workers: int = 1
    attached: bool = False
    set: tuple[str, ...] = ()


def serve_proxy(extra: Sequence[str], typed: Layer) -> int:
    """Become mitmproxy, of this very Python: its signals and exit code are its own; or,
    of several workers, wait for them and return the exit status. ``typed`` is what the
    command line says."""
    options, settings = _chosen(typed)
    _check_extra(extra)
    if options.workers > 1:
        _check_workers(options, settings, extra)
    if settings.cassette is None and settings.dir is None:
        problem = f"Name a cassette: {CASSETTE.word} FILE, or {DIR.word} DIR for many"
        raise click.UsageError(problem, click.get_current_context())
    if options.ui == "console" and not sys.stdout.isatty():
        word = BY_NAME["ui"].word
        problem = "needs a terminal: leave it out, or use"
        raise VcrError(f"{word} {options.ui} {problem} {word} web")
    confdir = home(os.environ)
    if options.attached:
        _refuse_within(os.environ)
        ensure_ca(confdir)
    else:
        check_port(options.host, options.port)
        check_apart(settings.control, options.port)
        certificate = ensure_ca(confdir)
        if options.workers > 1:
            return _share(options, settings, confdir, certificate)
    _become(options, settings, confdir, extra)


def _become(
    options: ServeOptions, settings: Settings, confdir: Path, extra: Sequence[str]
) -> NoReturn:
    """Become mitmproxy, which says where to go once its cassette is there."""
    arguments = proxy_arguments(options, settings, confdir, os.environ)
    # Ctrl-C ends the imports without a traceback; then it is mitmproxy's.
    start = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)"
    start += f"; import sys; sys.path.append({_HOME!r})"
    start += "; from mitmvcr.proxy.serving import main"
    way_out = None
    if may_reach_out(settings) and named_proxy(os.environ):
        start += "; from mitmvcr.cli.child.way_out import way_out"
        way_out = "way_out"
    start += f"; main({options.ui!r}, attached={options.attached}, way_out={way_out})"
    os.execv(
        sys.executable, [sys.executable, "-Wignore", "-c", start, *arguments, *extra]
    )


def _refuse_within(environment: Mapping[str, str]) -> None:
    """Raise VcrError in a run that has no control API: a helper starts a proxy where it
    finds none, and would record past the run's cassette."""
    if INSIDE in environment:
        raise VcrError(
            f"a run with one cassette is around this: give it {DIR.word} DIR instead of"
            f" {CASSETTE.word} FILE, so that each test has its own"
        )


#: mitmproxy's own arguments, of which ours are the truth, and why.
_OURS = {
    re.compile(r"-p.*|--listen-p.*", re.DOTALL): f"use {PORT.word}",
    re.compile(r"--listen-h.*", re.DOTALL): f"use {BY_NAME['host'].word}",
    re.compile(r"-n|--no-s.*", re.DOTALL): "a client needs a proxy that listens",
}


def _check_extra(extra: Sequence[str]) -> None:
    """Raise VcrError for what is mitmvcr's to set, and for a command: mitmproxy would
    take its words for a filter, and nothing would run it."""
    if extra and shutil.which(extra[0]):
        word = as_word(extra[0])
        remedy = f"'mitmvcr run -- {word}' or, with a proxy that runs, 'exec' does"
        raise VcrError(f"{word}: 'serve' runs no command: {remedy}")
    for word, following in zip_longest(extra, extra[1:], fillvalue=""):
        for theirs, why_not in _OURS.items():
            if theirs.fullmatch(word):
                raise VcrError(f"{word}: {why_not}")
        name, _, value = word.partition("=")
        if name == "--set":
            text = value or following
            try:
                parse_sets([text])
            except UnusableValueError as error:
                raise VcrError(f"--set {text}: {error.remedy}") from error


def _check_workers(
    options: ServeOptions, settings: Settings, extra: Sequence[str]
) -> None:
    """Raise VcrError for what cannot be with several workers."""
    from mitmvcr.cli.commands.workers import check_system

    check_system()
    proxy = named_proxy(os.environ) if reaches_out(settings) else ""
    why_not = {
        f"--ui {options.ui}": options.ui != "dump",
        "--attached": options.attached,
        "what follows --": bool(extra),
        "--set mode=...": any(each.startswith("mode=") for each in options.set),
        f"a proxy to go on through ({proxy})": bool(proxy),
    }
    for what, is_there in why_not.items():
        if is_there:
            raise VcrError(
                f"{WORKERS.word} {options.workers} cannot be used with {what}: leave"
                " one out"
            )


def _share(
    options: ServeOptions, settings: Settings, confdir: Path, certificate: Path
) -> int:
    """Let several workers serve."""
    from mitmvcr.cli.commands.workers import reserved, run_workers

    with ExitStack() as held:
        port = held.enter_context(reserved(options.host, options.port))
        options = replace(options, port=port)
        lines = [
            f"{options.workers} workers serve",
            *where_to_go(
                f"http://{authority(own_address(options.host), options.port)}",
                certificate,
            ),
        ]
        if settings.dir is None:
            lines.append(
                "one cassette is one session, which one worker has alone:"
                f" {DIR.word} DIR has many, for many cores"
            )
        if (control := settings.control) is not None:
            if control.port:
                check_port(control.host, control.port, CONTROL.word)
            number = held.enter_context(reserved(control.host, control.port))
            settings = settings._replace(control=replace(control, port=number))
            lines.append(f"control at http://{authority(control.host, number)}")
        arguments = proxy_arguments(options, settings, confdir, os.environ)
        return run_workers(
            options.workers, arguments, lines, alone=settings.dir is None
        )


def _chosen(typed: Layer) -> tuple[ServeOptions, Settings]:
    """Return the options in force. Where a program has started it, CI counts as it does
    for a run, and the control API is what it is there for."""
    values = in_force(typed)
    options = ServeOptions(**values.read(of_command("serve")))
    if not options.attached:
        return options, values.settings(OF_SESSION)
    settings = in_force(typed, os.environ, in_ci(os.environ)).settings(OF_SESSION)
    control = settings.control or Address(0)
    return replace(options, ui="dump", port=0), settings._replace(control=control)


def proxy_arguments(
    options: ServeOptions,
    settings: Settings,
    confdir: Path,
    inherited: Mapping[str, str],
) -> list[str]:
    """Return mitmproxy's command line."""
    places = ["--listen-host", options.host, "--listen-port", str(options.port)]
    pairs = [("confdir", str(confdir)), *_option_values(settings)]
    if options.attached or options.workers > 1:
        pairs.append(("flow_detail", "0"))  # nobody watches, and the lane needs it
    if options.attached:
        pairs.append(("termlog_verbosity", "warn"))
    if roots := _trusted(confdir, inherited):
        pairs.append(("ssl_verify_upstream_trusted_ca", str(roots)))
    texts = [*(f"{name}={value}" for name, value in pairs), *options.set]
    return [*places, *(word for text in texts for word in ("--set", text))]


def _trusted(confdir: Path, inherited: Mapping[str, str]) -> Path | None:
    """Return what origins are verified against, where the environment says so;
    mitmproxy has its own otherwise."""
    roots = inherited.get("SSL_CERT_FILE")
    others = (more_roots(inherited), configured_files(inherited))
    if not any(map(any, others)) and not any(configured_certificates(inherited)):
        return Path(roots) if roots else None
    write_roots(confdir, inherited)
    return write_origins(confdir, confdir / "roots.pem", inherited)


def _option_values(settings: Settings) -> Iterator[tuple[str, str]]:
    for name, value in as_options(settings).items():
        for text in [value] if isinstance(value, str) else value:
            yield name, text


def check_apart(control: Address | None, port: int) -> None:
    """Raise VcrError if the control API would have the proxy's port, of which mitmproxy
    says that it is taken."""
    if control is not None and control.port == port != 0:
        raise VcrError(
            f"{CONTROL.word}={control.port}: is the proxy's own port, which serves the"
            " API under /_vcr/ too: choose another, or 0 for any"
        )


def check_port(host: str, port: int, word: str = PORT.word) -> None:
    """Raise VcrError if the port that an option names is taken. mitmproxy would
    say it in several lines, or in its log."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        is_of_host = (
            isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL
        )
        if is_of_host and word == PORT.word:
            word = HOST.word
        problem = (
            f"cannot listen on {authority(host, port)}: {why(error)}; choose {word}"
        )
        raise VcrError(problem) from error
