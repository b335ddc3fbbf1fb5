"""What the control API does with sessions."""

import asyncio
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import mitmvcr
from mitmvcr.config import text_of
from mitmvcr.control.office import Facts, Problem, Wish, found_at
from mitmvcr.core.errors import UnusableValueError, VcrError
from mitmvcr.miss.report import miss_of_test
from mitmvcr.options import (
    BY_NAME,
    OF_SESSION,
    Kind,
    Option,
    Settings,
    changed,
)
from mitmvcr.parsing import nearest
from mitmvcr.proxy.claims import Claims
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.host import listeners
from mitmvcr.proxy.naming import Names, checked, name_of
from mitmvcr.proxy.ports import Ports, ca_file
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.session.variables import UnknownVariableError
from mitmvcr.store.files import why
from mitmvcr.store.names import cassette_of

#: Of the process, though mitmproxy has them as those of a session. Towards origins it
#: has one certificate and one list of authorities for all.
_OF_PROCESS = (
    *("cassette", "dir", "control", "save_failed", "rerecord"),
    *("client_cert", "upstream_ca", "insecure_upstream"),
)
_MODE = BY_NAME["mode"].variable
_SCALARS = ["string", "number", "boolean"]
_OPTIONS = {each.name for each in OF_SESSION} - {*_OF_PROCESS}
#: In seconds; a test does not wait longer for what it left under way.
_WAIT = 30.0


class Desk:
    """Does it to the sessions in play; see :class:`mitmvcr.control.office.Office`."""

    version = mitmvcr.__version__

    def __init__(self, sessions: Sessions, patience: float = _WAIT) -> None:
        """Make it; ``patience`` is how long an answer waits for the last request of a
        session, in seconds."""
        self._sessions, self._patience = sessions, patience
        self.ports = Ports(sessions)
        self._names = Names()
        self._claims = Claims(self._names.shown)

    @property
    def options(self) -> Mapping[str, Facts]:
        return {
            each.name: _schema(each) for each in OF_SESSION if each.name in _OPTIONS
        }

    def health(self) -> Facts:
        if not listeners.is_listening():
            remedy = "ask again in a moment"
            raise Problem(503, "proxy", "it does not listen yet", remedy)
        in_play = len(self._sessions.in_play())
        root = self._sessions.root
        folder = None if root is None or root.dir is None else os.path.abspath(root.dir)
        facts = {"status": "ok", "version": self.version, "sessions": in_play}
        return {**facts, "folder": folder}

    def authority(self) -> bytes:
        try:
            return ca_file().read_bytes()
        except OSError as error:
            remedy = "look into that folder, which mitmproxy fills at its start"
            raise Problem(503, "ca_file", f"{ca_file()}: {why(error)}", remedy) from (
                error
            )

    def sessions(self) -> list[Facts]:
        return [self._state(player) for player in self._sessions.in_play()]

    def session(self, name: str) -> Facts:
        return self._state(self._player(name))

    def named(self, wish: Wish) -> Wish:
        return self._names.named(wish, self._sessions.root)

    async def open(self, wish: Wish) -> Facts:
        fields = dict(self.named(wish))
        test = fields.pop("test", "")
        has_port, kind = _has_port(fields), _kind(fields)
        if kind is not None and not has_port:
            remedy = "leave port out, or kind"
            raise Problem(422, "kind", "is what the session's own port speaks", remedy)
        name = name_of(fields, "name" if "name" in fields else "cassette")
        fields.pop("name", None)
        fields.setdefault("cassette", name)
        settings = self._settings(fields)
        self._claims.check(settings, test, is_old=_is_old(wish, fields))
        settings = self._anew(settings, test)
        if self._sessions.named(name) is not None:
            remedy = "end it first, or PUT its cassette"
            raise Problem(409, "name", f"session {name} is open already", remedy)
        self._sessions.switch(settings, name)
        try:
            self._claims.take(self._player(name), test)
            return self._state(await self._reachable(name, has_port, kind))
        except BaseException:
            await self.end(name)
            raise

    async def _reachable(self, name: str, has_port: bool, kind: str | None) -> Player:
        if has_port:
            kind = kind or listeners.main_kind()
            try:
                port = await listeners.open_port(kind)
            except VcrError as error:
                remedy = "leave it out with false, and name the session in the URL"
                raise Problem(409, "port", f"{error}", remedy) from error
            self._sessions.routes.give_port(port, name, kind)
        return self._player(name)

    async def switch(self, name: str, wish: Wish) -> Facts:
        player = self._player(name)
        fields = dict(self.named(wish))
        test, has_failed = fields.pop("test", ""), _switch(fields, "failed")
        name_of(fields, "cassette")
        settings = self._settings(fields)
        self._claims.check(settings, test, is_old=_is_old(wish, fields))
        self._note(player, has_failed)
        settings = self._anew(settings, test)
        ended = self._sessions.end_of(player)
        self._sessions.switch(settings, player.name)
        fresh = self._player(name)
        self._claims.take(fresh, test)
        await self._wait(player, ended, has_failed)  # it may have ended too, meanwhile
        return {"session": self._state(fresh), "ended": report(player)}

    def _anew(self, settings: Settings, test: str) -> Settings:
        """Return the settings of a session that is to begin, for the next try of a
        failed test those that record anew."""
        if self._claims.is_spoilt(settings, test):
            return self._sessions.recorders.tried_again(settings)
        return settings

    def variables(self, name: str, wish: Wish | None = None) -> Facts:
        player = self._player(name)
        if wish is None:
            return dict(player.session.variables.known)
        try:
            return player.session.variables.values(wish)
        except UnknownVariableError as error:  # as a request that it does not hold
            raise Problem(424, error.variable, "was not recorded", error.remedy) from (
                error
            )

    def save(self, name: str) -> Facts:
        player = self._player(name)
        player.session.save()
        return self._state(player)

    async def end(self, name: str, wish: Wish | None = None) -> Facts:
        player, has_failed = self._player(name), _switch(dict(wish or {}), "failed")
        self._note(player, has_failed)
        ended = self._sessions.end_of(player)
        servers = list(map(listeners.at, self._sessions.routes.own_ports(player.name)))
        self._sessions.eject(player.name)
        for server in servers:
            await listeners.stopped(server)
        await self._wait(player, ended, has_failed)
        return report(player)

    def _note(self, player: Player, has_failed: bool) -> None:
        """Note whose test has failed: its cassette may be what is wrong, and what it
        recorded ends where it failed."""
        self._claims.judge(player, has_failed=has_failed)
        if not has_failed:
            return
        self._sessions.failed.add(player.session.store.name)
        if not player.settings.save_failed:
            player.session.set_aside()

    async def _wait(
        self, player: Player, ended: asyncio.Event, has_failed: bool
    ) -> None:
        """Wait for its last flow; then it is saved."""
        try:
            await asyncio.wait_for(ended.wait(), self._patience)
        except TimeoutError as error:
            flows = self._sessions.flows_of(player)
            detail = f"requests under way after {self._patience:g} s: {flows}"
            remedy = "it is saved when they have ended: end them before the session"
            raise Problem(504, "cassette", detail, remedy) from error
        self._claims.ended(player, has_failed=has_failed)

    def _player(self, name: str) -> Player:
        player = self._sessions.used(checked("name", name))
        if player is None:
            remedy = "POST it to /sessions, or GET /sessions for those that are"
            raise Problem(404, "name", f"there is no session {name}", remedy)
        return player

    def _settings(self, fields: Mapping[str, Any]) -> Settings:
        """Return the settings of a session. Raise Problem or OptionError."""
        root = self._sessions.root
        if root is None or root.dir is None:
            detail = "no folder of cassettes is chosen"
            raise Problem(409, "cassette", detail, "start with --cassettes DIR")
        others = {key: value for key, value in fields.items() if key != "cassette"}
        values = {key: _value(key, value) for key, value in others.items()}
        name = name_of(fields, "cassette")
        try:
            cassette = cassette_of(root.dir, name)
        except UnusableValueError as error:
            raise Problem(422, "cassette", f"{error.value}", error.remedy) from error
        return changed(root, values)._replace(cassette=cassette)

    def _state(self, player: Player) -> Facts:
        routes = self._sessions.routes
        port = routes.port_of(player.name)
        kind = None if port is None else routes.kinds.get(port)
        return {
            **report(player),
            "under_way": self._sessions.flows_of(player),
            "port": port,
            "kind": kind,
            **_urls(player.name, port, kind or ""),
            "ca_file": str(ca_file()),
        }


def report(player: Player) -> Facts:
    """Return what came of a session so far."""
    session = player.session
    summary = session.summary()
    misses = session.log.misses.items()
    return {
        "name": player.name,
        **summary.facts,
        "misses": [miss_of_test(miss, times, _MODE) for miss, times in misses],
        "failure": None if session.failure is None else str(session.failure),
    }


def _value(key: str, value: Any) -> Any:
    """Return the value of a session's option. Raise Problem or OptionError."""
    if key not in _OPTIONS:
        if key in BY_NAME:
            remedy = f"choose it at the start: {BY_NAME[key].word}"
            raise Problem(422, key, "is an option of the whole proxy", remedy)
        near = nearest(key, _OPTIONS)
        meant = (
            f"did you mean {near}?" if near else f"use {', '.join(sorted(_OPTIONS))}"
        )
        raise Problem(422, key, "is not an option of a session", meant)
    option = BY_NAME[key]
    text = text_of(option, value)
    if text is None:
        remedy = f"use one text, as {option.word} takes it on the command line"
        raise Problem(422, key, "has no such values", remedy)
    return option.read(text, key)


def _schema(option: Option) -> Facts:
    """Return what :func:`_value` takes, as a JSON schema."""
    types = ["string", "array"] if option.kind is Kind.LIST else _SCALARS
    items = {"items": {"type": "string"}} if option.kind is Kind.LIST else {}
    default = {"default": option.default}
    return {"type": types, **items, "description": option.help, **default}


def _is_old(wish: Wish, named: Wish) -> bool:
    """Return whether a cassette has the name that an older version gave it."""
    return bool(named["cassette"] == wish.get("formerly") != wish.get("cassette"))


def _has_port(fields: dict[str, Any]) -> bool:
    """Take out whether it has a port of its own: so it is if nothing is said, unless
    the caller reaches only the proxy's own."""
    return _switch(fields, "port", default=not found_at.get())


def _switch(fields: dict[str, Any], key: str, *, default: bool = False) -> bool:
    """Take out a switch."""
    found = fields.pop(key, default)
    if not isinstance(found, bool):
        raise Problem(422, key, "is no switch", "use true or false")
    return found


def _kind(fields: dict[str, Any]) -> str | None:
    """Take out what the session's own port is to speak, None if nothing is said."""
    kind = fields.pop("kind", None)
    if kind is None:
        return None
    try:
        return listeners.parse_kind(kind if isinstance(kind, str) else f"{kind}")
    except UnusableValueError as error:
        raise Problem(422, "kind", f"{error.value}", error.remedy) from error


def _urls(name: str, port: int | None, kind: str) -> Facts:
    """Return the URL of the proxy, and of the origin that a reverse proxy stands
    for."""
    if port is None:
        return {"proxy_url": _main_url(name), "base_url": None}
    place = f"{listeners.ADDRESS}:{port}"
    if kind.startswith("reverse:"):
        return {"proxy_url": None, "base_url": f"http://{place}"}
    scheme = "socks5h" if kind == "socks5" else "http"
    return {"proxy_url": f"{scheme}://{place}", "base_url": None}


def _main_url(name: str) -> str | None:
    main, place = listeners.main_port(), found_at.get()
    if main is None:
        return None
    return f"http://{quote(name, safe='')}:x@{place or f'{listeners.ADDRESS}:{main}'}"
