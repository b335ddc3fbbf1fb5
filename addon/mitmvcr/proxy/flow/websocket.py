"""WebSockets: their messages recorded, and replayed in lock-step."""

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from mitmproxy import http
from wsproto.utilities import generate_accept_token

from mitmvcr.core.dialogue import Dialogue, Heard, Rehearsed, nowhere
from mitmvcr.core.frames import Frame, Kind
from mitmvcr.core.model import Interaction, Request, Response, header
from mitmvcr.core.wording import bytes_shown
from mitmvcr.proxy.flow.player import SLOW

if TYPE_CHECKING:
    from mitmvcr.miss.report import Difference

_PROTOCOL = "Sec-WebSocket-Protocol"
#: Of a client that left, no more is known: it said no code, or nothing.
_LEFT = (1005, 1006)
#: After so many messages a socket plays what it plays to its end.
_MOST_SAID = 32


def frames(flow: http.HTTPFlow, lasted: int = sys.maxsize) -> tuple[Frame, ...]:
    """Return the messages of a WebSocket, with the time since its 101, which was
    ``lasted`` nanoseconds ago. mitmproxy's times are the day's, and that can be set
    anew meanwhile: no message came before the one above it, or later than now."""
    socket, response = flow.websocket, flow.response
    if socket is None or response is None:
        return ()
    start, latest = response.timestamp_end or response.timestamp_start or 0.0, 0

    def since(moment: float | None) -> int:
        nonlocal latest
        at = round(((moment or start) - start) * 1e6) * 1000
        latest = min(max(latest, at), lasted)
        return latest

    recorded = [
        Frame(
            message.from_client,
            since(message.timestamp),
            "text" if message.is_text else "binary",
            message.content,
        )
        for message in socket.messages
        if not message.dropped
    ]
    code, by_client = socket.close_code, bool(socket.closed_by_client)
    if code is not None and not (by_client and code in _LEFT):
        closing = f"{code:d} {socket.close_reason or ''}".encode()
        recorded.append(Frame(by_client, since(socket.timestamp_end), "close", closing))
    return tuple(recorded)


def accept(recorded: Interaction, answer: http.Response, request: http.Request) -> None:
    """Make the answer the 101 for this client. Messages are recorded without any
    extension, so none is agreed on."""
    answer.headers.pop("Sec-WebSocket-Extensions", None)
    key = request.headers.get("Sec-WebSocket-Key", "")
    answer.headers["Upgrade"] = "websocket"
    answer.headers["Connection"] = "Upgrade"
    token = generate_accept_token(key.encode("ascii", "replace"))
    answer.headers["Sec-WebSocket-Accept"] = token.decode("ascii")
    # Go writes Sec-Websocket-; gql's client looks for the RFC's spelling alone.
    if agreed := answer.headers.pop(_PROTOCOL, None):
        answer.headers[_PROTOCOL] = _offered(agreed, recorded.request, request)


def _offered(agreed: str, recorded: Request, live: http.Request) -> str:
    """Return the protocol that was agreed on as the client offers it now: some offer a
    token among them, another one than the recorded, and get it back."""
    ours = _protocols(header(recorded.headers, _PROTOCOL))
    theirs = _protocols(live.headers.get(_PROTOCOL, ""))
    if agreed in theirs or agreed not in ours or len(ours) != len(theirs):
        return agreed
    return theirs[ours.index(agreed)]


def _protocols(value: str) -> list[str]:
    return [each.strip() for each in value.split(",")]


class Script:
    """The messages of one replay, and what is done about one that is none of them.
    ``instead`` finds another recording that has a message, if there is one, and
    ``is_known`` says whether one of them has a text."""

    def __init__(
        self,
        recorded: Response,
        latency: float,
        refuse: Callable[[str], None],
        as_recorded: Callable[[bytes], bytes],
        counted: Callable[[bytes], bytes],
        instead: Callable[["Script", Heard], list[Frame] | None] = lambda *_: None,
        is_known: Callable[[bytes], bool] = nowhere,
    ) -> None:
        self._latency, self._at = latency, 0
        self.refuse, self._instead = refuse, instead
        self.as_recorded, self._counted = as_recorded, counted
        self._is_known = is_known
        self._subprotocol = header(recorded.headers, _PROTOCOL)
        self._has_large = _has_large(recorded)
        #: What was said, by the client and by the server; None if it is too much.
        self._said: list[Heard | Frame] | None = None if self._has_large else []
        self.dialogue = self._begun(recorded)

    def __repr__(self) -> str:
        return f"<Script {self.dialogue}>"

    def hear(self, kind: Kind, content: bytes) -> str | None:
        """Take a message of the client's. Return None where it is the recorded one,
        else why it is refused; nothing follows it then."""
        heard = Heard(kind, content, self.as_recorded(content))
        is_slow = self.is_slow(content)  # then this is a thread, which reads no others
        self.dialogue.is_known = nowhere if is_slow else self._is_known
        taken = self.dialogue.hear(*heard)
        if taken is None and self._said is not None and not is_slow:
            taken = self._instead(self, heard)
        if taken is not None:
            self._note(heard)
            for frame in taken:
                self.pause(frame)
            return None
        self._said = None
        expected = self.dialogue.next_from(client=True)
        self.dialogue.frames.clear()
        return _explain(expected, heard.seen)

    def _note(self, said: Heard | Frame) -> None:
        if self._said is not None:
            self._said.append(said)
            if len(self._said) > _MOST_SAID:
                self._said = None

    def _begun(self, recorded: Response) -> Dialogue:
        frames = recorded.websocket
        return Dialogue(frames, self._subprotocol, self._counted, self.as_recorded)

    def rehearse(self, recorded: Response, *more: Heard) -> Rehearsed | None:
        """Return how another recording goes on after what was said, and ``more``; None
        where it has something else."""
        is_alike = header(recorded.headers, _PROTOCOL) == self._subprotocol
        if self._said is None or not is_alike or _has_large(recorded):
            return None
        dialogue, taken = self._begun(recorded), None
        dialogue.is_known = self._is_known
        for said in (*self._said, *more):
            if isinstance(said, Heard):
                taken = dialogue.hear(*said)
                if taken is None:
                    return None
                continue
            frame = dialogue.next_from(client=False)
            if frame is None or frame[2:] != said[2:]:
                return None
        return Rehearsed(dialogue, taken or [])

    def is_slow(self, content: bytes) -> bool:
        """Return whether it takes long to hear a message: all others would wait."""
        return self._has_large or len(content) > SLOW

    def next_from(self, *, client: bool) -> Frame | None:
        """Return the next recorded frame of this side; None if it is not its turn."""
        frame = self.dialogue.next_from(client=client)
        if frame is not None and not client:
            self._note(frame)
        return frame

    def pause(self, frame: Frame) -> float:
        """Return the seconds to wait between the previous message and this one."""
        earlier, self._at = self._at, frame.at
        return (frame.at - earlier) / 1e9 * self._latency


def _has_large(recorded: Response) -> bool:
    frames = recorded.websocket
    return any(each.from_client and len(each.content) > SLOW for each in frames)


def _explain(expected: Frame | None, content: bytes) -> str:
    if expected is None:
        return f"message {bytes_shown(content)}: the recording has no more"
    if found := _difference(content, expected.content):
        place, asked, recorded = found.place, found.asked, found.recorded
    else:
        from mitmvcr.miss.differences import apart  # few are refused

        one, other = _text(content), _text(expected.content)
        place, asked, recorded = apart("message", one, other)
    return f"{place} {asked}: the recording has {recorded}"


def _difference(asked: bytes, recorded: bytes) -> "Difference | None":
    """Return where two messages of JSON differ, in what is not made up if they do."""
    if len(asked) + len(recorded) > 2 * SLOW:
        return None
    try:
        both = json.loads(asked), json.loads(recorded)
    except (ValueError, RecursionError):
        return None
    from mitmvcr.miss.json_differences import json_differences  # few are refused

    found = list(json_differences("message", *both, None))
    return min(found, key=lambda each: bool(each.looks), default=None)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")
