"""Messages. stdout belongs to the child, so they all go to stderr."""

import os
import sys
from typing import TextIO

import click


def say(text: str) -> None:
    """Print one line on stderr."""
    click.echo(f"mitmvcr: {text}", err=True)


def is_for_people() -> bool:
    """Return whether a person reads stderr, or colours are forced; a report is short
    then."""
    return sys.stderr.isatty() or _forced()


def is_coloured(stream: TextIO) -> bool:
    """Return whether to colour, as no-color.org and force-color.org say; the first
    wins."""
    if os.environ.get("NO_COLOR"):
        return False
    if _forced():
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _forced() -> bool:
    return os.environ.get("FORCE_COLOR", "") not in ("", "0", "false")
