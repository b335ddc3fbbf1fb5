"""Commands for mitmproxy's and mitmweb's command line."""

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mitmproxy import command, ctx, exceptions, http
from mitmproxy import flow as mflow
from mitmproxy import types as mtypes

from mitmvcr.core.errors import VcrError
from mitmvcr.core.model import Interaction
from mitmvcr.options import CASSETTE, MODE, Option, Text
from mitmvcr.proxy import host
from mitmvcr.proxy.host.messages import request_parts, response_parts
from mitmvcr.proxy.options import VcrOptions
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.store.store import FileStore
from mitmvcr.view.responses import to_request, to_response

if TYPE_CHECKING:
    from mitmvcr.secrets.redactor import Redactor
    from mitmvcr.session import Session

logger = logging.getLogger("mitmvcr")


class Commands:
    """The ``vcr.*`` commands; options are the one place the choice is kept in."""

    name = "vcr.commands"

    def __init__(self, sessions: Sessions, options: VcrOptions) -> None:
        self._sessions, self._options = sessions, options

    @command.command("vcr.use")
    def use_cassette(self, cassette: mtypes.Path) -> None:
        """Record to or replay from this cassette from now on."""
        _set({CASSETTE: str(cassette)})
        logger.info("mitmvcr: %s", self.status())

    @command.command("vcr.mode")
    def use_mode(self, mode: str) -> None:
        """Change the mode: record_only, replay_only, replay_with_new_episodes,
        record_once or passthrough."""
        _set({MODE: mode})
        logger.info("mitmvcr: %s", self.status())

    @command.command("vcr.eject")
    def eject(self) -> None:
        """Save the cassette and take it out; traffic goes through unrecorded."""
        _set({CASSETTE: "", MODE: MODE.default})

    @command.command("vcr.status")
    def status(self) -> str:
        """Show the cassette in use, its mode and its counts."""
        player = self._sessions.named()
        if player is None:
            return "no cassette in use"
        return player.session.summary().line()

    @command.command("vcr.save")
    def save(self, flows: Sequence[mflow.Flow], cassette: mtypes.Path) -> None:
        """Put flows into a cassette, behind what it holds."""
        try:
            saved = self._save(flows, CASSETTE.read(str(cassette)))
        except VcrError as error:
            raise exceptions.CommandError(str(error)) from error
        logger.info("mitmvcr: saved %d of %d flows to %s", saved, len(flows), cassette)

    def _save(self, flows: Sequence[mflow.Flow], path: Path | str) -> int:
        player = self._sessions.named()
        session = None if player is None else player.session
        if session is None or not session.records or not _is_same(session, str(path)):
            from mitmvcr.secrets.redactor import Redactor  # not at every start

            rules = self._options.parse(ctx.options).redaction
            return save_flows(flows, path, Redactor(rules, os.environ))
        chosen = [f for f in flows if isinstance(f, http.HTTPFlow) and _is_whole(f)]
        for each in chosen:  # it is being recorded here: they go behind what is
            session.record(_interaction(each))
        return len(chosen)


def _set(values: Mapping[Option, Text]) -> None:
    """Set options. Raises CommandError, and the old values stay."""
    try:
        changes = {option.vcr: text for option, text in values.items()}
        host.update_options(ctx.options, changes)
    except exceptions.OptionsError as error:
        raise exceptions.CommandError(str(error)) from error


def save_flows(
    flows: Sequence[mflow.Flow], path: Path | str, redactor: "Redactor"
) -> int:
    """Append the finished HTTP flows to a cassette. Returns how many they were."""
    chosen = [f for f in flows if isinstance(f, http.HTTPFlow) and _is_whole(f)]
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


def _is_whole(flow: http.HTTPFlow) -> bool:
    return (
        flow.response is not None
        and flow.error is None
        and flow.request.raw_content is not None
        and flow.response.raw_content is not None
        and flow.response.status_code != 101
    )


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
