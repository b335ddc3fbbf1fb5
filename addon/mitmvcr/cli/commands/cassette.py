"""``mitmvcr cassette``: check, recover, scan and scrub."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import click

from mitmvcr import __version__
from mitmvcr.cli.commands.left import (
    looked_through,
    rules_of,
    say_what_is_equal,
    say_what_is_left,
)
from mitmvcr.cli.report.console import progress, say
from mitmvcr.cli.tools.files import held_in_another, locked
from mitmvcr.cli.tools.paths import named_cassettes
from mitmvcr.core.errors import CassetteError, CassetteWriteError
from mitmvcr.core.model import Cassette
from mitmvcr.core.wording import number_of
from mitmvcr.format import layout, reader, writer
from mitmvcr.format.check import check
from mitmvcr.format.source import kind_of_file, packed, read_bytes
from mitmvcr.secrets.identities import with_identities
from mitmvcr.secrets.rules import Rules
from mitmvcr.store.files import put
from mitmvcr.store.store import FileStore
from mitmvcr.tools import layout_of
from mitmvcr.values import Layer

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class Secret(NamedTuple):
    """A secret in a file; ``line`` is where its interaction begins."""

    path: str
    line: int
    interaction: int
    place: str
    kind: str
    shown: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}: interaction {self.interaction}"
        return f"{where}, {self.place}: {self.kind} {self.shown}"


def scan_cassettes(paths: Sequence[Path], typed: Layer, *, form: str) -> int:
    """Print what is found to stdout; 1 if there is anything, or a file is damaged."""
    rules = rules_of("scan", typed)
    files = named_cassettes(paths)
    secrets: list[Secret] = []
    errors: list[CassetteError] = []
    for path in files:
        try:
            secrets += _scan(path, rules)
        except CassetteError as error:
            say(f"error: {error}")
            errors.append(error)
    for line in [_sarif(secrets, errors)] if form == "sarif" else map(str, secrets):
        click.echo(line)
    scanned = number_of(len(files) - len(errors), "cassette")
    unread = _not_read(len(errors))
    say(f"{scanned} scanned, {number_of(len(secrets), 'secret')} found{unread}")
    return 1 if secrets or errors else 0


def _not_read(damaged: int) -> str:
    return f", {number_of(damaged, 'file')} not read" if damaged else ""


def _scan(path: Path, rules: Rules) -> Iterator[Secret]:
    kind = kind_of_file(path)
    data = b"" if kind else read_bytes(path)
    held = (
        held_in_another(path, kind)
        if kind
        else reader.loads(data, str(path)).interactions
    )
    _, found = looked_through(held, rules, path)
    index = layout.index(data) if found and data else None
    for number, secrets in found.items():
        line = 1 if index is None else index.line(number) + 1
        for each in secrets:
            yield Secret(str(path), line, number, *each)


def scrub_cassettes(paths: Sequence[Path], typed: Layer) -> int:
    """Redact in place. 1 if a file could not be read or written."""
    rules = rules_of("scrub", typed)
    files = named_cassettes(paths)
    scrubbed = damaged = unwritten = 0
    for path in files:
        try:
            scrubbed += _scrub(path, rules)
        except CassetteWriteError as error:
            say(f"error: {error}")
            unwritten += 1
        except CassetteError as error:
            say(f"error: {error}")
            damaged += 1
    looked = number_of(len(files) - damaged, "cassette")
    stay = f", {unwritten} with secrets not written" if unwritten else ""
    say(f"{looked} looked through, {scrubbed} scrubbed{stay}{_not_read(damaged)}")
    return 1 if damaged or unwritten else 0


def _scrub(path: Path, rules: Rules) -> bool:
    data = read_bytes(path)
    interactions = reader.loads(data, str(path)).interactions
    redactor, found = looked_through(interactions, rules, path)
    if not found:
        return False
    with locked(path):
        if (now := read_bytes(path)) != data:  # it was changed meanwhile
            data, interactions = now, reader.loads(now, str(path)).interactions
            redactor, found = looked_through(interactions, rules, path)
        kept = Cassette(with_identities(redactor, interactions))
        put(path, packed(str(path), writer.dumps(kept, layout_of(data))))
    say(f"{path}: {number_of(len(found), 'interaction')} redacted")
    return True


def _sarif(secrets: Sequence[Secret], errors: Sequence[CassetteError]) -> str:
    """Return SARIF 2.1.0; what could not be read stands in it as the tool's own."""
    kinds = sorted({each.kind for each in secrets})
    driver = {
        "name": "mitmvcr",
        "version": __version__,
        "rules": [{"id": kind, "shortDescription": {"text": kind}} for kind in kinds],
    }
    told = [{"level": "error", "message": {"text": str(each)}} for each in errors]
    made = {"executionSuccessful": not errors, "toolExecutionNotifications": told}
    results = [_result(each) for each in secrets]
    run = {"tool": {"driver": driver}, "invocations": [made], "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(secret: Secret) -> dict[str, object]:
    where = f"interaction {secret.interaction}, {secret.place}"
    text = f"{secret.kind} {secret.shown} in {where}"
    place = {
        "artifactLocation": {"uri": Path(secret.path).as_posix()},
        "region": {"startLine": secret.line},
    }
    return {
        "ruleId": secret.kind,
        "level": "error",
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }


def check_cassettes(paths: Sequence[Path], *, as_json: bool = False) -> int:
    """Print the problems, which are the result, to stdout; 1 if one is an error."""
    files = named_cassettes(paths)
    problems = [
        problem for path in progress(files, "Checking") for problem in check(path)
    ]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in problems], indent=2))
    else:
        for each in problems:
            click.echo(str(each))
    failed = any(each.is_error for each in problems)
    looked_at = number_of(len(files), "cassette")
    say(f"{looked_at} checked, {number_of(len(problems), 'problem')}")
    return 1 if failed else 0


def recover_cassette(
    path: Path | str, *, replace: bool = False, source: Path | None = None
) -> None:
    """Put the journal that a recording left in place."""
    rules = rules_of("scan", {})
    store = FileStore(path)
    count = store.recover(instead=replace, source=source)
    say(f"{path}: {number_of(count, 'interaction')} recovered")
    if count:
        interactions = store.load().interactions
        say_what_is_left(str(path), interactions, rules)
        say_what_is_equal(str(path), interactions)
