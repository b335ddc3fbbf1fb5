"""Interactions as JSON: strings in base64, and empty ones may be absent."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from mitmvcr.core.model import Headers, Interaction, Request, Response


def encode(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()


def decode(wire: str) -> str:
    return base64.b64decode(wire).decode("utf-8", "surrogateescape")


def to_wire(interaction: Interaction) -> dict[str, Any]:
    return {
        "id": interaction.id,
        "request": message_out(interaction.request),
        "response": message_out(interaction.response),
    }


def from_wire(wire: Mapping[str, Any]) -> Interaction:
    return Interaction(
        wire["id"],
        Request(**_message_in(wire["request"])),
        Response(**_message_in(wire["response"])),
    )


def message_out(message: Request | Response) -> dict[str, Any]:
    return {name: _out(getattr(message, name)) for name in message.__slots__}


def _out(value: Any) -> Any:
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case str():
            return encode(value)
        case Mapping():
            return [
                {"name": encode(name), "values": [encode(each) for each in values]}
                for name, values in value.items()
            ]
        case Sequence():
            return [encode(each) for each in value]
        case _:
            return value


def _message_in(wire: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _in(name, value) for name, value in wire.items()}


def _in(name: str, value: Any) -> Any:
    if name == "body":
        return base64.b64decode(value)
    if name in ("trailer", "form", "headers"):
        return _headers_in(value)
    if isinstance(value, list):
        return tuple(decode(each) for each in value)
    return decode(value) if isinstance(value, str) else value


def _headers_in(wire: Sequence[Mapping[str, Any]]) -> Headers:
    return {
        decode(each["name"]): tuple(decode(value) for value in each["values"] or ())
        for each in wire
    }
