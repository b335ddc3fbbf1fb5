"""A proxy in this process, for as long as a block runs."""

import logging
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mitmvcr.core.errors import VcrError
from mitmvcr.core.modes import Mode
from mitmvcr.core.wording import number_of
from mitmvcr.network_options import Upstream
from mitmvcr.options import Settings
from mitmvcr.proxy.flow.player import Player, name_in
from mitmvcr.proxy.host.late_imports import postpone
from mitmvcr.proxy.lean import Inside, is_enough, lean
from mitmvcr.proxy.running import Place, ProxyError
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.session import Session
from mitmvcr.session.summary import Summary, total
from mitmvcr.spelling import IN_MITMPROXY, Spelling

if TYPE_CHECKING:
    from mitmvcr.proxy.host.listeners import Elsewhere

logger = logging.getLogger("mitmvcr")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that answers on ``port``; ``ca_file`` is what its clients must trust.
    ``sessions`` are all that have begun, in that order."""

    port: int
    ca_file: Path
    settings: Settings
    sessions: Sequence[Session]
    in_play: Sessions
    control_url: str | None

    def summary(self) -> Summary:
        """Return what came of its session, or of all of them together."""
        if self.settings.dir is None:
            return self.sessions[0].summary()
        each = [session.summary() for session in self.sessions]
        played = {one.cassette for one in each if any(one._replace(came=0)[2:])}
        many = number_of(len(played), "cassette")
        name = f"{self.settings.dir} ({many})"
        found = total(each, name, self.settings.mode)
        return found._replace(came=found.came + self.in_play.came)

    @property
    def names(self) -> list[str]:
        """Return the names of the sessions that have begun."""
        return [name_in(self.settings, each.store.name) for each in self.sessions]

    @property
    def unnamed(self) -> int:
        """Return how many requests named no session, where they could."""
        return self.in_play.routes.unnamed

    @property
    def failed_sessions(self) -> list[str]:
        """Return the names of sessions whose cassettes lack something (there were
        misses, something could not be recorded, or they could not begin) or whose
        tests have failed."""
        failed = set(self.in_play.refused)
        for session in self.sessions:
            summary = session.summary()
            lacks = summary.missed or summary.lost or session.failure is not None
            if lacks or session.store.name in self.in_play.failed:
                failed.add(name_in(self.settings, session.store.name))
        return sorted(failed)

    @property
    def broken_tls(self) -> dict[str, str]:
        """Return why clients broke off TLS, by host."""
        logs = [self.in_play.log, *(each.log for each in self.sessions)]
        return {host: why for log in logs for host, why in log.broken_tls.items()}

    @property
    def offline(self) -> bool:
        """Return whether a session was a strict replay, or would have been one."""
        if self.settings.dir is not None and self.settings.mode is Mode.REPLAY_ONLY:
            return True
        return any(session.offline for session in self.sessions)

    @property
    def records(self) -> bool:
        return any(session.records for session in self.sessions)

    @property
    def expects(self) -> bool:
        """Return whether it is a strict replay of something. A program that asks for
        nothing then is hardly the one that was recorded."""
        if self.settings.dir is not None and not self.sessions:
            return self.offline
        return any(session.expects for session in self.sessions)

    def mirror(self, elsewhere: "Elsewhere") -> None:
        """Open elsewhere too what ports sessions and workers get from now on."""
        from mitmvcr.proxy.host import listeners  # few runs have any

        listeners.mirror(elsewhere)

    def set_aside(self) -> None:
        """Keep what is being recorded from being put in place."""
        for player in self.in_play.open():
            player.session.set_aside()


@asynccontextmanager
async def running_proxy(
    settings: Settings,
    *,
    confdir: Path,
    listen_host: str = "127.0.0.1",
    listen_port: int = 0,
    upstream: Upstream | None = None,
    trusted_ca: Path | None = None,
    opened: Callable[[Session], None] = lambda _: None,
    sets: Sequence[str] = (),
    spelling: Spelling = IN_MITMPROXY,
) -> AsyncIterator[Proxy]:
    """Run a proxy with this cassette; at the end flows are drained and it is saved.

    ``upstream`` is a proxy to go on through; ``trusted_ca`` (PEM) is what
    origins are verified against, else mitmproxy's own choice; ``opened`` is given each
    session when it begins; ``sets`` are options of mitmproxy, as NAME=VALUE.
    ``spelling`` is that of the options in the log and in answers. Where the lane is
    enough mitmproxy is started only when it is first needed.

    Raises VcrError where it cannot start, and at the end what kept it from saving.
    """
    sessions: list[Session] = []

    def begun(player: Player) -> None:
        opened(player.session)
        sessions.append(player.session)

    in_play = Sessions(opened=begun)
    in_play.spelling = spelling
    place = Place(confdir, listen_host, listen_port, trusted_ca, upstream, sets)
    starts_lean = upstream is None and not sets and is_enough(settings)
    with _LogToStderr(spelling.text):
        async with (
            lean(settings, place, in_play, _imported)
            if starts_lean
            else _imported()(settings, place, in_play, None)
        ) as running:
            ca_file = confdir / "mitmproxy-ca-cert.pem"
            yield Proxy(
                running.port, ca_file, settings, sessions, in_play, running.control_url
            )
        failures = [each.failure for each in sessions if each.failure is not None]
        for other in failures[1:]:
            logger.error("mitmvcr: error: %s", other)
    if failures:
        raise _as_vcr_error(failures[0])
    for line, times in in_play.refusals.times.items():
        requests = number_of(times, "request")
        raise ProxyError(f"{requests} had no session: {line}")


def _imported() -> Inside:
    """Import mitmproxy, which takes most of a second, and return what runs it."""
    postpone()  # before anything of mitmproxy's is imported
    from mitmvcr.proxy.addon import VcrAddon
    from mitmvcr.proxy.host.masters import import_all
    from mitmvcr.proxy.inside import inside

    import_all()
    return partial(inside, VcrAddon)


def _as_vcr_error(error: Exception) -> VcrError:
    if isinstance(error, VcrError):
        return error
    return VcrError(f"{type(error).__name__}: {error}")


#: What mitmproxy makes of the alert with which Java ends TLS 1.3 (user_canceled), which
#: OpenSSL passes over (proxy/layers/tls.py: receive_data).
_FAREWELL = "TLS Error: (-1, 'Unexpected EOF')"


def _is_news(record: logging.LogRecord) -> bool:
    return not hasattr(record, "is_summed_up") and record.getMessage() != _FAREWELL


class _Spelled(logging.Formatter):
    """Formats a record as its message alone, spelled for who reads it."""

    def __init__(self, spell: Callable[[str], str]) -> None:
        super().__init__("%(message)s")
        self._spell = spell

    def formatMessage(self, record: logging.LogRecord) -> str:
        return self._spell(super().formatMessage(record))


class _LogToStderr:
    """Shows warnings of mitmvcr and of mitmproxy, one line each; what passes well is
    silent, and so is a miss, which the end of a run explains once."""

    def __init__(self, spell: Callable[[str], str]) -> None:
        self._spell = spell

    def __enter__(self) -> None:
        self._handler = logging.StreamHandler(sys.stderr)
        self._handler.setLevel(logging.WARNING)
        self._handler.setFormatter(_Spelled(self._spell))
        self._handler.addFilter(_is_news)
        logging.getLogger().addHandler(self._handler)

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self._handler)
