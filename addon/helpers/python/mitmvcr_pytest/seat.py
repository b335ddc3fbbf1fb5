"""What one process of pytest holds of the proxy: a port, and the session that it points
to at the moment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from mitmvcr_pytest.control import VARIABLE, Control, Proxy, VcrError
from mitmvcr_pytest.environment import Environment
from mitmvcr_pytest.settings import report

T = TypeVar("T")
#: Owns what fixtures of a wider scope and hooks ask for.
SUITE = "suite"

#: What JSON has.
_JSON = (str, int, float, bool, list, dict, type(None))


class Vcr:
    """The session of a test. ``name`` is its cassette's, ``mode`` as mitmvcr has it."""

    def __init__(self, control: Control, facts: Mapping[str, Any], name: str) -> None:
        self._control, self._session = control, str(facts["name"])
        self.name, self.mode = name, str(facts["mode"])
        self.proxy_url, self.ca_file = "", str(facts["ca_file"])
        self._known: dict[str, int] = {}
        #: Whether a test of it has, which mitmvcr run notes for --partial.
        self.failed = False
        #: Its test has broken off, of which there may be no report (pytest-retry).
        self.fails = False

    def __repr__(self) -> str:
        return f"<Vcr {self.name}, {self.mode}>"

    def variable(self, name: str, make: Callable[[], T]) -> T:
        """Return what ``make`` returns, recorded; a replay has the recorded value. What
        JSON does not have, as a UUID or a date, is made by its type from its text."""
        if not isinstance(name, str):
            raise VcrError(f"variable({name!r}): its name is a text")
        fresh = make()
        is_json = type(fresh) in _JSON
        wish = {name: fresh if is_json else str(fresh)}
        got = self._control("POST", "sessions", self._session, "variables", wish=wish)
        found: Any = got[name]
        if not is_json:
            kind: Any = type(fresh)
            read = getattr(kind, "fromisoformat", kind)
            found = fresh if found == str(fresh) else read(found)
        value: T = found
        return value

    @property
    def state(self) -> dict[str, Any]:
        """Return what came of it so far: ``counts``, ``misses`` and more."""
        return self._control("GET", "sessions", self._session)

    @property
    def play_count(self) -> int:
        """Return how many answers came from the cassette."""
        return int(self.state["counts"]["replayed"])

    def new_misses(self, facts: Mapping[str, Any] | None = None) -> str:
        """Return the report of what was missed since the last call, else ''."""
        fresh = []
        for miss in (facts or self.state)["misses"]:
            key, times = repr((miss["request"], miss["reason"])), miss["times"]
            if times > self._known.get(key, 0):
                fresh.append({**miss, "times": times - self._known.get(key, 0)})
            self._known[key] = times
        return report(fresh, f"cassette {self.name}")

    def end(self) -> str:
        """Save it, and return what is wrong, else ''."""
        wish = {"failed": True} if self.failed or self.fails else {}
        facts = self._control("DELETE", "sessions", self._session, wish=wish)
        failure = facts.get("failure")
        wrong = [self.new_misses(facts), f"mitmvcr: {failure}" if failure else ""]
        return "\n".join(filter(None, wrong))


class Seat:
    """Takes a port of a proxy that runs, or else of one that it starts; clients of this
    process are sent to it from construction until ``leave``. Raises VcrError."""

    def __init__(self, folder: str, mode: str | None, worker: str) -> None:
        self._worker = worker
        self._proxy: Proxy | None = None
        self.at_end = ""
        url = os.environ.get(VARIABLE)
        if not url:
            self._proxy = Proxy(folder)
            url = os.environ[VARIABLE] = self._proxy.url
        try:
            self._control = Control(url)
            self.folder = self._control("GET", "health")["folder"] or folder
            self._resting = self._open_suite(mode)
            self._port = self._control("POST", "ports", wish=self._to(self._resting))
            self._environment = Environment(
                self._port["proxy_url"], self._port["ca_file"]
            )
        except BaseException:
            self._end_proxy()
            raise
        self._pointed = self._resting

    def _open_suite(self, mode: str | None) -> str | None:
        """Open the suite's session, which all workers share, and return its name. None
        where it has no cassette to replay: then what fixtures ask for is refused."""
        chosen = {} if mode is None else {"mode": mode}
        wish = {"cassette": SUITE, "port": False, "allow_repeats": "last", **chosen}
        try:
            facts = self._control("POST", "sessions", wish=wish)
        except VcrError as error:
            return SUITE if error.field == "name" else None
        if facts["mode"] == "record_once":
            # Another run has other tests, and so other fixtures.
            more = {"mode": "replay_with_new_episodes", "allow_repeats": "last"}
            wish = {"cassette": SUITE, **more}
            self._control("PUT", "sessions", SUITE, "cassette", wish=wish)
        return SUITE

    def open(self, name: str, wish: Mapping[str, Any]) -> Vcr:
        """Open a session for a cassette. Each worker may replay the same."""
        session = f"{name}@{self._worker}" if self._worker else name
        own = {"cassette": name, "name": session, "port": False}
        facts = self._control("POST", "sessions", wish={**wish, **own})
        # A secret in it is hidden, and what an older version recorded keeps its name.
        known = str(facts["name"]).removesuffix(session[len(name) :])
        vcr = Vcr(self._control, facts, known)
        vcr.proxy_url = self._port["proxy_url"]
        return vcr

    @contextmanager
    def pointed_to(self, vcr: Vcr) -> Iterator[None]:
        """Let what clients ask belong to a session meanwhile."""
        with self._pointed_to(vcr._session):
            yield

    @contextmanager
    def allowing(self, filters: Sequence[str]) -> Iterator[None]:
        """Refuse what clients ask meanwhile, unless one of mitmproxy's flow filters
        lets it through."""
        if not filters:
            with self._pointed_to(None):
                yield
            return
        wish = {"mode": "passthrough", "block": [f"!({' | '.join(filters)})"]}
        vcr = self.open("allowed", wish)
        try:
            with self.pointed_to(vcr):
                yield
        finally:
            vcr.end()

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Let what clients ask belong to the suite meanwhile."""
        with self._pointed_to(self._resting):
            yield

    @contextmanager
    def _pointed_to(self, session: str | None) -> Iterator[None]:
        before = self._pointed
        self._point(session)
        try:
            yield
        finally:
            self._point(before)

    def _point(self, session: str | None) -> None:
        if session != self._pointed:
            port = str(self._port["port"])
            self._control("PUT", "ports", port, wish=self._to(session))
            self._pointed = session

    @staticmethod
    def _to(session: str | None) -> dict[str, Any]:
        return {"session": session}

    def leave(self) -> str:
        """Give the port back; the process that was there first ends the suite's
        session, and its own proxy. Return what is wrong, else ''."""
        self._environment.restore()
        try:
            self._control("DELETE", "ports", str(self._port["port"]))
            wrong = "" if self._worker else self._end_suite()
        finally:
            self._end_proxy()
        return wrong

    def _end_suite(self) -> str:
        if self._resting is None:
            return ""
        state = self._control("GET", "sessions", SUITE)
        return Vcr(self._control, {**state}, SUITE).end()

    def _end_proxy(self) -> None:
        if self._proxy is not None:
            os.environ.pop(VARIABLE, None)
            self._proxy.end()
            self.at_end = self._proxy.said()
            self._proxy = None
