"""What sessions need of mitmproxy's own options."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from hashlib import sha256
from pathlib import Path

import certifi
from mitmproxy import ctx

from mitmvcr import network_options as network
from mitmvcr.core.errors import OptionError, UnusableValueError
from mitmvcr.core.modes import RULES
from mitmvcr.options import CLIENT_CERT, UPSTREAM_CA, Option, Settings
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.host.options import HostOptions
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.store.files import replace_file, why


def towards_origins(
    root: Settings | None, in_play: Iterable[Player]
) -> dict[str, object]:
    """Return the options of mitmproxy that come of the settings of sessions which may
    reach an origin: those that begin with ``root``, and those in play, of which the
    last counts. Raise OptionError."""
    found: dict[str, object] = {}
    if root is not None:
        found.update(_options(root, is_sure=_reaches_out(root)))
    for each in in_play:
        if each.reaches_out:
            found.update(_options(each.settings))
    return found


def names_some(settings: Settings) -> bool:
    """Return whether any option of mitmproxy's comes of these settings."""
    return bool(
        settings.insecure_upstream
        or settings.client_cert is not None
        or settings.upstream_ca is not None
    )


def _reaches_out(root: Settings) -> bool:
    forwards = RULES[root.mode, False].forwards
    return bool(forwards or root.passthrough or root.rerecord)


def _options(
    settings: Settings, *, is_sure: bool = True
) -> Iterator[tuple[str, object]]:
    """Yield the options by name. Where it is not sure that any is needed, as where one
    session of a replay may begin in a mode of its own, no file has to be there."""
    shown, added = settings.client_cert, settings.upstream_ca
    if shown is not None and (is_sure or os.path.exists(shown)):
        _check(CLIENT_CERT, network.check_client_cert, shown)
        yield "client_certs", str(shown)
    if added is not None and (is_sure or os.path.exists(added)):
        _check(UPSTREAM_CA, network.check_upstream_ca, added)
        usual = ctx.options.ssl_verify_upstream_trusted_ca or certifi.where()
        yield "ssl_verify_upstream_trusted_ca", str(_both(Path(usual), added))
    if settings.insecure_upstream:
        yield "ssl_insecure", True


def _check(option: Option, check: Callable[[Path], None], path: Path) -> None:
    try:
        check(path)
    except UnusableValueError as error:
        raise OptionError(option.vcr, error.value, error.remedy) from error


def _both(usual: Path, more: Path) -> Path:
    """Write two files of authorities into one, which mitmproxy takes; the same two are
    always the same file."""
    try:
        data, added = usual.read_bytes(), more.read_bytes()
        if added in data:
            return usual
        data = data.rstrip(b"\n") + b"\n" + added
        name = f"origins-{sha256(data).hexdigest()[:12]}.pem"
        place = Path(os.path.expanduser(ctx.options.confdir)) / name
        if not place.exists():
            replace_file(place, data)
    except OSError as error:
        problem = f"cannot be used: {why(error)}"
        raise OptionError(UPSTREAM_CA.vcr, more, problem) from error
    return place


def set_options(options: HostOptions, sessions: Sessions) -> None:
    """Set them as the sessions in play need them."""
    # A named session may begin at any time, and need any of it.
    in_play, root = sessions.in_play(), sessions.root
    named = root is not None
    options.hold(ctx.options)  # it may be changed with ours, at once
    options.apply(
        ctx.options,
        # And where a refused connection is to be recorded: with its request.
        lazy=named
        or any(p.session.looks_up or p.settings.record_errors for p in in_play),
        whole_bodies=named or not all(p.streams_bodies for p in sessions.open()),
        any_headers=not named
        and sessions.named() is not None
        and all(p.offline and not p.passthrough for p in in_play),
        more=towards_origins(root, in_play),
    )


def are_needed_no_more(sessions: Sessions, closed: Collection[Player]) -> bool:
    """Return whether some of it may have gone with closed sessions. Of a thousand none
    is looked at when one of them ends."""
    is_alone = sessions.root is None
    return is_alone or any(names_some(each.settings) for each in closed)
