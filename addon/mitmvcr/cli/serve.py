"""``mitmvcr serve``: mitmproxy itself, with the addon and a cassette."""

import os
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from mitmvcr.cli.home import home
from mitmvcr.cli.tell import say
from mitmvcr.core.errors import VcrError
from mitmvcr.core.modes import Mode
from mitmvcr.core.secrets.rules import DEFAULT, Rules
from mitmvcr.settings import Settings, as_options, parse_settings

_PROGRAMS = {"dump": "mitmdump", "console": "mitmproxy", "web": "mitmweb"}
_SCRIPT = Path(__file__).parents[1] / "mitm" / "script.py"


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """The options as typed."""

    cassette: str
    mode: str | None
    allow_repeats: str | None
    latency: str
    passthrough: tuple[str, ...]
    ui: str
    host: str
    port: int
    layout: str = "v4"
    record_chunks: bool = False
    record_errors: bool = False
    partial: str = "keep"
    websocket: bool = False
    fsync: str = "close"
    write_empty: bool = False
    keep_volatile: bool = False
    spool: str = "1m"
    view: str = "go"
    match: str = ""
    ignore_headers: tuple[str, ...] = ()
    ignore_query: tuple[str, ...] = ()
    ignore_json: tuple[str, ...] = ()
    ignore_form: tuple[str, ...] = ()
    base_url_map: tuple[str, ...] = ()
    hooks: str = ""
    redaction: Rules = DEFAULT


class PortBusyError(VcrError):
    """The address cannot be listened on."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host, self.port = host, port
        super().__init__(f"cannot listen on {host}:{port}: {reason}; choose --port")


def serve_proxy(extra: Sequence[str], options: ServeOptions) -> NoReturn:
    """Become mitmproxy, of this very Python: its signals and exit code are its own."""
    from mitmvcr.mitm.ca import ensure_ca

    settings = parse_settings(
        cassette=options.cassette,
        mode=options.mode or Mode.RECORD_ONCE,
        allow_repeats=options.allow_repeats or "no",
        latency=options.latency,
        passthrough=options.passthrough,
        layout=options.layout,
        record_chunks="yes" if options.record_chunks else "no",
        record_errors="yes" if options.record_errors else "no",
        partial=options.partial,
        websocket="yes" if options.websocket else "no",
        fsync=options.fsync,
        write_empty="yes" if options.write_empty else "no",
        keep_volatile="yes" if options.keep_volatile else "no",
        spool=options.spool,
        view=options.view,
        match=options.match,
        ignore_headers=options.ignore_headers,
        ignore_query=options.ignore_query,
        ignore_json=options.ignore_json,
        ignore_form=options.ignore_form,
        base_url_map=options.base_url_map,
        hooks=options.hooks,
        redaction=options.redaction,
    )
    check_port(options.host, options.port)
    confdir = home(os.environ)
    certificate = ensure_ca(confdir)
    say(f"point a client at http://{options.host}:{options.port}")
    say(f"and let it trust {certificate}")
    arguments = proxy_arguments(options, settings, confdir, os.environ)
    start = f"from mitmproxy.tools.main import {_PROGRAMS[options.ui]} as main; main()"
    os.execv(sys.executable, [sys.executable, "-c", start, *arguments, *extra])


def proxy_arguments(
    options: ServeOptions,
    settings: Settings,
    confdir: Path,
    inherited: Mapping[str, str],
) -> list[str]:
    """mitmproxy's command line."""
    places = ["--listen-host", options.host, "--listen-port", str(options.port)]
    pairs = [("confdir", str(confdir)), *_option_values(settings)]
    if roots := inherited.get("SSL_CERT_FILE"):  # mitmproxy has its own otherwise
        pairs.append(("ssl_verify_upstream_trusted_ca", roots))
    sets = [word for name, value in pairs for word in ("--set", f"{name}={value}")]
    return ["-s", str(_SCRIPT), *places, *sets]


def _option_values(settings: Settings) -> Iterator[tuple[str, str]]:
    for name, value in as_options(settings).items():
        for text in [value] if isinstance(value, str) else value:
            yield name, text


def check_port(host: str, port: int) -> None:
    """Raises PortBusyError. mitmproxy would say it in several lines, or in its log."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PortBusyError(host, port, reason) from error
