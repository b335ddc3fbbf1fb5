"""Rules that were found, on their way into ``mitmvcr.toml``."""

import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from mitmvcr.cli.report.console import say
from mitmvcr.config import ConfigError
from mitmvcr.config_writing import Added, file_for, with_values
from mitmvcr.core.wording import number_of
from mitmvcr.store.files import remedy_for, replace_file, why

Additions = Mapping[str, Sequence[Added]]


def show_rules(additions: Additions) -> None:
    """Print rules on stdout, as they can stand in the file."""
    click.echo(with_values("", additions), nl=False)


def write_rules(additions: Additions) -> None:
    """Write rules into the file that holds for this folder. Raise ConfigError."""
    path = file_for(Path.cwd())
    count = sum(map(len, additions.values()))
    try:
        old = path.read_text("utf-8") if path.exists() else ""
        replace_file(path, with_values(old, additions).encode())
    except OSError as error:
        problem = f"{path}: cannot be written: {why(error)}"
        raise ConfigError(problem, remedy=remedy_for(error.errno)) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    say(f"{path}: {number_of(count, 'rule')} written")


def may_write(*, yes: bool) -> bool:
    """Return whether rules are to be written; ask who is there to be asked."""
    if yes:
        return True
    if sys.stdin.isatty():
        return click.confirm(f"Write this into {file_for(Path.cwd())}?", err=True)
    say("nothing is written without --yes")
    return False
