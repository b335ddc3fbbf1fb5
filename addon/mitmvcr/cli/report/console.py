"""Messages. stdout belongs to the child, so they all go to stderr."""

import os
import sys
from collections.abc import Mapping
from typing import TextIO

import click


def say(text: str) -> None:
    """Print one line on stderr."""
    click.echo(f"mitmvcr: {text}", err=True)


def is_for_people(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether a person reads stderr, or colours are forced; a report is short
    then."""
    return sys.stderr.isatty() or _forced(environment)


def is_coloured(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether to colour, as no-color.org and force-color.org say; the first
    wins."""
    if environment.get("NO_COLOR"):
        return False
    if _forced(environment):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def _forced(environment: Mapping[str, str]) -> bool:
    return environment.get("FORCE_COLOR", "") not in ("", "0", "false")
