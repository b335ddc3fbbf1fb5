"""Commands for mitmproxy's and mitmweb's command line."""

import logging
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mitmproxy import command, ctx, exceptions, http
from mitmproxy import flow as mflow
from mitmproxy import types as mtypes

from mitmvcr.core.errors import OptionError, UnusableValueError, VcrError
from mitmvcr.core.model import Interaction
from mitmvcr.core.wording import quoted
from mitmvcr.options import CASSETTE, DIR, MODE, Option, Settings, Text
from mitmvcr.proxy.flow.player import DEFAULT, Player
from mitmvcr.proxy.flow.responses import is_own
from mitmvcr.proxy.host.messages import request_parts, response_parts
from mitmvcr.proxy.host.options import update_options
from mitmvcr.proxy.options import VcrOptions
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.store.names import session_name
from mitmvcr.store.store import FileStore
from mitmvcr.view.responses import to_request, to_response

if TYPE_CHECKING:
    from mitmvcr.secrets.redactor import Redactor
    from mitmvcr.session import Session

logger = logging.getLogger("mitmvcr")


class Commands:
    """The ``vcr.*`` commands. They mean the default session, of which options are the
    one place the choice is kept in, unless they name another one."""

    name = "vcr.commands"

    def __init__(self, sessions: Sessions, options: VcrOptions) -> None:
        self._sessions, self._options = sessions, options

    @command.command("vcr.use")
    def use_cassette(self, cassette: mtypes.Path, session: str = "") -> None:
        """Record to or replay from this cassette from now on. A session that is named
        begins with it, if it is not in play yet."""
        name = _name(session)
        if name == DEFAULT:
            _set({CASSETTE: str(cassette)})
        else:
            with _as_command_error():
                settings = self._settings(name)
                place = CASSETTE.read(str(cassette))
                if place is None:
                    raise OptionError(CASSETTE.vcr, "", "name a file, or vcr.eject it")
                self._sessions.switch(settings._replace(cassette=place), name)
        self._tell(name)

    @command.command("vcr.mode")
    def use_mode(self, mode: str, session: str = "") -> None:
        """Change the mode: record_only, replay_only, replay_with_new_episodes,
        record_once or passthrough."""
        name = _name(session)
        if name == DEFAULT:
            _set({MODE: mode})
        else:
            with _as_command_error():
                settings = self._player(name).settings
                self._sessions.switch(settings._replace(mode=MODE.read(mode)), name)
        self._tell(name)

    @command.command("vcr.eject")
    def eject(self, session: str = "") -> None:
        """Save the cassette and take it out: traffic goes through unrecorded; a session
        that is named ends."""
        name = _name(session)
        if name == DEFAULT:
            _set({CASSETTE: "", MODE: MODE.default})
        else:
            self._sessions.eject(self._player(name).name)
        self._tell(name)

    @command.command("vcr.status")
    def status(self, session: str = "") -> str:
        """Show the cassette in use, its mode and its counts."""
        name = _name(session)
        player = self._sessions.named(name)
        if player is not None:
            return player.session.summary().line()
        return f"no cassette in use{self._others()}"

    @command.command("vcr.save")
    def save(
        self, flows: Sequence[mflow.Flow], cassette: mtypes.Path, session: str = ""
    ) -> None:
        """Append flows to a cassette, or to what the session records there."""
        name = _name(session)
        with _as_command_error():
            saved = self._save(flows, CASSETTE.read(str(cassette)), name)
        left = Counter(filter(None, map(_why_not, flows)))
        reasons = ", ".join(f"{times} {why}" for why, times in left.items())
        logger.log(
            _alert(),
            "mitmvcr: saved %d of %d flows to %s%s",
            *(saved, len(flows), cassette),
            f"; left out: {reasons}" if reasons else "",
        )

    def _save(self, flows: Sequence[mflow.Flow], path: Path | str, name: str) -> int:
        player = self._sessions.named() if name == DEFAULT else self._player(name)
        session = None if player is None else player.session
        if session is None or not session.records or not _is_same(session, str(path)):
            from mitmvcr.secrets.redactor import Redactor  # not at every start

            settings = player.settings if player else self._options.parse(ctx.options)
            return save_flows(flows, path, Redactor(settings.redaction, os.environ))
        chosen = [f for f in flows if isinstance(f, http.HTTPFlow) and not _why_not(f)]
        for each in chosen:  # it is being recorded here: they go behind what is
            session.record(_interaction(each))
        return len(chosen)

    def _tell(self, name: str) -> None:
        """Answer a command, which the console shows as it does mitmproxy's own."""
        logger.log(_alert(), "mitmvcr: %s", self.status(name))

    def _settings(self, name: str) -> Settings:
        """Return the settings that a session has, or begins with."""
        player, root = self._sessions.named(name), self._sessions.root
        if player is not None:
            return player.settings
        if root is None:
            remedy = f"set {DIR.vcr}=DIR, the folder of their cassettes"
            raise exceptions.CommandError(f"there are no named sessions: {remedy}")
        return root

    def _player(self, name: str) -> Player:
        player = self._sessions.named(name)
        if player is None:
            problem = f"there is no session {quoted(name)}{self._others()}"
            raise exceptions.CommandError(problem)
        return player

    def _others(self) -> str:
        names = sorted(quoted(each.name) for each in self._sessions.in_play())
        return f"; in play: {', '.join(names)}" if names else ""


def _name(session: str) -> str:
    """Return the name of a session, which is percent-decoded. Raise CommandError."""
    with _as_command_error():
        return session_name(session) if session else DEFAULT


@contextmanager
def _as_command_error() -> Iterator[None]:
    try:
        yield
    except UnusableValueError as error:
        problem = f"session {error.value} {error.remedy}"
        raise exceptions.CommandError(problem) from error
    except VcrError as error:
        raise exceptions.CommandError(str(error)) from error


def _set(values: Mapping[Option, Text]) -> None:
    """Set options. Raises CommandError, and the old values stay."""
    try:
        changes = {option.vcr: text for option, text in values.items()}
        update_options(ctx.options, changes)
    except exceptions.OptionsError as error:
        raise exceptions.CommandError(str(error)) from error


def save_flows(
    flows: Sequence[mflow.Flow], path: Path | str, redactor: "Redactor"
) -> int:
    """Append the finished HTTP flows to a cassette. Returns how many they were."""
    chosen = [f for f in flows if isinstance(f, http.HTTPFlow) and not _why_not(f)]
    store = FileStore(path)
    kept = store.load().interactions if store.exists() else ()
    store.begin(kept)
    try:
        interactions = [_interaction(each) for each in chosen]
        for interaction in interactions:  # what one of them shows to be a secret
            redactor.interaction(interaction)
        for interaction in interactions:  # is not to stand in another
            store.append(redactor.interaction(interaction))
    finally:
        store.publish()
    return len(chosen)


def _alert() -> int:
    """Return the level of what the console shows, by the name that mitmproxy gives
    it."""
    return logging.getLevelNamesMapping().get("ALERT", logging.INFO)


def _why_not(flow: mflow.Flow) -> str:
    """Return why a flow cannot be saved; empty where it can."""
    if not isinstance(flow, http.HTTPFlow):
        return "not of HTTP"
    answer = flow.response
    if answer is None:
        return "without an answer"
    if is_own(answer):
        return "answered by mitmvcr itself"
    if answer.status_code == 101:
        return "that switched protocols, as a WebSocket"
    if flow.error is not None:
        return "that broke off"
    if None in (flow.request.raw_content, answer.raw_content):
        return "whose body was not kept"
    return ""


def _interaction(flow: http.HTTPFlow) -> Interaction:
    assert flow.response is not None
    live = to_request(request_parts(flow.request))
    head = flow.response.timestamp_start or 0.0
    sent = flow.request.timestamp_end or head
    body = flow.response.raw_content or b""
    duration = max(0, round((head - sent) * 1e9))
    wire = response_parts(flow.response)
    response = to_response(wire, body, live, duration=duration)
    return Interaction(0, live.request, response)


def _is_same(session: "Session", cassette: str) -> bool:
    """Return whether the session has this file in use, by whatever name."""
    return os.path.realpath(session.store.name) == os.path.realpath(cassette)
