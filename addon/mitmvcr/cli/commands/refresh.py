"""``mitmvcr refresh``: what a cassette holds, asked of the live API."""

import os
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import click

from mitmvcr.cli.options import parse_header
from mitmvcr.cli.refresh.reports import Refreshed, lines, status_of, writer_of
from mitmvcr.cli.refresh.rounds import Choice, refreshed
from mitmvcr.cli.report.console import say
from mitmvcr.cli.tools.files import locked
from mitmvcr.cli.tools.paths import named_cassettes
from mitmvcr.config import in_force
from mitmvcr.core.errors import CassetteWriteError
from mitmvcr.core.wording import number_of
from mitmvcr.format import reader
from mitmvcr.format.source import packed, read_bytes
from mitmvcr.options import SET, Settings, options_of
from mitmvcr.store.files import put
from mitmvcr.tools import Sheet, layout_of, spliced
from mitmvcr.values import Layer

SAFE = ("GET", "HEAD")


class Wanted(NamedTuple):
    """What was typed besides the options of the table."""

    write: bool
    methods: Sequence[str]
    headers: Sequence[str]
    rate: float
    reports: Sequence[Path]


def refresh_cassettes(paths: Sequence[Path], wanted: Wanted, typed: Layer) -> int:
    """Compare, write what is wanted, and return the exit code. Raise VcrError."""
    values = in_force(typed)
    settings = values.settings(options_of("refresh"))
    sets = values.read((SET,))["set"]
    choice = Choice(
        methods=(*SAFE, *(each.upper() for each in wanted.methods)),
        headers=[parse_header(each) for each in wanted.headers],
        pause=1 / wanted.rate,
    )
    writers = [(target, writer_of(target)) for target in wanted.reports]
    found = []
    for path in named_cassettes(paths):
        found.append(_refresh(path, settings, choice, sets, write=wanted.write))
        for line in lines(found[-1]):
            click.echo(line)
        say(found[-1].said)
    for target, write in writers:
        put(target, write(found).encode("utf-8", "surrogateescape"))
    return status_of(found)


def _refresh(
    path: Path, settings: Settings, choice: Choice, sets: Sequence[str], *, write: bool
) -> Refreshed:
    """Refresh a cassette, which nobody else may record meanwhile if it is written."""
    with locked(path) if write else nullcontext():
        data = read_bytes(path)
        cassette = reader.loads(data, str(path))
        settings = settings._replace(layout=layout_of(data))
        held = cassette.interactions
        results = refreshed(held, settings, choice, sets, os.environ)
        changes = {each.position: each.new for each in results if each.new is not None}
        if write and changes:
            if read_bytes(path) != data:
                problem = "was changed meanwhile: start again"
                raise CassetteWriteError(str(path), problem)
            sheet = Sheet(held, str(path), data)
            put(path, packed(str(path), b"".join(spliced(sheet, changes))))
            say(f"{path}: {number_of(len(changes), 'interaction')} recorded anew")
        asked = [each.request.method for each in held]
        unsent = [each for each in asked if each not in choice.methods]
        return Refreshed(str(path), results, unsent)
