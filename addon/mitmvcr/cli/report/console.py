"""Messages. stdout belongs to the child, so all of ours go to stderr."""

import os
import sys
from typing import TextIO

import click


def say(text: str) -> None:
    """One line."""
    click.echo(f"mitmvcr: {text}", err=True)


def is_for_people() -> bool:
    """Does somebody look on, or wish it to look so? Then a report is short."""
    return sys.stderr.isatty() or _forced()


def is_coloured(stream: TextIO) -> bool:
    """As no-color.org and force-color.org say; the first wins."""
    if os.environ.get("NO_COLOR"):
        return False
    if _forced():
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _forced() -> bool:
    return os.environ.get("FORCE_COLOR", "") not in ("", "0", "false")
