"""The ids by which messages belong together, as each protocol has them in its text.

A client makes them up, the server's answers repeat them: graphql-transport-ws,
JSON-RPC (MCP, LSP), the DevTools protocol, SignalR, Socket.IO. What is random
wherever it stands, as a UUID, is known by its look.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import zip_longest
from typing import Any, NamedTuple

#: Ends each message of SignalR, of which several may come at once.
_RECORD = "\x1e"
#: An event (2) or its answer (3) in Engine.IO's message (4): namespace, id, the rest.
_EVENT = re.compile(r"(4[2356](?:\d+-)?(?:/[^,]*,)?)(\d+)(.*)", re.DOTALL)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
#: What a client of NATS wants to be answered under, which is random, is one word.
_WORDS = re.compile(r"_INBOX\.\w+(?:\.\w+)?|[\w-]+|[^\w-]+")
_INBOX = "_INBOX."
_KINDS = re.compile(r"[0-9]+|[a-z]+|[A-Z]+")
_SHORTEST, _CHANGES = 8, 5
_BEGIN = ("subscribe", "start")

Id = str | int


class Text(str):
    """What is not JSON (STOMP, XMPP, an event of Socket.IO's without a number)."""


class Message(NamedTuple):
    """``said`` is the JSON or a :class:`Text`, ``id`` what the client made up for it;
    ``begins``: for the first time."""

    said: Any
    id: Id | None = None
    begins: bool = False


def read(text: str) -> list[Message]:
    """Take a client's message apart."""
    found = _EVENT.fullmatch(text)
    if found and isinstance(inner := _json(found[3]), list):
        begins = found[1][1] in "25"
        said = [found[1], None if begins else found[2], inner]
        return [Message(said, int(found[2]) if begins else None, begins)]
    texts = text.split(_RECORD) if text.endswith(_RECORD) else [text, ""]
    values = [_json(each) for each in texts[:-1]]
    if any(value is None for value in values):
        return [Message(Text(text))]
    return [_message(value) for value in values]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _message(said: Any) -> Message:
    if not isinstance(said, dict):
        return Message(said)
    name = _place(said)
    if name is None or not isinstance(said.get(name), str | int):
        return Message(said)
    rest = {key: value for key, value in said.items() if key != name}
    begins = "type" not in said or name != "id" or said["type"] in _BEGIN
    return Message(rest, said[name], begins)


def _place(said: Mapping[str, Any]) -> str | None:
    """Return the field that holds an id which the client makes up."""
    if "invocationId" in said:
        return "invocationId"
    if "id" in said and isinstance(said.get("method"), str):  # JSON-RPC, DevTools
        return "id"
    if "event_id" in said and "type" in said:  # OpenAI's realtime API
        return "event_id"
    kinds = (*_BEGIN, "complete", "stop")
    return "id" if "id" in said and said.get("type") in kinds else None


def differences(one: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the leaves in which two values differ, the words in which two texts do; a
    whole list or object where their shapes differ."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name, value in one.items():
            yield from differences(value, other[name])
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for first, second in zip(one, other, strict=True):
            yield from differences(first, second)
    elif type(one) is not type(other) or one != other:
        is_of_words = isinstance(one, Text) and isinstance(other, Text)
        yield from _words_that_differ(one, other) if is_of_words else [(one, other)]


def _words_that_differ(one: str, other: str) -> Iterator[tuple[Any, Any]]:
    """Yield them one after another: of a long text the first may be enough."""
    found = (map(re.Match.group, _WORDS.finditer(each)) for each in (one, other))
    return ((old, new) for old, new in zip_longest(*found) if old != new)


def are_random(one: Any, other: Any) -> bool:
    """Return whether two values look as if each was made up: two UUIDs, or about as
    long, of letters and digits that take turns."""
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    if _UUID.fullmatch(one) and _UUID.fullmatch(other):
        return True
    if one.startswith(_INBOX) and other.startswith(_INBOX):
        return len(one) == len(other)
    return abs(len(one) - len(other)) <= 2 and _is_mixed(one) and _is_mixed(other)


def _is_mixed(text: str) -> bool:
    runs = _KINDS.findall(text)
    has_digits = sum(run.isdigit() for run in runs) > 1
    whole = len(text) >= _SHORTEST and re.fullmatch(r"[\w-]+", text)
    return bool(whole and has_digits and len(runs) >= _CHANGES)


def answered(text: str, ids: Mapping[Id, Id], texts: Mapping[str, str]) -> str:
    """Return a server's message with the live ids in it: ``ids`` where an answer names
    what it answers, ``texts`` anywhere."""
    if texts:  # at once: a new one may be another's old one
        text = _any_of(tuple(texts)).sub(lambda found: texts[found[0]], text)
        ids = {old: new for old, new in ids.items() if str(old) not in texts}
    if not ids:
        return text
    if found := _EVENT.fullmatch(text):
        number = ids.get(int(found[2]), found[2]) if found[1][1] in "36" else found[2]
        return f"{found[1]}{number}{found[3]}"
    parts = text.split(_RECORD)
    return _RECORD.join(_answer(each, ids) for each in parts)


@lru_cache(maxsize=16)
def _any_of(texts: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(texts, key=len, reverse=True))))


def _answer(text: str, ids: Mapping[Id, Id]) -> str:
    said = _json(text)
    if not isinstance(said, dict):
        return text
    changed = {**said}
    for name in ("invocationId", "id"):
        _put(changed, name, ids)
    inner = said.get("params")
    if isinstance(inner, dict):  # what MCP tells of a request that goes on
        changed["params"] = {**inner}
        for name in ("progressToken", "requestId"):
            _put(changed["params"], name, ids)
    if changed == said:
        return text
    compact = (",", ":") if '": ' not in text else None
    return json.dumps(changed, ensure_ascii=False, separators=compact)


def _put(said: dict[str, Any], name: str, ids: Mapping[Id, Id]) -> None:
    value = said.get(name)
    if isinstance(value, str | int) and not isinstance(value, bool):
        said[name] = ids.get(value, value)


def keepalive(protocol: str, text: str) -> str | None:
    """Return the answer to a client's sign of life, which comes whenever its clock says
    so; empty where there is none; None for anything else. See :func:`protocol_of`."""
    if protocol == "engine.io":
        return {"2": "3", "3": "", "1": ""}.get(text)  # 1: it is about to leave
    if protocol == "signalr":
        return "" if _json(text.removesuffix(_RECORD)) == {"type": 6} else None
    said = _json(text) if protocol == "graphql" and len(text) < 500 else None
    if not isinstance(said, dict) or not said.keys() <= {"type", "payload"}:
        return None
    return {"ping": '{"type":"pong"}', "pong": ""}.get(str(said.get("type")))


def protocol_of(subprotocol: str, first: str) -> str:
    """Return whose signs of life are to be expected; ``first`` is the first message, of
    either side."""
    if subprotocol.startswith(("graphql-", "mqtt")):
        return "mqtt" if subprotocol.startswith("mqtt") else "graphql"
    if first.startswith('0{"sid"'):
        return "engine.io"
    return "signalr" if first.startswith('{"protocol"') and _RECORD in first else ""
