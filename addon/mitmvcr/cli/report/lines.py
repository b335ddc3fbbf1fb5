"""An interaction in lines of text, each in parts that a terminal may colour."""

import base64
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import click

from mitmvcr.cli.report.console import is_coloured
from mitmvcr.core.duration import format_duration
from mitmvcr.core.wording import number_of, visible
from mitmvcr.show.rows import Row

Facts = Mapping[str, Any]

_HEADINGS = ("id", "method", "status", "size", "time", "protocol", "URL")
_STATUS_COLOURS = {2: "green", 3: "cyan", 4: "yellow", 5: "red"}
_NAME, _FAINT, _HEAD = "cyan", "bright_black", "bold"


class Line(NamedTuple):
    """``parts`` are texts, each with a colour or without."""

    parts: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.parts).rstrip()

    def styled(self) -> str:
        """Return it with the escapes of a terminal."""
        return "".join(_styled(*part) for part in self.parts).rstrip()


def _styled(text: str, colour: str) -> str:
    if not colour:
        return text
    if colour == _HEAD:
        return click.style(text, bold=True)
    return click.style(text, fg=colour)


def line_of(*parts: str | tuple[str, str]) -> Line:
    """Return a line of texts, each with a colour or without."""
    split = (part if isinstance(part, tuple) else (part, "") for part in parts)
    # A terminal would obey control characters.
    return Line(tuple((visible(text, keep="\t"), colour) for text, colour in split))


def table(rows: Sequence[Row], width: int | None = None) -> Iterator[Line]:
    """Yield a heading and a line for each row; ``width`` cuts them to a terminal."""
    cells = [_HEADINGS, *(_cells(each) for each in rows)]
    sizes = [max(len(each[at]) for each in cells) for at in range(len(_HEADINGS) - 1)]
    for at, each in enumerate(cells):
        fixed = [
            cell.rjust(size) if at in _AT_RIGHT else cell.ljust(size)
            for at, (cell, size) in enumerate(zip(each, sizes, strict=False))
        ]
        url = each[-1]
        room = None if width is None else max(20, width - sum(sizes) - 2 * len(sizes))
        url = fitting(url, room)
        if at == 0:
            yield line_of(("  ".join([*fixed, url]), _HEAD))
            continue
        colour = _STATUS_COLOURS.get(rows[at - 1].status // 100, "")
        before, status, behind = fixed[:2], fixed[2], fixed[3:]
        yield line_of(
            "  ".join(before) + "  ", (status, colour), "  " + "  ".join([*behind, url])
        )


def fitting(text: str, room: int | None) -> str:
    """Return a text cut to ``room`` columns; whole where that is None."""
    return text if room is None or len(text) <= room else text[: room - 1] + "…"


#: Numbers stand at the right.
_AT_RIGHT = (0, 3, 4)


def _cells(each: Row) -> tuple[str, ...]:
    status = each.failure or (str(each.status) if each.status else "-")
    time = _time(each.duration_ms) if each.duration_ms else "-"
    size, protocol = _size(each.size), each.protocol or "-"
    return str(each.id), each.method, status, size, time, protocol, each.url


def _time(ms: float) -> str:
    """Return a time in three digits or so."""
    if ms >= 10_000:
        return f"{ms / 1000:.0f} s"
    if ms >= 1000:
        return f"{ms / 1000:.2f} s"
    return f"{ms:.0f} ms" if ms >= 10 else f"{ms:.2f} ms"


def _size(size: int) -> str:
    if size >= 1 << 20:
        return f"{size / (1 << 20):.1f} MiB"
    return f"{size / 1024:.1f} KiB" if size >= 1 << 10 else f"{size} B"


def detail(facts: Facts) -> Iterator[Line]:
    """Yield an interaction whole, as :func:`mitmvcr.show.described` has it."""
    request, response = facts["request"], facts["response"]
    yield line_of("")
    yield line_of((f"#{facts['id']} {facts['method']} {facts['url']}", _HEAD))
    yield from _message(request)
    status = response["status"] or str(facts["status"] or "")
    colour = _STATUS_COLOURS.get(facts["status"] // 100, "")
    took = f" after {_time(facts['duration_ms'])}" if facts["duration_ms"] else ""
    yield line_of("")
    if facts["failure"]:
        yield line_of((f"the exchange failed: {facts['failure']}", "red"), took)
    if facts["status"]:
        protocol = response["protocol"] or "HTTP"
        yield line_of(f"{protocol} ", (status, colour), took)
        yield from _message(response)
    for each in facts.get("messages", ()):
        yield from _frame(each)


def _message(facts: Facts) -> Iterator[Line]:
    yield from _headers(facts["headers"])
    yield from _body(facts["body"])
    if facts["trailer"]:
        yield line_of(("trailer", _FAINT))
        yield from _headers(facts["trailer"])
    if own := facts.get("own"):
        yield line_of(("in the cassette", _FAINT))
        yield from _headers(own)


def _headers(pairs: Sequence[Sequence[str]]) -> Iterator[Line]:
    for name, value in pairs:
        yield line_of((f"{name}:", _NAME), f" {value}")


def _body(facts: Facts) -> Iterator[Line]:
    if facts["kind"] == "empty":
        return
    yield line_of((_about(facts), _FAINT))
    if "pieces" in facts:
        for number, piece in enumerate(facts["pieces"]):
            yield from _piece(number, piece)
    else:
        yield from _content(facts)
    if cut := facts.get("cut"):
        yield line_of((f"... {number_of(cut, 'more byte')}", _FAINT))


def _about(facts: Facts) -> str:
    parts = [facts["kind"], f"{facts['size']} bytes"]
    if "coding" in facts:
        state = (
            f"cannot be undone: {facts['damaged']}" if "damaged" in facts else "undone"
        )
        parts.append(f"{facts['coding']} {state}")
    if "count" in facts:
        parts.append(f"{facts['count']} {facts['kind']}")
    if facts.get("unfinished"):
        parts.append("the last one is unfinished")
    return "[" + ", ".join(parts) + "]"


def _piece(number: int, piece: Facts) -> Iterator[Line]:
    at = f" at {_at(piece['at_ms'])}" if "at_ms" in piece else ""
    fields = "".join(
        f" {name}={piece[name]}"
        for name in ("event", "id", "retry", "comment")
        if name in piece
    )
    packed = " compressed" if piece.get("compressed") else ""
    yield line_of((f"[{number}{at}{fields}{packed}]", _FAINT))
    yield from _content(piece)


def _frame(facts: Facts) -> Iterator[Line]:
    arrow = "->" if facts["from"] == "client" else "<-"
    head = f"{arrow} {facts['from']} at {_at(facts['at_ms'])} {facts['type']}"
    yield line_of((head, _NAME))
    yield from _content(facts)


def _at(ms: float) -> str:
    return format_duration(round(ms * 1e6))


def _content(facts: Facts) -> Iterator[Line]:
    if "text" in facts:
        for text in facts["text"].split("\n"):
            yield line_of(text.removesuffix("\r"))
    elif "base64" in facts:
        yield from _hex(base64.b64decode(facts["base64"]))


def _hex(data: bytes) -> Iterator[Line]:
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        text = "".join(chr(c) if 32 <= c < 127 else "." for c in row)
        yield line_of((f"{at:08x}", _FAINT), f"  {row.hex(' '):<47}  {text}")


def print_lines(made: Callable[[int | None], Iterable[Line]]) -> None:
    """Print lines to a pager on a terminal, plain and complete in a pipe; ``made``
    takes the width of a terminal, None for a pipe."""
    if not sys.stdout.isatty():
        for line in made(None):
            click.echo(line.text)
        return
    coloured = is_coloured(sys.stdout)
    lines = made(shutil.get_terminal_size().columns)
    texts = (line.styled() if coloured else line.text for line in lines)
    click.echo_via_pager((f"{text}\n" for text in texts), color=coloured)
