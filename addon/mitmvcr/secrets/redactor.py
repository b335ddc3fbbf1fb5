"""What must not be written: an interaction in, the interaction as it may be written.

The same is done to the live request before it is matched, with the same memory: a
client that sends a placeholder back, or the real value again, asks for what was
recorded. Nothing here touches the traffic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from mitmvcr.core.choosing import Values
from mitmvcr.core.chunks import moved
from mitmvcr.core.model import Headers, Interaction, Request, Response
from mitmvcr.secrets import audit, messages
from mitmvcr.secrets.audit import Finding
from mitmvcr.secrets.containers import PACKED, seems_packed
from mitmvcr.secrets.environment import secrets_in
from mitmvcr.secrets.finder import has_userinfo
from mitmvcr.secrets.known import PLACEHOLDER
from mitmvcr.secrets.names import kind_of, plain
from mitmvcr.secrets.rules import DEFAULT, Rules
from mitmvcr.secrets.text_redactor import BYTES, TextRedactor
from mitmvcr.secrets.whose import Whose

#: Bodies up to this size are looked through in one piece with all else.
_SMALL = 1 << 16
_MOST_SEEN = 256


class _Seen(NamedTuple):
    """Request headers, and how they may be written while ``generation`` lasts."""

    headers: Headers
    kept: Headers
    generation: int
    is_packed: bool


class Redactor:
    """Redacts one cassette: holds the rules, and the memory of what was met.

    ``environment`` is that of the program whose traffic it is.
    """

    def __init__(
        self, rules: Rules = DEFAULT, environment: Mapping[str, str] = {}
    ) -> None:
        self.rules = rules
        self.texts = TextRedactor(rules)
        self.memory = self.texts.memory
        self._whose = Whose(self.texts)
        self._present: dict[bytes, bytes] = {}
        #: The variables whose values are known, as placeholders have their names.
        self._variables: set[str] = set()
        self._seen: dict[int, _Seen] = {}
        self._special = lru_cache(maxsize=1024)(self._is_special)
        self._is_usual = lru_cache(maxsize=1024)(self._has_only_usual)
        if not rules.off:
            self._learn_environment(environment)

    def __repr__(self) -> str:
        return "<Redactor off>" if self.rules.off else f"<Redactor {self.memory!r}>"

    def _learn_environment(self, environment: Mapping[str, str]) -> None:
        for name in self.rules.secrets:
            if value := environment.get(name, "").encode(*BYTES):
                mark = b"<%b>" % name.encode()
                self._present[mark] = value
                self.memory.learn(value, mark)
                self._variables.add(name)
        kept = set(map(plain, self.rules.keep))
        for name, value in secrets_in(environment):
            if plain(name) not in kept:
                self._variables.add(kind_of(name))
                self.memory.learn(value, PLACEHOLDER % kind_of(name).encode())

    def knows(self, variable: str) -> bool:
        """Return whether a variable has a value here that is found wherever it
        stands: it is set, and not too short or too common a word."""
        return variable in self._variables

    # An interaction

    def interaction(self, met: Interaction) -> Interaction:
        """Return an interaction as it may be written; the same one where there is
        nothing to hide."""
        if self.rules.off:
            return met
        request, response = met.request, met.response
        if not (
            self._is_usual(tuple(response.headers))
            and not seems_packed(response.body)
            and not response.trailer
            and not response.websocket
        ):
            headers = None
        else:
            said = [v for values in response.headers.values() for v in values]
            said.append(response.status)
            headers = self._clear(request, said, response.body)
        if headers is None:
            return self._looked_through(met)
        if headers is request.headers:
            return met
        return Interaction(met.id, replace(request, headers=headers), response)

    def _looked_through(self, met: Interaction) -> Interaction:
        request, response = met.request, met.response
        headers = self._request_headers(request.headers)
        if self._is_clean(request, response):
            if headers is request.headers:
                return met
            return replace(met, request=replace(request, headers=headers))
        with self.texts:
            messages.learn_request(self.texts, request)
            messages.learn_response(self.texts, response)
            return replace(
                met,
                request=messages.clean_request(self.texts, request),
                response=messages.clean_response(self.texts, response),
            )

    def request(self, live: Request) -> Request:
        """Return a live request as it is compared with the recorded ones."""
        if self.rules.off:
            return live
        headers = self._clear(live, (), b"")
        if headers is None:
            headers = self._request_headers(live.headers)
            if not self._is_clean(live, None):
                with self.texts:
                    messages.learn_request(self.texts, live)
                    return messages.clean_request(self.texts, live)
        return live if headers is live.headers else replace(live, headers=headers)

    def _clear(
        self, request: Request, said: Sequence[str], came: bytes
    ) -> Headers | None:
        """Return the request's headers as they may be written, where nothing else has
        to be hidden in it and in a response. None where that takes a closer look.

        Nearly all that is recorded ends here, within a few microseconds.
        """
        seen = self._seen.get(id(request.headers))
        body = request.body
        if (
            seen is None
            or seen.headers is not request.headers
            or seen.generation != self.memory.generation
            or seen.is_packed
            or request.trailer
            or (body and seems_packed(body))
            or len(body) + len(came) > _SMALL
            or self.texts.is_extended
        ):
            return None
        head = "\n".join((request.url, *said)).encode(*BYTES)
        data = b"\n".join((head, body, came))
        if b"@" in data and has_userinfo(data):
            return None
        return seen.kept if self.texts.is_clear(data) else None

    def findings(self, met: Interaction) -> list[Finding]:
        """Return what :meth:`interaction` would hide, as it stands there."""
        with self.texts:
            return list(audit.findings(self.texts, met))

    def message(self, live: bytes) -> bytes:
        """Return a WebSocket's message as it is compared with a recorded one."""
        if self.rules.off or not (seems_packed(live) or self.texts.suspects(live)):
            return live
        with self.texts:
            self.texts.learn_body(live)
            return self.texts.clean_body(live)

    def whose(self, live: Request) -> Values:
        """Return the hidden values of a live request, which tell whose it is."""
        return {} if self.rules.off else self._whose.values(live)

    def whose_recorded(self, met: Request, kept: Request) -> Values:
        """Return the same of a request that is written as it is ``kept``."""
        return {} if self.rules.off else self._whose.of_recorded(met, kept)

    def text(self, shown: str) -> str:
        """Return a URL or a message as it may be shown."""
        if self.rules.off:
            return shown
        with self.texts:
            return self.texts.clean_text(shown)

    def restored(self, recorded: Interaction) -> Interaction:
        """Return an interaction with the present values of the variables that the rules
        name."""
        if not self._present:
            return recorded
        response = recorded.response
        body = self._restored(response.body)
        websocket = tuple(
            frame._replace(content=self._restored(frame.content))
            if not frame.from_client
            else frame
            for frame in response.websocket
        )
        headers = {
            name: [self._put_back(value) for value in values]
            for name, values in response.headers.items()
        }
        restored = replace(
            response,
            body=body,
            headers=headers,
            chunks=moved(response.chunks, response.body, body),
            websocket=websocket,
        )
        return replace(recorded, response=restored)

    def _restored(self, content: bytes) -> bytes:
        for mark, value in self._present.items():
            content = content.replace(mark, value)
        return content

    def _put_back(self, text: str) -> str:
        for mark, value in self._present.items():
            text = text.replace(mark.decode(), value.decode(*BYTES))
        return text

    # The quick look that nearly always is enough

    def _is_clean(self, request: Request, response: Response | None) -> bool:
        if self.texts.paths or request.trailer or _is_packed(request):
            return False
        head = request.url
        bodies = [request.body]
        if response is not None:
            headers = response.headers
            if (
                self._special(tuple(headers))
                or response.trailer
                or _is_packed(response)
            ):
                return False
            said = [v for values in headers.values() for v in values]
            head = "\n".join([head, response.status, *said])
            bodies += [response.body, *(each.content for each in response.websocket)]
        small = [body for body in bodies if len(body) < _SMALL]
        large = [body for body in bodies if len(body) >= _SMALL]
        pieces = [b"\n".join([head.encode(*BYTES), *small]), *large]
        return not any(map(self.texts.suspects, pieces))

    def _has_only_usual(self, names: tuple[str, ...]) -> bool:
        """Return whether a response has no header that needs care, for itself or its
        body."""
        return not (self._special(names) or _says_coding(names))

    def _is_special(self, names: tuple[str, ...]) -> bool:
        """Return whether a response's header itself needs care."""
        return any(
            name.lower() in ("set-cookie", "cookie") or self.texts.names.header(name)
            for name in names
        )

    def _request_headers(self, headers: Headers) -> Headers:
        """Return request headers as they may be written, from memory where a client
        repeats them."""
        seen = self._seen.get(id(headers))
        generation = self.memory.generation
        if (
            seen is not None
            and seen.headers is headers
            and seen.generation == generation
        ):
            return seen.kept
        with self.texts:
            messages.learn_request_headers(self.texts, headers)
            kept = messages.clean_request_headers(self.texts, headers)
        kept = headers if kept == headers else kept
        if len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        is_packed = _says_coding(tuple(headers))
        self._seen[id(headers)] = _Seen(
            headers, kept, self.memory.generation, is_packed
        )
        return kept


def _is_packed(message: Request | Response) -> bool:
    """Return whether the body is still in a content coding."""
    body = message.body
    names = tuple(message.headers)
    return bool(body) and (seems_packed(body) is not None or _says_coding(names))


@lru_cache(maxsize=1024)
def _says_coding(names: tuple[str, ...]) -> bool:
    return any(name.lower() in PACKED for name in names)
