"""Options as text become typed values here, once; shared by the addon and the CLI."""

import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from mitmvcr.core.errors import OptionError
from mitmvcr.core.matcher import DEFAULT, MatchSpec
from mitmvcr.core.model import Layout
from mitmvcr.core.modes import SHORT_NAMES, Mode, Repeats
from mitmvcr.core.secrets.rules import DEFAULT as DEFAULT_RULES
from mitmvcr.core.secrets.rules import Rules
from mitmvcr.matching_options import matching_options, parse_matching
from mitmvcr.redaction_options import redaction_options

#: What is recorded: what go-vcr would have seen, or what was on the wire.
View = Literal["go", "wire"]

#: What becomes of a stream that the client left before its end.
Partial = Literal["keep", "drop"]


class Settings(NamedTuple):
    """``cassette`` is None while none is chosen, and a text if it is a URL.
    ``latency`` is a factor of the recorded duration. ``passthrough`` are mitmproxy flow
    filters, not yet parsed.
    ``fsync_each``, ``write_empty``, ``keep_volatile``: see FileStore. ``save_failed``:
    a recording is put in place also if the wrapped command failed. ``spool``: larger
    bodies, in bytes, go to a temporary file while the flow runs."""

    cassette: Path | str | None = None
    mode: Mode = Mode.RECORD_ONCE
    allow_repeats: Repeats = Repeats.NO
    latency: float = 0.0
    passthrough: tuple[str, ...] = ()
    layout: Layout = "v4"
    record_chunks: bool = False
    record_errors: bool = False
    partial: Partial = "keep"
    websocket: bool = False
    fsync_each: bool = False
    write_empty: bool = False
    save_failed: bool = True
    keep_volatile: bool = False
    spool: int = 1 << 20
    view: View = "go"
    matching: MatchSpec = DEFAULT
    hooks: Path | None = None
    redaction: Rules = DEFAULT_RULES


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


_URL = re.compile(r"[a-z][a-z0-9+]+://(?P<name>.*)", re.DOTALL)


def parse_cassette(text: str) -> Path | str:
    """A path, or a URL as it is; one with no extension gets ``.yaml``, as go-vcr
    does."""
    if not text.strip():
        raise OptionError("vcr_cassette", text, "name a file, as cassettes/chat.yaml")
    if "\0" in text:
        raise OptionError("vcr_cassette", repr(text), "a path cannot hold NUL")
    if found := _URL.match(text.strip()):
        return _parse_url(text.strip(), found["name"])
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:  # as in ~nobody/chat.yaml
        raise OptionError("vcr_cassette", text, f"{error} Name it in full") from error
    if text.endswith(("/", "\\")) or os.path.isdir(path):
        raise OptionError(
            "vcr_cassette", text, f"is a folder; name a file in it, as {path}/chat.yaml"
        )
    return path if path.suffix else path.with_name(path.name + ".yaml")


def _parse_url(url: str, name: str) -> str:
    if not name or name.endswith("/"):
        remedy = "is a folder; name a file in it, as s3://bucket/chat.yaml"
        raise OptionError("vcr_cassette", url, remedy)
    return url if "." in name.rpartition("/")[2] else f"{url}.yaml"


_REPEATS = {
    "": Repeats.NO,
    "no": Repeats.NO,
    "false": Repeats.NO,
    "last": Repeats.LAST,
    "all": Repeats.ALL,
    "yes": Repeats.ALL,
    "true": Repeats.ALL,
}


def parse_repeats(text: str) -> Repeats:
    """``no`` (default), ``last``, or ``all`` (also ``yes``, ``true``): go-vcr's
    replayable."""
    try:
        return _REPEATS[text.strip().lower()]
    except KeyError:
        raise OptionError("vcr_allow_repeats", text, "use no, last or all") from None


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


def parse_fsync(text: str) -> bool:
    """``each`` or ``close`` (default): is each interaction forced to the disk?"""
    word = text.strip().lower()
    if word not in ("each", "close"):
        raise OptionError("vcr_fsync", text, "use each or close")
    return word == "each"


_YES_OR_NO = {"yes": True, "true": True, "no": False, "false": False}


def parse_switch(option: str, text: str) -> bool:
    """``yes`` or ``no``; also ``true`` and ``false``."""
    try:
        return _YES_OR_NO[text.strip().lower()]
    except KeyError:
        raise OptionError(option, text, "use yes or no") from None


_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def parse_size(option: str, text: str) -> int:
    """Bytes: ``500k``, ``1m`` and ``2g`` as mitmproxy's own options have them."""
    word = text.strip().lower()
    unit = _UNITS.get(word[-1:], 1)
    number = word if unit == 1 else word[:-1]
    if not (number.isascii() and number.isdigit()) or not int(number):
        raise OptionError(option, text, "use a size, as 500k, 1m or 2g")
    return int(number) * unit


def parse_view(text: str) -> View:
    """``go`` (default) or ``wire``: as go-vcr would have recorded, or as sent."""
    word = text.strip().lower()
    if word == "go":
        return "go"
    if word == "wire":
        return "wire"
    raise OptionError("vcr_view", text, "use go or wire")


def parse_hooks(text: str) -> Path | None:
    """A Python file; none if empty. It is read when a session begins."""
    if not text.strip():
        return None
    path = Path(os.path.expanduser(text.strip()))
    if not path.is_file():
        raise OptionError("vcr_hooks", text, "there is no such file")
    return path


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
    fsync: str = "close",
    write_empty: str = "no",
    save_failed: str = "yes",
    keep_volatile: str = "no",
    spool: str = "1m",
    view: str = "go",
    match: str = "",
    ignore_headers: Sequence[str] = (),
    ignore_query: Sequence[str] = (),
    ignore_json: Sequence[str] = (),
    ignore_form: Sequence[str] = (),
    base_url_map: Sequence[str] = (),
    hooks: str = "",
    redaction: Rules = DEFAULT_RULES,
) -> Settings:
    """All options together. No cassette is fine; whoever needs one asks for it."""
    return Settings(
        cassette=parse_cassette(cassette) if cassette else None,
        mode=parse_mode(mode),
        allow_repeats=parse_repeats(allow_repeats),
        latency=parse_latency(latency),
        passthrough=tuple(text for text in passthrough if text),
        layout=parse_layout(layout),
        record_chunks=parse_switch("vcr_record_chunks", record_chunks),
        record_errors=parse_switch("vcr_record_errors", record_errors),
        partial=parse_partial(partial),
        websocket=parse_switch("vcr_websocket", websocket),
        fsync_each=parse_fsync(fsync),
        write_empty=parse_switch("vcr_write_empty", write_empty),
        save_failed=parse_switch("vcr_save_failed", save_failed),
        keep_volatile=parse_switch("vcr_keep_volatile", keep_volatile),
        spool=parse_size("vcr_spool", spool),
        view=parse_view(view),
        matching=parse_matching(
            match=match,
            ignore_headers=ignore_headers,
            ignore_query=ignore_query,
            ignore_json=ignore_json,
            ignore_form=ignore_form,
            base_url_map=base_url_map,
        ),
        hooks=parse_hooks(hooks),
        redaction=redaction,
    )


def as_options(settings: Settings) -> dict[str, str | list[str]]:
    """The same settings as the values of mitmproxy's options."""
    return {
        "vcr_cassette": str(settings.cassette or ""),
        "vcr_mode": str(settings.mode),
        "vcr_allow_repeats": str(settings.allow_repeats),
        "vcr_latency": str(settings.latency),
        "vcr_layout": settings.layout,
        "vcr_record_chunks": _yes_or_no(settings.record_chunks),
        "vcr_record_errors": _yes_or_no(settings.record_errors),
        "vcr_partial": settings.partial,
        "vcr_websocket": _yes_or_no(settings.websocket),
        "vcr_fsync": "each" if settings.fsync_each else "close",
        "vcr_write_empty": _yes_or_no(settings.write_empty),
        "vcr_save_failed": _yes_or_no(settings.save_failed),
        "vcr_keep_volatile": _yes_or_no(settings.keep_volatile),
        "vcr_spool": str(settings.spool),
        "vcr_view": settings.view,
        "vcr_passthrough": list(settings.passthrough),
        "vcr_hooks": str(settings.hooks or ""),
        **matching_options(settings.matching),
        **redaction_options(settings.redaction),
    }


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"
