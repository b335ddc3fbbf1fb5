"""``mitmvcr cassette edit``: one interaction's body in an editor."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import click

from mitmvcr.cli.child.own_folder import cannot_write, ended_in_order, no_folder
from mitmvcr.cli.commands.left import rules_of
from mitmvcr.cli.tools.files import Source, locked, without_secrets, write
from mitmvcr.cli.tools.ledger import Ledger
from mitmvcr.core.errors import CassetteError, OptionError
from mitmvcr.core.model import Interaction
from mitmvcr.core.wording import number_of
from mitmvcr.tools.bodies import BodyError, edited, side, to_edit
from mitmvcr.values import Layer

#: In click's order.
_EDITORS = ("VISUAL", "EDITOR")


def edit_body(
    path: Path, number: int, typed: Layer, *, of_request: bool, as_json: bool
) -> int:
    """Open a body in $EDITOR, JSON laid out, and write it back as it was spelled, with
    its lengths. Raise CassetteError or OptionError."""
    ledger = Ledger(as_json=as_json)
    with locked(path):
        source = Source(path)
        sheet = source.sheet
        if not 0 <= number < len(sheet):
            last = f"use 0 to {len(sheet) - 1}" if len(sheet) else "there is none"
            raise OptionError("--id", number, last)
        met = sheet.interactions[number]
        with ended_in_order():
            new = _in_editor(path, number, met, of_request)
        hidden = 0
        if new is not met:
            entries = sheet.entries
            entries[number] = entries[number].changed(met, new)
            entries, hidden = without_secrets(entries, rules_of("scan", typed))
            write(path, entries, sheet, renumber=False, before=source.state)
    what = "unchanged" if new is met else "edited"
    also = f"; {number_of(hidden, 'interaction')} redacted" if hidden else ""
    facts = {"interaction": number, "changed": new is not met, "redacted": hidden}
    ledger.done(path, f"interaction {number} {what}{also}", **facts)
    return ledger.finish()


def _in_editor(
    path: Path, number: int, met: Interaction, of_request: bool
) -> Interaction:
    whose = "request" if of_request else "response"
    place = f"interaction {number}, {whose} body"
    try:
        text, is_json = to_edit(side(met, of_request=of_request))
    except BodyError as error:
        raise CassetteError(str(path), f"{place}: {error}") from error
    suffix = ".json" if is_json else ".txt"
    is_kept = False
    try:
        file, name = tempfile.mkstemp(suffix, f"{path.stem}-{number}-")
    except OSError as error:
        raise no_folder(error) from error
    try:
        _fill(file, Path(name), text)
        _run_editor(name)
        typed = Path(name).read_bytes().decode("utf-8", "surrogateescape")
        return edited(met, typed, of_request=of_request)
    except BodyError as error:
        is_kept = True
        problem = f"{place}: {error}; the text as you left it is in {name}"
        raise CassetteError(str(path), problem) from error
    finally:
        if not is_kept:
            with suppress(OSError):
                os.unlink(name)


def _fill(file: int, path: Path, text: str) -> None:
    try:
        with os.fdopen(file, "wb") as opened:
            opened.write(text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise cannot_write(path, error) from error


def _run_editor(file: str) -> None:
    try:
        click.edit(filename=file)
    except click.ClickException as error:
        problem = f"{error.format_message()}; nothing was changed"
        for name in _EDITORS:
            if chosen := os.environ.get(name):
                raise OptionError(name, chosen, problem) from error
        remedy = f"name an editor, as EDITOR=vi ({problem})"
        raise OptionError("EDITOR", "", remedy) from error
