"""Redaction: an interaction in, the interaction as it may be written out.

The live request is treated in the same way before it is matched, with the same memory:
a client that sends a placeholder back, or the real value again, gets the recorded
answer. Nothing here changes the traffic.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import starmap
from time import time
from typing import NamedTuple, TypeVar

from mitmvcr.core.choosing import Values
from mitmvcr.core.model import Headers, Interaction, Request, Response
from mitmvcr.secrets import digests, fakes
from mitmvcr.secrets.containers import PACKED, seems_packed
from mitmvcr.secrets.environment import secrets_in
from mitmvcr.secrets.given import given_out
from mitmvcr.secrets.headers import PROTOCOLS
from mitmvcr.secrets.known import placeholder_of
from mitmvcr.secrets.lists import SET_COOKIES
from mitmvcr.secrets.messages import Text, Visit, Walk
from mitmvcr.secrets.names import kind_of, plain
from mitmvcr.secrets.rules import DEFAULT, Rules
from mitmvcr.secrets.scan import BYTES, Place
from mitmvcr.secrets.text_redactor import Sweep, TextRedactor
from mitmvcr.secrets.whose import whose, whose_recorded

#: Bodies up to this size are searched together with everything else.
_SMALL = 1 << 10
#: How many longer bodies without a secret are remembered, and how large, in bytes, they
#: may be.
_MOST_BODIES, _LARGE = 8, 1 << 20
_MOST_SEEN = 1024
_NOTHING = Response()
Kept = TypeVar("Kept")
_CAREFUL = PACKED | {"cookie", *SET_COOKIES, PROTOCOLS}


class Finding(NamedTuple):
    """``place`` is such as ``request.headers.Cookie``; ``shown`` reveals nothing."""

    place: str
    kind: str
    shown: str


class Redactor:
    """Redacts one cassette: holds the rules, and the memory of the secrets it has seen.
    Threads may share it.

    ``environment`` is that of the program that makes the traffic.
    """

    def __init__(
        self, rules: Rules = DEFAULT, environment: Mapping[str, str] = {}
    ) -> None:
        self.rules = rules
        self.texts = TextRedactor(rules)
        self.memory = self.texts.memory
        #: URLs of answers whose secrets stay, since their digest is their address.
        self.left_whole: list[str] = []
        self._present: dict[bytes, bytes] = {}
        #: The variables whose values are known, as placeholders have their names.
        self._variables: set[str] = set()
        #: Bodies without secrets, and how much was known when they were searched.
        self._lately: tuple[tuple[bytes, int], ...] = ()
        #: Headers whose credentials were learned.
        self._met: set[tuple[str, str]] = set()
        self._plan = lru_cache(maxsize=1024)(self._planned)
        if not rules.off:
            self._learn_environment(environment)

    def __repr__(self) -> str:
        return "<Redactor off>" if self.rules.off else f"<Redactor {self.memory!r}>"

    def _learn_environment(self, environment: Mapping[str, str]) -> None:
        for name in self.rules.secrets:
            if value := environment.get(name, "").encode(*BYTES):
                mark = b"<%b>" % name.encode()
                self._present[mark] = value
                self.memory.learn(value, mark, rare=True)
                self._variables.add(name)
        for name, value in secrets_in(environment):
            if not self.texts.names.is_kept(name):
                self._variables.add(kind_of(name))
                self.memory.learn(value, placeholder_of(kind_of(name)), rare=True)

    @property
    def kept_in_vain(self) -> list[str]:
        """Return the names to keep that did not occur."""
        met = self.texts.names.met
        return [name for name in self.rules.keep if plain(name) not in met]

    def knows(self, variable: str) -> bool:
        """Return whether a variable's value is found everywhere: it is set, and not too
        short or too common a word."""
        return variable in self._variables

    # An interaction

    def interaction(self, met: Interaction) -> Interaction:
        """Return an interaction as it may be written; the same one where there is
        nothing to hide."""
        return self.with_known(met)[0]

    def with_known(self, met: Interaction) -> tuple[Interaction, int]:
        """Return the same, and how much was known to be secret when it was looked
        through: another thread may have learned more since."""
        request, response = met.request, met.response
        if not self.rules.off:
            self.texts.learn_alone(met)
        known = self.memory.size
        headers = self._clear(request, response)
        if headers is not None:
            if headers is request.headers:
                return met, known
            return replace(met, request=replace(request, headers=headers)), known
        kept, known = self._swept(lambda walk: walk.interaction(met))
        self._note_met(request)
        return kept if kept is met else self._in_its_digests(met, kept), known

    def _in_its_digests(self, met: Interaction, kept: Interaction) -> Interaction:
        """Return ``kept`` with digests that fit the body, or with the original body if
        the body's own digest is its address."""
        old, new = met.response, kept.response
        if new.body == old.body:
            return kept
        if not digests.is_address(met):
            return digests.restated(met, kept)
        self.left_whole.append(kept.request.url)
        length = {n: v for n, v in old.headers.items() if n.lower() == "content-length"}
        whole = replace(
            new,
            body=old.body,
            content_length=old.content_length,
            chunks=old.chunks,
            headers={**new.headers, **length},
        )
        return replace(kept, response=whole)

    def _swept(self, through: Callable[[Walk], Kept]) -> tuple[Kept, int]:
        """Learn the secrets of a message, and return it as it may be written, and how
        much was known then."""
        sweep = Sweep(self.texts)
        through(self._walk(sweep.learn))
        known = self.memory.size
        return through(self._walk(sweep.clean)), known

    def _walk(self, visit: Visit) -> Walk:
        return Walk(visit, self.texts.names, self.rules.headers_kept)

    def findings(self, met: Interaction) -> list[Finding]:
        """Return what :meth:`interaction` hides, once for each place it occurs in."""
        if self.rules.off:
            return []
        self.texts.learn_alone(met)
        sweep, found = Sweep(self.texts), dict[Finding, None]()

        def visit(text: Text) -> bytes:
            for start, end, _, kind in sweep.hidden(text):
                shown = masked(text.data[start:end])
                found[Finding(text.where, kind, shown)] = None
            return text.data

        self._walk(visit).interaction(met)
        return list(found)

    def request(self, live: Request) -> Request:
        """Return a live request as it is compared with the recorded ones."""
        if not self.rules.off:
            self.texts.learn_asked(live)
        headers = self._clear(live, _NOTHING)
        if headers is not None:
            return live if headers is live.headers else replace(live, headers=headers)
        seen, _ = self._swept(lambda walk: walk.request(live))
        self._note_met(live)
        return seen

    def message(self, live: bytes) -> bytes:
        """Return a WebSocket's message as it is compared with a recorded one."""
        if self.rules.off:
            return live
        return self._swept(lambda walk: walk.message(live))[0]

    def text(self, shown: str) -> str:
        """Return a URL or a message as it may be shown."""
        if self.rules.off:
            return shown
        return Sweep(self.texts).clean(Text("", shown.encode(*BYTES))).decode(*BYTES)

    @property
    def known(self) -> int:
        """Return how many texts are known to be secret, which only grows."""
        return self.memory.size

    def again(self, shown: str) -> str:
        """Return a text that was shown before without secrets learned since."""
        is_same = self.rules.off or not self.memory.find(shown.encode(*BYTES))
        return shown if is_same else self.text(shown)

    def whose(self, live: Request) -> Values:
        """Return the hidden values of a live request, which identify its owner."""
        return {} if self.rules.off else whose(Sweep(self.texts), live)

    def whose_recorded(self, met: Request, kept: Request) -> Values:
        """Return the same for a recorded request that is written as ``kept``."""
        return {} if self.rules.off else whose_recorded(Sweep(self.texts), met, kept)

    @staticmethod
    def given_out(met: Interaction, kept: Interaction) -> Sequence[bytes]:
        """Return the hidden values that a response gave out, which may be sent back."""
        return given_out(met.response, kept.response)

    @property
    def restores(self) -> bool:
        """Return whether an answer may differ from the recorded one."""
        return bool(self._present or self.rules.fake)

    def restored(self, recorded: Interaction) -> Interaction:
        """Return an interaction with the present values of the variables that the rules
        name."""
        if not self.restores:
            return recorded
        now = int(time())  # one for all of it: its headers may repeat its body
        walk = Walk(lambda text: self._restored(text.data, now))
        old, new = recorded.response, walk.response(recorded.response)
        frames = zip(old.websocket, new.websocket, strict=True)
        said = tuple(one if one.from_client else other for one, other in frames)
        return replace(recorded, response=replace(new, websocket=said))

    def _restored(self, content: bytes, now: int) -> bytes:
        for mark, value in self._present.items():
            content = content.replace(mark, value)
        for fake in fakes.each_in(content) if self.rules.fake else ():
            young = fakes.moved(fake, now)
            if young != fake:
                # When the client sends it back, it stands for the recorded one.
                self.memory.learn(young, fake)
                content = content.replace(fake, young)
        return content

    def put_back(self, text: str) -> str:
        """Return a text with the present values of the variables that it names."""
        return self._restored(text.encode(*BYTES), int(time())).decode(*BYTES)

    # The quick check, which is nearly always enough

    def _clear(self, request: Request, response: Response) -> Headers | None:
        """Return the request's headers as they may be written, if nothing else has to
        be hidden; None if that needs a closer look, which is rare."""
        headers, names = request.headers, tuple(request.headers)
        if self.rules.off:
            return headers
        dropped = self._plan(names)
        if (
            dropped is None
            or self.texts.is_extended
            or request.variables
            or request.trailer
            or response.trailer
            or response.websocket
            or seems_packed(request.body)
            or seems_packed(response.body)
            or self._plan(tuple(response.headers)) != frozenset()
            or not all((n, v) in self._met for n in dropped for v in headers[n])
        ):
            return None
        said = [v for n, values in headers.items() if n not in dropped for v in values]
        fields = [(n, v) for n, values in request.form.items() for v in values]
        if any(starmap(self._is_secret_field, fields)):
            return None
        said += [text for field in fields for text in field]
        said += [v for values in response.headers.values() for v in values]
        titles = "\n".join((*names, *response.headers)).encode(*BYTES)
        if self.memory.size and self.memory.find(titles):
            return None
        head = "\n".join((request.url, response.status, *said)).encode(*BYTES)
        if not self._are_clear(head, request.body, response.body):
            return None
        kept = self.rules.headers_kept
        if not dropped and kept is None:
            return headers
        return {
            name: values
            for name, values in headers.items()
            if name not in dropped and (kept is None or name.lower() in kept)
        }

    def _is_secret_field(self, name: str, value: str) -> bool:
        field = (name or " ").encode(*BYTES), value.encode(*BYTES)
        return self.texts.names.judge(*field, Place.QUERY) is not None

    def _are_clear(self, *parts: bytes) -> bool:
        small = b"\n".join(part for part in parts if len(part) < _SMALL)
        large = [part for part in parts if len(part) >= _SMALL]
        return self.texts.is_clear(small) and all(map(self._is_clear_body, large))

    def _is_clear_body(self, body: bytes) -> bool:
        """Return whether a body, which a client may send again and again, has nothing
        to be hidden."""
        seen = body, self.memory.size  # before: another thread may learn meanwhile
        if any(seen == each for each in self._lately):
            return True
        is_clear = self.texts.is_clear(body)
        if is_clear and len(body) <= _LARGE:
            self._lately = seen, *self._lately[: _MOST_BODIES - 1]
        return is_clear

    def _note_met(self, request: Request) -> None:
        """Note which credentials were learned, since a client repeats them."""
        if len(self._met) > _MOST_SEEN:
            self._met.clear()
        for name in self._plan(tuple(request.headers)) or ():
            self._met.update((name, value) for value in request.headers[name])

    def _planned(self, names: tuple[str, ...]) -> frozenset[str] | None:
        """Return which headers are secrets; None if one of them, or the body it
        describes, needs a closer look."""
        if not _CAREFUL.isdisjoint(map(str.lower, names)):
            return None
        if any(map(self.texts.names.is_kept, names)):
            return None
        return frozenset(filter(self.texts.names.header, names))


def masked(value: bytes) -> str:
    """Return only the start of a long value, by which its owner recognizes it."""
    start = value[:4] if len(value) >= 24 else b""
    return start.decode("latin-1").encode("unicode_escape").decode() + "***"
