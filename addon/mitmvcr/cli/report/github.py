"""Misses as GitHub Actions shows them: annotations, and the summary of the job.

The runner reads workflow commands from a step's stderr as well as from its stdout
(actions/runner, ScriptHandler.cs), so that stdout stays the child's.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from mitmvcr.cli.report.console import one_line, say
from mitmvcr.cli.report.findings import Finding
from mitmvcr.miss.report import Miss

#: GitHub shows no more of one step.
_MOST = 10


def annotate(
    misses: Mapping[Miss, int],
    cassette: str,
    environment: Mapping[str, str],
    *,
    level: str,
) -> None:
    """Write an annotation for each miss, in GitHub Actions only. ``level`` is ``error``
    or ``warning``."""
    if environment.get("GITHUB_ACTIONS") != "true" or not misses:
        return
    properties = "title=" + _property("No recorded interaction matches")
    if place := _in_workspace(cassette, environment):
        properties = f"file={_property(place)},{properties}"
    for miss, times in list(misses.items())[:_MOST]:
        text = _data(one_line(miss, times))
        click.echo(f"::{level} {properties}::{text}", err=True)
    if path := environment.get("GITHUB_STEP_SUMMARY"):
        _append(Path(path), _summary(misses, cassette))


def annotate_findings(
    findings: Iterable[Finding], environment: Mapping[str, str]
) -> None:
    """Write an error for each finding that fails the run, a warning for the others."""
    if environment.get("GITHUB_ACTIONS") != "true":
        return
    for each in findings:
        level = "error" if each.fails else "warning"
        click.echo(f"::{level} title=mitmvcr::{_data(each.text)}", err=True)


def _data(text: str) -> str:
    """Escape a text as actions/toolkit does (packages/core, command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _in_workspace(cassette: str, environment: Mapping[str, str]) -> str:
    """Return the path in the repository: GitHub shows an annotation for no other."""
    workspace = environment.get("GITHUB_WORKSPACE")
    if not workspace:
        return ""
    path = os.path.relpath(os.path.abspath(cassette), workspace)
    outside = path.startswith(os.pardir) or os.path.isabs(path)
    return "" if outside else path.replace(os.sep, "/")


def _summary(misses: Mapping[Miss, int], cassette: str) -> str:
    """Return Markdown; what was asked stands in code, where it cannot be markup."""
    lines = [f"### mitmvcr: requests without a match in {_code(cassette)}", ""]
    lines += [f"- {_code(one_line(miss, times))}" for miss, times in misses.items()]
    return "\n".join(lines) + "\n"


def _code(text: str) -> str:
    return "`" + text.replace("`", "'") + "`"


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        say(f"GITHUB_STEP_SUMMARY={path} cannot be written: {error.strerror}")
