"""Add values to ``mitmvcr.toml``: all other lines and comments of it stay as they
are."""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from mitmvcr.config import FILE, ConfigError, places
from mitmvcr.core.wording import visible
from mitmvcr.options import BY_NAME, Kind

#: A text of TOML, or a comment: what brackets within one are is none of our business.
_OPAQUE = re.compile(
    r"'''.*?'''|\"\"\"(?:\\.|.)*?\"\"\"|'[^'\n]*'|\"(?:\\.|[^\"\\\n])*\"|#[^\n]*",
    re.DOTALL,
)
_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)


class Added(NamedTuple):
    """A value more for a list, and the comments that stand before it."""

    value: str
    comments: Sequence[str] = ()


#: The name of an option -> its new values.
Additions = Mapping[str, Sequence[Added]]


def file_for(start: Path) -> Path:
    """Return the ``mitmvcr.toml`` that holds for a folder; where there is none, the one
    that can be made there."""
    found = (place / FILE for place in places(start, Path(os.path.expanduser("~"))))
    return next((each for each in found if each.exists()), start / FILE)


def with_values(text: str, additions: Additions) -> str:
    """Return the text of a file with values more. Raise TOMLDecodeError where it is
    none, ConfigError where it is laid out so that this cannot write into it."""
    before = tomllib.loads(text)
    for name, added in additions.items():
        text = _with_list(text, name, added)
    try:
        after: Mapping[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        after = {}
    _check(before, after, additions)
    return text


def _with_list(text: str, name: str, added: Sequence[Added]) -> str:
    place = _place_of(text, name)
    if BY_NAME[name].kind is not Kind.LIST:
        return _with_text(text, name, added[-1], place)
    if place is None:
        return _with_key(text, f"{name} = [\n{_items(added)}]\n")
    start, end = place
    if text[start] != "[":  # a single text
        return f"{text[:start]}[\n  {text[start:end]},\n{_items(added)}]{text[end:]}"
    inside = text[start + 1 : end - 1]
    before = text[: start + 1] + _closed(inside)
    return f"{before}{_items(added)}{text[end - 1 :]}"


def _with_text(text: str, name: str, new: Added, place: tuple[int, int] | None) -> str:
    """Put a single value in the place of the old one."""
    if place is not None:
        start, end = place
        return f"{text[:start]}{toml_text(new.value)}{text[end:]}"
    comments = "".join(f"# {visible(each)}\n" for each in new.comments)
    return _with_key(text, f"{comments}{name} = {toml_text(new.value)}\n")


def _closed(inside: str) -> str:
    """Return the items of a list so that others can follow in lines of their own."""
    bare = _OPAQUE.sub(_blank, inside).rstrip()
    end = len(bare)
    if bare and not bare.endswith(","):
        inside = f"{inside[:end]},{inside[end:]}"
    inside = inside.rstrip(" \t")
    return inside if inside.endswith("\n") else inside + "\n"


def _blank(found: re.Match[str]) -> str:
    """Return blanks for a comment, and for a text something as long."""
    return (" " if found[0][0] == "#" else "x") * len(found[0])


def _items(added: Iterable[Added]) -> str:
    return "".join(f"  {line}\n" for line in _lines(added))


def _lines(added: Iterable[Added]) -> Iterator[str]:
    for each in added:
        yield from (f"# {visible(comment)}" for comment in each.comments)
        yield f"{toml_text(each.value)},"


def toml_text(value: str) -> str:
    """Return a text as TOML has it: as it stands where it can be."""
    if "'" not in value and value.isprintable():
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _with_key(text: str, lines: str) -> str:
    """Put a key behind the others, before the first table."""
    bare = _OPAQUE.sub(_blank, text)
    table = _first_table(bare)
    head, tail = text[:table], text[table:]
    gap = "" if not head or head.endswith("\n\n") else "\n"
    end = "" if not head or head.endswith("\n") else "\n"
    after = "\n" if tail else ""
    return f"{head}{end}{gap}{lines}{after}{tail}"


def _first_table(bare: str) -> int:
    """Return where the first table begins; the items of a list are none."""
    for found in _TABLE.finditer(bare):
        before = bare[: found.start()]
        if before.count("[") == before.count("]"):
            return found.start()
    return len(bare)


def _place_of(text: str, name: str) -> tuple[int, int] | None:
    """Return where the value of a key begins and ends; None where it is not there."""
    bare = _OPAQUE.sub(_blank, text)
    spelled = rf"[\"']?{re.escape(name).replace('_', '[-_]')}[\"']?"
    found = re.compile(rf"^[ \t]*{spelled}[ \t]*=[ \t]*", re.MULTILINE).search(
        text, 0, _first_table(bare)
    )
    if found is None:
        return None
    start = found.end()
    if bare[start : start + 1] != "[":
        opaque = _OPAQUE.match(text, start)
        return start, opaque.end() if opaque else start
    depths = accumulate((c == "[") - (c == "]") for c in bare[start:])
    end = next(at for at, depth in enumerate(depths) if depth == 0)
    return start, start + end + 1


def _check(
    before: Mapping[str, object], after: Mapping[str, object], additions: Additions
) -> None:
    """Raise ConfigError unless nothing has changed but what was added."""
    wanted = {key.replace("-", "_"): value for key, value in before.items()}
    for name, added in additions.items():
        if BY_NAME[name].kind is not Kind.LIST:
            wanted[name] = added[-1].value
            continue
        old = wanted.get(name, [])
        values = old if isinstance(old, list) else [old]
        wanted[name] = [*values, *(each.value for each in added)]
    if wanted != {key.replace("-", "_"): value for key, value in after.items()}:
        names = ", ".join(additions)
        raise ConfigError(f"{FILE}: {names}: write the values there by hand")
