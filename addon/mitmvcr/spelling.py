"""Options as whoever started this can give them: as mitmproxy has them, NAME=VALUE, as
words of the command line, or as the control API and a file of options have them."""

import logging
import re
import shlex
from collections.abc import Callable, Iterable
from typing import NamedTuple

from mitmvcr.options import BY_NAME, Kind

#: Not within a path, which may have such a name, nor as the value of another option.
_OPTION = re.compile(
    r"(?:--set )?(?<![\w./\\=-])vcr_(\w+)(?![\w/\\-]|\.\w)"
    r"(?:=('[^']*'|[^\s();,]+))?"
)


class Spelling(NamedTuple):
    """``options`` writes several, given as mitmproxy has them; ``text`` those that
    stand in a message. ``reads_proxies``: variables as HTTPS_PROXY name the proxy that
    leads out of this network, and not mitmproxy's own option."""

    options: Callable[[Iterable[str]], str]
    text: Callable[[str], str]
    reads_proxies: bool = False


def as_typed(options: Iterable[str]) -> str:
    """Return options of mitmproxy, as NAME=VALUE, as words of the command line."""
    return " ".join(map(_word, options))


def _word(text: str) -> str:
    name, _, value = text.removeprefix("vcr_").partition("=")
    option = BY_NAME[name]
    flags = [flag.word for flag in option.flags if flag.value == value]
    return flags[0] if flags else f"{option.word} {shlex.quote(value)}"


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


def _of_api(options: Iterable[str]) -> str:
    """Return them as a file of options has them, and most languages' code: a list is
    one, in brackets."""
    from mitmvcr.config_writing import toml_text  # only a miss needs it

    values: dict[str, list[str]] = {}
    for option in options:
        name, _, value = option.removeprefix("vcr_").partition("=")
        values.setdefault(name, []).append(toml_text(value))
    return " ".join(
        f"{name}=[{', '.join(texts)}]"
        if BY_NAME[name].kind is Kind.LIST
        else f"{name}={texts[0]}"
        for name, texts in values.items()
    )


def _in_text_of_api(text: str) -> str:
    return _OPTION.sub(_named, text)


def _named(match: re.Match[str]) -> str:
    text = match[0].removeprefix("--set ").removeprefix("vcr_")
    return text if match[1] in BY_NAME else match[0]


IN_MITMPROXY = Spelling(" ".join, str)
ON_COMMAND_LINE = Spelling(as_typed, in_words, reads_proxies=True)
OF_API = Spelling(_of_api, _in_text_of_api, reads_proxies=True)


class InLog(logging.Filter):
    """Spells the options in what a logger is given."""

    def __init__(self, spelling: Spelling) -> None:
        super().__init__()
        self._text = spelling.text

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._text(record.getMessage()), ()
        return True
