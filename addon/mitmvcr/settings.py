"""Options as text become typed values here, once; shared by the addon and the CLI."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mitmvcr.core.errors import OptionError
from mitmvcr.core.model import Layout
from mitmvcr.core.modes import SHORT_NAMES, Mode, Repeats

#: What becomes of a stream that the client left before its end.
Partial = Literal["keep", "drop"]


@dataclass(frozen=True, slots=True)
class Settings:
    """``cassette`` is None while none is chosen. ``latency`` is a factor of the
    recorded duration. ``passthrough`` are mitmproxy flow filters, not yet parsed."""

    cassette: Path | None = None
    mode: Mode = Mode.RECORD_ONCE
    allow_repeats: Repeats = Repeats.NO
    latency: float = 0.0
    passthrough: tuple[str, ...] = ()
    layout: Layout = "v4"
    record_chunks: bool = False
    record_errors: bool = False
    partial: Partial = "keep"
    websocket: bool = False


def parse_mode(text: str) -> Mode:
    """A mode by its go-vcr name, its short name or vcrpy's."""
    word = text.strip().lower()
    if word in SHORT_NAMES:
        return SHORT_NAMES[word]
    try:
        return Mode(word)
    except ValueError:
        known = ", ".join([*Mode, *SHORT_NAMES])
        raise OptionError("vcr_mode", text, f"use one of {known}") from None


def parse_cassette(text: str) -> Path:
    """A path; one with no extension gets ``.yaml``, as go-vcr does."""
    if not text.strip():
        raise OptionError("vcr_cassette", text, "name a file, as cassettes/chat.yaml")
    if "\0" in text:
        raise OptionError("vcr_cassette", repr(text), "a path cannot hold NUL")
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:  # as in ~nobody/chat.yaml
        raise OptionError("vcr_cassette", text, f"{error} Name it in full") from error
    if text.endswith(("/", "\\")) or os.path.isdir(path):
        raise OptionError(
            "vcr_cassette", text, f"is a folder; name a file in it, as {path}/chat.yaml"
        )
    return path if path.suffix else path.with_name(path.name + ".yaml")


_REPEATS = {
    "": Repeats.NO,
    "no": Repeats.NO,
    "false": Repeats.NO,
    "all": Repeats.ALL,
    "yes": Repeats.ALL,
    "true": Repeats.ALL,
}


def parse_repeats(text: str) -> Repeats:
    """``no`` (default), or ``all`` (also ``yes``, ``true``): go-vcr's replayable."""
    try:
        return _REPEATS[text.strip().lower()]
    except KeyError:
        raise OptionError("vcr_allow_repeats", text, "use no or all") from None


def parse_latency(text: str) -> float:
    """A factor of the recorded duration: 0 = at once, 1 = as recorded."""
    remedy = "use a factor of the recorded duration, as 0, 0.5 or 1"
    try:
        value = float(text)
    except ValueError:
        raise OptionError("vcr_latency", text, remedy) from None
    if not math.isfinite(value) or value < 0:
        raise OptionError("vcr_latency", text, remedy)
    return value


def parse_layout(text: str) -> Layout:
    """``v4`` (default) or ``v3``: as go-vcr's newest library writes, or as its v3."""
    word = text.strip().lower()
    if word == "v4":
        return "v4"
    if word == "v3":
        return "v3"
    raise OptionError("vcr_layout", text, "use v4 or v3")


def parse_partial(text: str) -> Partial:
    """``keep`` (default) or ``drop``."""
    word = text.strip().lower()
    if word == "keep":
        return "keep"
    if word == "drop":
        return "drop"
    raise OptionError("vcr_partial", text, "use keep or drop")


_FLAGS = {"yes": True, "true": True, "no": False, "false": False, "": False}


def parse_flag(option: str, text: str) -> bool:
    """``yes`` (also ``true``) or ``no`` (also ``false``)."""
    try:
        return _FLAGS[text.strip().lower()]
    except KeyError:
        raise OptionError(option, text, "use yes or no") from None


def parse_settings(
    *,
    cassette: str,
    mode: str,
    allow_repeats: str = "no",
    latency: str = "0",
    passthrough: Sequence[str] = (),
    layout: str = "v4",
    record_chunks: str = "no",
    record_errors: str = "no",
    partial: str = "keep",
    websocket: str = "no",
) -> Settings:
    """All options together. No cassette is fine; whoever needs one asks for it."""
    return Settings(
        cassette=parse_cassette(cassette) if cassette else None,
        mode=parse_mode(mode),
        allow_repeats=parse_repeats(allow_repeats),
        latency=parse_latency(latency),
        passthrough=tuple(text for text in passthrough if text),
        layout=parse_layout(layout),
        record_chunks=parse_flag("vcr_record_chunks", record_chunks),
        record_errors=parse_flag("vcr_record_errors", record_errors),
        partial=parse_partial(partial),
        websocket=parse_flag("vcr_websocket", websocket),
    )


def as_options(settings: Settings) -> dict[str, str | list[str]]:
    """The same settings as the values of mitmproxy's options."""
    return {
        "vcr_cassette": str(settings.cassette or ""),
        "vcr_mode": str(settings.mode),
        "vcr_allow_repeats": str(settings.allow_repeats),
        "vcr_latency": str(settings.latency),
        "vcr_layout": settings.layout,
        "vcr_record_chunks": _yes(settings.record_chunks),
        "vcr_record_errors": _yes(settings.record_errors),
        "vcr_partial": settings.partial,
        "vcr_websocket": _yes(settings.websocket),
        "vcr_passthrough": list(settings.passthrough),
    }


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
