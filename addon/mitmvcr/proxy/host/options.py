"""mitmproxy's options: those it keeps for us, and its own that a session sets."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mitmproxy import ctx, exceptions
from mitmproxy.addonmanager import Loader
from mitmproxy.optmanager import OptManager

from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.options import SET
from mitmvcr.parsing import nearest
from mitmvcr.proxy.host.capabilities import capabilities

if TYPE_CHECKING:
    from mitmproxy.options import Options as Options
else:
    Options = Any


def refusal(error: VcrError) -> exceptions.OptionsError:
    """Return the error that, raised in ``configure``, shows the user the message and
    restores the old values."""
    return exceptions.OptionsError(str(error))


def add_options(loader: Loader, rows: Iterable[tuple[str, Any, Any, str]]) -> None:
    """Add options: their names, types, defaults and help. mitmproxy tells every addon
    of each one that it adds (optmanager.py: add_option), which takes ten times as long
    as all the rest; here it tells them once of all."""
    opts = loader.master.options
    if not capabilities.has("options together"):
        for row in rows:
            loader.add_option(*row)
        return
    apart = OptManager()  # nobody listens to it
    for row in rows:
        if row[0] in opts:  # from an earlier load
            loader.add_option(*row)
        else:
            apart.add_option(*row)
    opts._options.update(apart._options)
    opts.changed.send(updated=apart.keys())


def take_deferred_options(opts: Options) -> None:
    """Let values given with ``--set`` before the script was loaded arrive now.

    Left to the add-on manager, a value of the wrong type would drop the addon
    without a word (addonmanager.py: register; script.py: loadscript). Raise
    OptionError for one.
    """
    if capabilities.problem("option check"):
        return  # Sessions refuses a replay; a recording is warned at the start
    try:
        opts.process_deferred()
    except exceptions.OptionsError as error:
        raise OptionError("--set", "...", f"{error}") from error


def unknown_option(opts: Options, known: frozenset[str]) -> OptionError | None:
    """Return what is wrong with a ``vcr_`` option that does not exist, if one was
    given: mitmproxy keeps names that nobody added in ``deferred`` for ever
    (optmanager.py: set)."""
    if not capabilities.has("option check"):
        return None
    for name, value in sorted(opts.deferred.items()):
        if name.startswith("vcr_"):
            # From --set it is a wrapper round the texts, from config.yaml a value.
            shown = ",".join(getattr(value, "val", [str(value)]))
            names = [each.removeprefix("vcr_") for each in known]
            near = nearest(name.removeprefix("vcr_"), names)
            known_ones = f"there are {', '.join(sorted(known))}"
            meant = f"did you mean vcr_{near}?" if near else known_ones
            return OptionError(name, shown, f"no such option; {meant}")
    return None


def update_options(opts: Options, changes: Mapping[str, Any]) -> None:
    opts.update(**changes)


def set_alone(opts: Options, name: str, value: Any) -> None:
    """Set one option as ``update_options`` does. mitmproxy copies all of them first, to
    have them back where an addon refuses, which takes 2 ms. Of this one its value will
    do, since setting it puts another in its place (optmanager.py: update_known,
    rollback, _Option.set)."""
    if not capabilities.has("one option alone"):
        update_options(opts, {name: value})
        return
    option = opts._options[name]
    before = option.value
    try:
        option.set(value)
        opts.changed.send(updated={name})
    except exceptions.OptionsError as error:
        opts.errored.send(exc=error)
        option.value = before
        opts.changed.send(updated={name})
        raise


def set_options(opts: Options, texts: Sequence[str]) -> None:
    """Set options that a user gives as NAME=VALUE, those of a list all together. Raise
    OptionError."""
    given: dict[str, list[str]] = {}
    for text in texts:
        given.setdefault(text.partition("=")[0], []).append(text)
    for name, ours in given.items():
        if name not in opts:
            near = nearest(name, opts.keys())
            meant = f"; did you mean {near}?" if near else ""
            problem = f"mitmproxy has no such option{meant}"
            raise OptionError(SET.vcr, f"{name}=...", problem)
        try:
            opts.set(*ours)
        except exceptions.OptionsError as error:
            raise _refused(name, " ".join(ours), error) from error


def _refused(name: str, text: str, error: Exception) -> OptionError:
    """Return what is said of a value, without what mitmproxy says where that repeats a
    login."""
    if name in _LOGINS:
        return OptionError(SET.vcr, f"{name}=...", "mitmproxy cannot read it")
    shown = _LOGIN.sub(r"\g<scheme>***@", text)
    if shown == text:
        return OptionError(SET.vcr, text, str(error))
    remedy = "mitmproxy wants the login apart, as --set upstream_auth=USER:PASSWORD"
    return OptionError(SET.vcr, shown, remedy)


#: A login within a mode, whatever is in it.
_LOGIN = re.compile(r"(?<=:)(?P<scheme>(?:\w+://)?).*@", re.DOTALL)
#: Options that hold a user and a password, and the modes of proxies for HTTP.
_LOGINS = ("proxyauth", "upstream_auth")
_FOR_HTTP = ("regular", "upstream", "reverse")


def refuse_other_proxies(opts: Options) -> None:
    """Raise OptionError where a command that is given an HTTP proxy without a login
    could not use this one."""
    if opts.mode and not any(_kind(mode) in _FOR_HTTP for mode in opts.mode):
        problem = (
            "a command is given an HTTP proxy: use regular or upstream:URL; 'mitmvcr"
            " serve' knows the other modes"
        )
        raise OptionError(SET.vcr, f"mode={','.join(opts.mode)}", problem)
    if getattr(opts, "proxyauth", None):
        problem = "a command is given a proxy without a user and a password"
        raise OptionError(SET.vcr, "proxyauth=...", problem)


def _kind(mode: str) -> str:
    return mode.partition("@")[0].partition(":")[0]


class HostOptions:
    """mitmproxy's own options, set as a session needs them and put back after it.

    ``connection_strategy=eager`` connects upstream at CONNECT, before there is a
    request to look up. ``stream_large_bodies`` sends a request upstream before the
    ``request`` hook has seen it, and leaves a body that cannot be recorded
    (proxy/layers/http/__init__.py: check_body_size).
    """

    def __init__(self) -> None:
        self._own: dict[str, Any] = {}
        self._wanted: dict[str, Any] = {}

    def hold(self, opts: Options) -> None:
        """Keep what was changed meanwhile for after the session."""
        changed = {n: v for n, v in self._wanted.items() if getattr(opts, n) != v}
        self._own.update({name: getattr(opts, name) for name in changed})
        if changed:
            update_options(opts, changed)

    def apply(
        self,
        opts: Options,
        *,
        lazy: bool,
        whole_bodies: bool,
        any_headers: bool = False,
        more: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        wanted: dict[str, Any] = {**more}
        if capabilities.has("any header value"):
            _check_values(are_any=any_headers)
        if lazy:
            wanted["connection_strategy"] = "lazy"
        if whole_bodies:
            wanted["stream_large_bodies"] = None
        kept = {name: getattr(opts, name) for name in wanted if name not in self._own}
        back = {n: self._own.pop(n) for n in list(self._own) if n not in wanted}
        self._own.update(kept)
        self._wanted = wanted
        changes = {**back, **wanted}
        changes = {n: v for n, v in changes.items() if getattr(opts, n) != v}
        update_options(opts, changes)


def _check_values(*, are_any: bool) -> None:
    """Let a header value in HTTP/2 have blanks round it, or end the connection for one.

    All connections share a configuration, into which each new one writes the option
    ``validate_inbound_headers`` (proxy/layers/http/_http2.py: Http2Connection). That
    option stays: without it the lengths of HTTP/1 would go unchecked, too. The check
    keeps one message from being two where it is sent on, so only who sends nothing on
    may do without.
    """
    from mitmproxy.proxy.layers.http import _http2

    lenient, plain = _configurations()
    for kind in (_http2.Http2Server, _http2.Http2Client):
        kind.h2_conf.__class__ = lenient if are_any else plain


@cache
def _configurations() -> tuple[type, type]:
    from h2.config import H2Configuration

    class AnyValue(H2Configuration):
        """A configuration in which nothing switches the check on."""

        validate_inbound_headers = property(lambda _: False, lambda *_: None)

    return AnyValue, H2Configuration


def gives_up_after() -> float:
    """Return how long mitmproxy lets a connection be silent before it closes it, in
    seconds (proxy/server.py: TimeoutWatchdog). From 12 on it is an option."""
    if not capabilities.has("silence limit"):
        return float("inf")
    from mitmproxy.proxy import server

    fixed = getattr(server, "TCP_TIMEOUT", None)
    return float(ctx.options.tcp_timeout if fixed is None else fixed)
