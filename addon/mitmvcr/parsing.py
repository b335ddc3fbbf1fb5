"""Parse the text of one option into its typed value, and write it as text again.

The table in options.py names these functions; none of them knows an option's name.
"""

import difflib
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from mitmvcr.core.duration import format_duration, parse_duration
from mitmvcr.core.errors import UnusableValueError
from mitmvcr.core.model import Layout
from mitmvcr.core.modes import SHORT_NAMES, Mode, Repeats

T = TypeVar("T")
_SECOND = 1_000_000_000


def parse_timeout(text: str) -> float:
    """Parse a duration, as ``30m``, and return seconds; 0 is never."""
    try:
        duration = parse_duration(text.strip().lower())
    except ValueError:
        duration = -1
    if duration < 0:
        raise UnusableValueError(text, "use a duration, as 30m or 90s, or 0 for never")
    return duration / _SECOND


def write_timeout(seconds: float) -> str:
    """Write it so that it can be parsed, as a user would."""
    text = format_duration(round(seconds * _SECOND))
    for nothing in ("m0s", "h0m"):
        text = f"{text[:-2]}" if text.endswith(nothing) else text
    return text


#: Seconds in what Go's durations have no unit for.
_LONG = {"d": 86400, "w": 7 * 86400}


def parse_age(text: str) -> float | None:
    """Parse an age, as ``30d``, ``8w`` or ``12h``, and return seconds; None if
    empty."""
    word = text.strip().lower()
    if not word:
        return None
    if word[-1] in _LONG and word[:-1].isascii() and word[:-1].isdigit():
        return float(int(word[:-1]) * _LONG[word[-1]])
    try:
        seconds = parse_duration(word) / _SECOND
    except ValueError:
        seconds = 0
    if seconds <= 0:
        raise UnusableValueError(text, "use an age, as 30d, 8w or 12h")
    return seconds


def one_of(meanings: Mapping[str, T], use: str) -> Callable[[str], T]:
    """Return a parser of a few words, in any case, which has the value that each one
    means; ``use`` names them to whoever wrote another one."""

    def parse(text: str) -> T:
        try:
            return meanings[text.strip().lower()]
        except KeyError:
            raise UnusableValueError(text, f"use {use}") from None

    return parse


def _as_named(words: Any) -> Mapping[str, Any]:
    """Return the words of a Literal, each of which means itself."""
    return {word: word for word in get_args(words)}


#: What is recorded: what go-vcr would have seen, or what was on the wire.
View = Literal["go", "wire"]
#: What becomes of a stream that the client left before its end.
Partial = Literal["keep", "drop"]
#: What a replay at latency 0 says of when a client may come back.
RetryAfter = Literal["0", "keep"]
Lane = Literal["auto", "off"]
#: What becomes of an old recording's times in a replay.
Time = Literal["off", "shift", "freeze"]
#: Which of mitmproxy's programs is shown.
Ui = Literal["dump", "console", "web"]
_YES = ("yes", "true", "on", "1")
_NO = ("no", "false", "off", "0")

parse_switch = one_of(
    {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}, "yes or no"
)
parse_repeats = one_of(
    {
        **dict.fromkeys(("", "no", "false"), Repeats.NO),
        "last": Repeats.LAST,
        **dict.fromkeys(("all", "yes", "true"), Repeats.ALL),
    },
    "no, last or all",
)
parse_layout = one_of(_as_named(Layout), "v4, v4.0.8 or v3")
parse_view = one_of(_as_named(View), "go or wire")
parse_partial = one_of(_as_named(Partial), "keep or drop")
parse_retry_after = one_of(_as_named(RetryAfter), "0 or keep")
parse_lane = one_of(_as_named(Lane), "auto or off")
parse_time = one_of(_as_named(Time), "off, shift or freeze")
parse_ui = one_of(_as_named(Ui), "dump, console or web")
#: Whether it is on, and whether each interaction is forced to the disk.
parse_echo = one_of({"auto": True, "off": False}, "auto or off")
parse_fsync = one_of({"each": True, "close": False}, "each or close")


def write_echo(on: bool) -> str:
    return "auto" if on else "off"


def write_fsync(each: bool) -> str:
    return "each" if each else "close"


#: What 'run' has beside the modes: it is none of a session's.
COMPARE = "compare"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that a mistyped one is likely to mean, if any."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.7)
    return near[0] if near else None


def parse_mode(text: str) -> Mode:
    """Parse a mode by its go-vcr name, its short name or vcrpy's."""
    word = text.strip().lower()
    if word == COMPARE:
        remedy = "only a run compares: mitmvcr run -m compare -- COMMAND"
        raise UnusableValueError(text, remedy)
    if word in SHORT_NAMES:
        return SHORT_NAMES[word]
    try:
        return Mode(word)
    except ValueError:
        known = [*Mode, *SHORT_NAMES]
        near = nearest(word, known)
        remedy = f"did you mean {near}?" if near else f"use one of {', '.join(known)}"
        raise UnusableValueError(text, remedy) from None


def parse_latency(text: str) -> float:
    """Parse a factor of the recorded duration: 0 is at once, 1 is as recorded."""
    remedy = "use a factor of the recorded duration, as 0, 0.5 or 1"
    try:
        value = float(text)
    except ValueError:
        raise UnusableValueError(text, remedy) from None
    if not math.isfinite(value) or value < 0:
        raise UnusableValueError(text, remedy)
    return value


_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def parse_size(text: str, least: int = 1) -> int:
    """Parse a size and return bytes: ``500k``, ``1m`` and ``2g`` as mitmproxy's own
    options have them, or ``1MB``."""
    word = text.strip().lower().removesuffix("b")
    unit = _UNITS.get(word[-1:], 1)
    number = word if unit == 1 else word[:-1]
    if not (number.isascii() and number.isdigit()) or int(number) < least:
        raise UnusableValueError(text, "use a size, as 500k, 1m or 2g")
    return int(number) * unit


def parse_hooks(text: str) -> Path | None:
    """Parse the path of a Python file; None if empty. The file is read when a session
    begins."""
    if not text.strip():
        return None
    path = Path(os.path.expanduser(text.strip()))
    if os.path.isdir(path):
        remedy = f"is a folder; name a file in it, as {path}/hooks.py"
        raise UnusableValueError(text, remedy)
    with suppress(PermissionError):  # who reads it says so
        if not path.is_file():
            raise UnusableValueError(text, "there is no such file")
    return path


def parse_text(text: str) -> str:
    return text.strip()


def parse_texts(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def as_text(value: object) -> str | list[str]:
    """Return the text that most parsers read as this value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return [*map(str, value)] if isinstance(value, tuple) else str(value)
