"""What we rely on in mitmproxy that its documentation does not promise.

Each fact was measured on 11.0.2 and 12.2.3; file names are relative to the
installed ``mitmproxy/`` package.
"""

import asyncio
import atexit
import gc
import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from mitmproxy import connection, ctx, exceptions, http
from mitmproxy.options import Options
from mitmproxy.proxy import layer, layers

from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.options import nearest

#: How long the end of the process waits for flows that are under way, in seconds.
DRAIN_SECONDS = 5.0


def end_process(error: VcrError) -> NoReturn:
    """End with one line and exit status 1.

    An exception in a hook leaves the proxy running without the addon
    (addonmanager.py: safecall), and ``ctx.master.shutdown()`` exits with 0. A
    SystemExit passes safecall and ends the event loop.
    """
    raise SystemExit(f"mitmvcr: error: {error}") from error


def refusal(error: VcrError) -> exceptions.OptionsError:
    """Raised in ``configure`` it tells the user and puts the old values back."""
    return exceptions.OptionsError(str(error))


def take_deferred_options(opts: Options) -> None:
    """Let values given with ``--set`` before the script was loaded arrive now.

    Left to the add-on manager, a value of the wrong type would drop the addon
    without a word (addonmanager.py: register; script.py: loadscript).
    """
    try:
        opts.process_deferred()
    except exceptions.OptionsError as error:
        end_process(OptionError("--set", "...", f"{error}"))


def refuse_unknown_options(opts: Options, known: frozenset[str]) -> None:
    """Names that nobody added stay in ``deferred`` for ever (optmanager.py: set)."""
    for name, value in sorted(opts.deferred.items()):
        if name.startswith("vcr_"):
            # From --set it is a wrapper round the texts, from config.yaml a value.
            shown = ",".join(getattr(value, "val", [str(value)]))
            names = [each.removeprefix("vcr_") for each in known]
            near = nearest(name.removeprefix("vcr_"), names)
            meant = f"did you mean vcr_{near}? There" if near else "there"
            remedy = f"no such option; {meant} are {', '.join(sorted(known))}"
            end_process(OptionError(name, shown, remedy))


def update_options(opts: Options, changes: Mapping[str, Any]) -> None:
    opts.update(**changes)


class Takeover:
    """mitmproxy's own options, set as a session needs them and put back after it.

    ``connection_strategy=eager`` connects upstream at CONNECT, before there is a
    request to look up. ``stream_large_bodies`` sends a request upstream before the
    ``request`` hook has seen it, and leaves a body that cannot be recorded
    (proxy/layers/http/__init__.py: check_body_size).
    """

    def __init__(self) -> None:
        self._own: dict[str, Any] = {}

    def apply(self, opts: Options, *, lazy: bool, whole_bodies: bool) -> None:
        wanted: dict[str, Any] = {}
        if lazy:
            wanted["connection_strategy"] = "lazy"
        if whole_bodies:
            wanted["stream_large_bodies"] = None
        kept = {name: getattr(opts, name) for name in wanted if name not in self._own}
        back = {n: self._own.pop(n) for n in list(self._own) if n not in wanted}
        self._own.update(kept)
        changes = {**back, **wanted}
        changes = {n: v for n, v in changes.items() if getattr(opts, n) != v}
        update_options(opts, changes)


_H2_PREFACE = b"PRI * HTTP/2.0"
#: Type, flags and stream of the first frame of an HTTP/2 server, behind its length.
_H2_SETTINGS = b"\4\0\0\0\0\0"


def expect_cleartext_h2(choice: layer.NextLayer) -> None:
    """HTTP/2 with prior knowledge, as gRPC speaks it without TLS: mitmproxy takes it
    for a request with the method PRI and kills it, or for TCP where the server spoke
    first (addons/next_layer.py, which leaves alone what is chosen already). Its layers
    go by ALPN, so that is what they are told.
    """
    client, server = choice.context.client, choice.context.server
    if client.tls or choice.layer is not None:
        return
    said = choice.data_client()
    if said.startswith(_H2_PREFACE) or (
        not said and choice.data_server()[3:9] == _H2_SETTINGS
    ):
        client.alpn = server.alpn = b"h2"
        choice.layer = layers.HttpLayer(
            choice.context, layers.http.HTTPMode.transparent
        )


def speak_cleartext_h2(client: connection.Client, server: connection.Server) -> None:
    """A connection that is about to be opened speaks what its client speaks."""
    if client.alpn == b"h2" and not client.tls:
        server.alpn = b"h2"


_LEFT = "_vcr_was_left"


def watch_who_leaves() -> None:
    """An ``error`` hook does not tell who broke off: over HTTP/2 either side's reset
    is "stream reset by client". The method that calls the hook knows
    (proxy/layers/http/__init__.py: handle_protocol_error), and notes it here."""
    _watch_resets("handle_protocol_error", _note_left)


def _note_left(flow: http.HTTPFlow) -> None:
    flow.__dict__[_LEFT] = True


def _watch_resets(method: str, see: Callable[[http.HTTPFlow], None]) -> None:
    """Tell of a stream's flow when this method of its layer is given the client's
    reset; not where mitmproxy has no such method."""
    known: Any = layers.http
    original = getattr(known.HttpStream, method, None)
    reset = getattr(known, "RequestProtocolError", None)
    if original is None or reset is None or hasattr(original, "_vcr_watches"):
        return

    def watched(self: Any, event: Any) -> Any:
        flow = getattr(self, "flow", None)
        if isinstance(event, reset) and flow is not None:
            see(flow)
        return original(self, event)

    watched._vcr_watches = True  # type: ignore[attr-defined] # wrapped once
    setattr(known.HttpStream, method, watched)


def was_left_by_client(flow: http.HTTPFlow) -> bool:
    """Whether it was the client that ended a flow, as far as can be known."""
    return _LEFT in flow.__dict__ or not flow.client_conn.connected


def gives_up_after() -> float:
    """How long mitmproxy lets a connection be silent before it closes it, in seconds
    (proxy/server.py: TimeoutWatchdog). From 12 on it is an option."""
    from mitmproxy.proxy import server

    fixed = getattr(server, "TCP_TIMEOUT", float("inf"))
    return float(getattr(ctx.options, "tcp_timeout", fixed))


_TELL = "_vcr_tell_left"


def tell_when_left(flow: http.HTTPFlow, told: Callable[[], None]) -> None:
    """While a hook waits, what happens to its stream is put off (proxy/layer.py:
    handle_event), and that the client has reset it becomes an ``error`` only when the
    wait is over (proxy/layers/http/__init__.py: check_killed), where the answer is
    dropped. ``told`` is called as soon as it is known. Where mitmproxy is not as it
    was, the ``error`` hook has to do."""
    flow.__dict__[_TELL] = told
    _watch_resets("handle_event", _tell)


def _tell(flow: http.HTTPFlow) -> None:
    told = flow.__dict__.pop(_TELL, None)
    if told is not None:
        told()


def settle_memory() -> None:
    """A collection stops the loop for 46 ms, and longer with a cassette loaded; what
    is here at the start stays, so it need not be looked at again. Collecting first
    would cost 50 ms of every start and finds nothing."""
    gc.freeze()


def is_exiting() -> bool:
    """False on a hot reload, where ``done`` must not be awaited."""
    return ctx.master.should_exit.is_set()


async def drain(busy: Callable[[], bool]) -> None:
    """Wait while flows are under way, at most DRAIN_SECONDS. They go on while a
    ``done`` hook awaits."""
    deadline = asyncio.get_running_loop().time() + DRAIN_SECONDS
    while busy() and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.02)


class LastResort:
    """What is left to do when the process ends, however it came to that.

    A start that fails calls no ``done`` hook. And mitmproxy exits with 0 whatever a
    ``done`` hook does (a SystemExit there would skip the ``done`` of other addons),
    so a failure at the end becomes exit status 1 as the very last thing.
    """

    def __init__(self) -> None:
        self.failed = False
        self._close: Callable[[], None] = lambda: None
        atexit.register(self._end)

    def closes(self, close: Callable[[], None]) -> None:
        self._close = close

    def _end(self) -> None:
        # mitmproxy's own log handlers need its event loop, which is closed by now.
        logging.basicConfig(format="%(message)s", level=logging.WARNING, force=True)
        self._close()
        if self.failed:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(1)
