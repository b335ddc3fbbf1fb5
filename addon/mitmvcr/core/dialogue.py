"""The conversation of a WebSocket, replayed to a client that makes up its ids anew.

A message of the client's is the recorded one where it says the same except for ids:
what correlated.py and mqtt.py know as such, and random texts that the server repeats
and the client made up. Their live values stand in the server's messages from then on.
Nothing else may differ: another question never gets the answer to this one.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from mitmvcr.core import mqtt
from mitmvcr.core.correlated import (
    Id,
    Message,
    Text,
    answered,
    are_random,
    differences,
    keepalive,
    protocol_of,
    read,
)
from mitmvcr.core.frames import Frame, Kind

_CONTROL = re.compile(rb"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Heard(NamedTuple):
    """A message of the client's, as it came and as it would be recorded."""

    kind: Kind
    content: bytes
    seen: bytes


def nowhere(_: bytes) -> bool:
    """Return that a text is in no other recording."""
    return False


class Dialogue:
    """What is still to be said, in ``frames``. ``counted`` gives what counts of a
    message, as JSON without what is to be ignored there, and ``as_recorded`` a packet
    as it would be recorded. ``is_known`` says whether a text is in another recording
    that may be meant."""

    def __init__(
        self,
        frames: Iterable[Frame],
        subprotocol: str = "",
        counted: Callable[[bytes], bytes] = bytes,
        as_recorded: Callable[[bytes], bytes] = bytes,
    ) -> None:
        recorded = list(frames)
        first = _text(recorded[0]) if recorded else None
        self._protocol = protocol_of(subprotocol.lower(), first or "")
        if self._protocol == "mqtt":
            recorded = [*mqtt.as_packets(recorded)]
        self._counted, self._as_recorded = counted, as_recorded
        self._recorded = recorded
        self.is_known: Callable[[bytes], bool] = nowhere
        #: What has been said so far, by both.
        self._said: list[bytes] = []
        self.frames = deque(each for each in recorded if not self._is_alive(each))
        self._heard = mqtt.Packets()
        #: Live ids by recorded ones: of messages, and random texts.
        self._ids: dict[Id, Id] = {}
        self._texts: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"<Dialogue {self._protocol} {len(self.frames)}>"

    def _is_alive(self, frame: Frame) -> bool:
        """Return whether it is a sign of life, or the answer to one, that is not
        waited for."""
        if self._protocol == "mqtt":
            return frame.content in (mqtt.PING, mqtt.PONG)
        text = _text(frame)
        if text is None or (self._protocol == "engine.io" and not frame.from_client):
            return False  # a client that hears nothing for long would leave
        return keepalive(self._protocol, text) is not None

    def hear(self, kind: Kind, content: bytes, seen: bytes) -> list[Frame] | None:
        """Take a message of the client's, as it came and as it would be recorded.
        Return the recorded ones that it is (none for a sign of life, or a part of a
        packet), or None where it is none of them."""
        if self._protocol != "mqtt" or kind != "binary":
            found = self._take(kind, content, seen)
            return found if found is not None else self._answer_alive(kind, content)
        taken: list[Frame] = []
        for packet in self._heard.feed(content):
            if packet == mqtt.PING:
                self._say(Frame(False, 0, "binary", mqtt.PONG))
                continue
            frames = self._take(kind, packet, self._as_recorded(packet))
            if frames is None:
                return None
            taken += frames
        return taken

    def _say(self, frame: Frame) -> None:
        at = self.frames[0].at if self.frames else 0
        self.frames.appendleft(frame._replace(at=at))

    def _answer_alive(self, kind: Kind, content: bytes) -> list[Frame] | None:
        if kind != "text":
            return None
        answer = keepalive(self._protocol, content.decode("utf-8", "replace"))
        if answer:
            self._say(Frame(False, 0, "text", answer.encode()))
        return None if answer is None else []

    def _take(self, kind: Kind, content: bytes, seen: bytes) -> list[Frame] | None:
        """Take the recorded message out that this is: the next, one of those that the
        client said with it, or, where ids tell answers apart, any."""
        for is_same in (self._is_equal, self._is_alike):
            for at, frame in enumerate(self.frames):
                if not frame.from_client:
                    if not self._is_distinguished(kind, seen):
                        break
                elif frame.kind == kind and (
                    is_same(kind, frame.content, content)
                    or is_same(kind, frame.content, seen)
                ):
                    del self.frames[at]
                    self._said.append(content)
                    return [frame]
        return None

    def _is_distinguished(self, kind: Kind, content: bytes) -> bool:
        if kind != "text":
            return self._protocol == "mqtt" and mqtt.made(content).begins
        return all(each.begins for each in _read(content))

    def _is_equal(self, kind: Kind, recorded: bytes, live: bytes) -> bool:
        """Return whether nothing differs, and no id has another value by now."""
        if recorded != live and self._counted(recorded) != self._counted(live):
            return False
        return self._is_alike(kind, recorded, live) or not self._has_ids(recorded)

    def _has_ids(self, recorded: bytes) -> bool:
        if self._protocol == "mqtt":
            return mqtt.made(recorded).id is not None
        return any(each.id is not None for each in _read(recorded))

    def _is_alike(self, kind: Kind, recorded: bytes, live: bytes) -> bool:
        if self._protocol == "mqtt":
            packet, said = mqtt.made(recorded), mqtt.made(live)
            ids = [(packet.id, said.id, packet.begins)]
            return packet.packet == said.packet and self._agree(ids, {})
        ours, theirs = _read(recorded), _read(live)
        counted = [_read(self._counted(each)) for each in (recorded, live)]
        if len({*map(len, (ours, theirs, *counted))}) > 1:
            return False
        texts: dict[str, str] = {}
        for one, other in zip(*counted, strict=False):
            is_binary = kind != "text" and isinstance(one.said, Text)
            for old, new in differences(one.said, other.said):
                if not self._is_made_up(old, new):
                    return False
                # It may say how long it is.
                if is_binary and not (len(old) == len(new) and _is_text(live)):
                    return False
                texts[old] = new
        return self._agree(
            [(a.id, b.id, a.begins) for a, b in zip(ours, theirs, strict=True)], texts
        )

    def _is_made_up(self, old: object, new: object) -> bool:
        """Return whether the client made it up, and the server will repeat it. What has
        been said is not made up any more, and what is recorded elsewhere never was."""
        if not are_random(old, new):
            return False
        if old in self._texts:
            return self._texts[str(old)] == new
        word, other = str(old).encode(), str(new).encode()
        answers = (each.content for each in self.frames if not each.from_client)
        if not _is_in(word, answers) or _is_in(word, self._said):
            return False
        is_recorded = _is_in(other, (each.content for each in self._recorded))
        return not (is_recorded or self.is_known(other))

    def _agree(
        self, pairs: Iterable[tuple[Id | None, Id | None, bool]], texts: dict[str, str]
    ) -> bool:
        """Note the ids of a message, if they agree with those before."""
        found: dict[Id, Id] = {}
        for old, new, begins in pairs:
            if (old is None) != (new is None):
                return False
            if old is None or new is None:
                continue
            if not begins and self._ids.get(old, new) != new:
                return False
            found[old] = new
            if are_random(old, new):
                texts[str(old)] = str(new)
        self._ids |= found
        self._texts |= texts
        return True

    @property
    def waits(self) -> bool:
        """Return whether it is not the server's turn."""
        return not self.frames or self.frames[0].from_client

    def next_from(self, *, client: bool) -> Frame | None:
        """Take the next message, where it is this side's turn; one of the server's has
        the live ids."""
        if not self.frames or self.frames[0].from_client is not client:
            return None
        frame = self.frames.popleft()
        if client:
            return frame
        said = frame._replace(content=self._live(frame))
        self._said.append(said.content)
        return said

    def _live(self, frame: Frame) -> bytes:
        if self._protocol == "mqtt" and frame.kind == "binary":
            number = mqtt.answers(frame.content)
            new = self._ids.get(number) if number is not None else None
            return mqtt.with_id(frame.content, int(new)) if new else frame.content
        is_text = frame.kind == "text" or _is_text(frame.content)
        if not (is_text and (self._ids or self._texts)):
            return frame.content
        text = frame.content.decode("utf-8", "surrogateescape")
        changed = answered(text, self._ids, self._texts)
        return changed.encode("utf-8", "surrogateescape")


class Rehearsed(NamedTuple):
    """What a recording goes on with after all that was said, and what of it the last
    message of the client's was."""

    dialogue: Dialogue
    taken: list[Frame]


def _is_in(word: bytes, texts: Iterable[bytes]) -> bool:
    return any(word in each for each in texts)


def _read(content: bytes) -> list[Message]:
    return read(content.decode("utf-8", "surrogateescape"))


def _is_text(content: bytes) -> bool:
    """Return whether a binary message is a text, as NATS and some of STOMP send it."""
    with suppress(UnicodeDecodeError):
        content.decode()
        return _CONTROL.search(content.removesuffix(b"\0")) is None
    return False


def _text(frame: Frame) -> str | None:
    if frame.kind != "text":
        return None
    return frame.content.decode("utf-8", "surrogateescape")
