"""A cassette that is recorded and replayed in memory, and requests with secrets."""

from collections.abc import Mapping, Sequence

from memory_store import MemoryStore
from mitmvcr.core.matching import Matcher, MatchSpec, Rule
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Forward, Mode, Refuse, Repeats, Replay
from mitmvcr.secrets.rules import DEFAULT, Rules
from mitmvcr.session import Session

URL = "https://api.test/v1/me"
FORM = {"Content-Type": ["application/x-www-form-urlencoded"]}
JSON = {"Content-Type": ["application/json"]}


def get(url: str = URL, **headers: str) -> Request:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Request("GET", url, headers=fields)


def post(body: str, headers: Mapping[str, list[str]] = JSON) -> Request:
    data = body.encode()
    return Request("POST", URL, body=data, content_length=len(data), headers=headers)


class Tape:
    """A cassette that is recorded and replayed in memory."""

    def __init__(
        self, rules: Rules = DEFAULT, off: str = "", spec: MatchSpec | None = None
    ) -> None:
        self.store = MemoryStore()
        self.rules = rules
        self.spec = spec or MatchSpec(off=tuple(map(Rule, off.split())))

    def session(self, mode: Mode, environment: Mapping[str, str] = {}) -> Session:
        return Session(
            self.store,
            mode,
            Repeats.NO,
            exists=self.store.exists(),
            matcher=Matcher(self.spec),
            rules=self.rules,
            environment=environment,
        )

    def record(
        self,
        *asked: Request,
        mode: Mode = Mode.RECORD_ONLY,
        environment: Mapping[str, str] = {},
    ) -> Cassette:
        session = self.session(mode, environment)
        for number, request in enumerate(asked):
            assert isinstance(session.plan(request), Forward)
            response = Response(code=200, status="200 OK", body=b"%d" % number)
            session.record(Interaction(0, request, response))
        session.close()
        assert self.store.cassette is not None
        return self.store.cassette

    def replay(
        self, *asked: Request, environment: Mapping[str, str] = {}
    ) -> list[int | None]:
        session = self.session(Mode.REPLAY_ONLY, environment)
        found = []
        for request in asked:
            decision = session.plan(request)
            assert isinstance(decision, Replay | Refuse)
            found.append(decision.position if isinstance(decision, Replay) else None)
        return found

    def why(self, *asked: Request) -> str:
        session = self.session(Mode.REPLAY_ONLY)
        for request in asked:
            decision = session.plan(request)
        assert isinstance(decision, Refuse)
        return session.explain(asked[-1]).reason

    @property
    def held(self) -> Sequence[Interaction]:
        assert self.store.cassette is not None
        return self.store.cassette.interactions

    @property
    def identities(self) -> list[str]:
        return [each.request.identity for each in self.held]
