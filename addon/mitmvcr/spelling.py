"""Options in messages, spelled for the command line."""

import re
import shlex
from collections.abc import Iterable

from mitmvcr.options import BY_NAME, Kind


def as_typed(options: Iterable[str]) -> str:
    """Return options of mitmproxy, as NAME=VALUE, as words of the command line."""
    return " ".join(map(_word, options))


def _word(text: str) -> str:
    name, _, value = text.removeprefix("vcr_").partition("=")
    option = BY_NAME[name]
    flags = [flag.word for flag in option.flags if flag.value == value]
    return flags[0] if flags else f"{option.word} {shlex.quote(value)}"


_OPTION = re.compile(r"\bvcr_(\w+)(?:=('[^']*'|[^\s();,]+))?")


def in_words(text: str) -> str:
    """Return a message with the options of mitmproxy in it as words of the command
    line."""
    return _OPTION.sub(_in_words, text)


def _in_words(match: re.Match[str]) -> str:
    option, value = BY_NAME.get(match[1]), match[2]
    if option is None:
        return match[0]
    if value == "yes" and option.kind is Kind.SWITCH:
        return option.word
    flags = [flag.word for flag in option.flags if flag.value == value]
    return flags[0] if flags else f"{option.word} {value}" if value else option.word
