"""What an installed mitmvcr gives to a shell and to a mitmproxy of somebody else."""

import sys
from importlib.util import find_spec

import click
from click.shell_completion import get_completion_class

#: Where a completion belongs, as each shell's manual has it.
PLACES = {
    "bash": "~/.bashrc",
    "zsh": "~/.zshrc, after compinit",
    "fish": "~/.config/fish/completions/mitmvcr.fish",
}


def print_addon_path() -> None:
    """Print the script that mitmproxy's ``-s`` takes."""
    found = find_spec("mitmvcr.standalone")
    assert found is not None
    click.echo(found.origin)


def print_completion(app: click.Command, shell: str) -> None:
    """Print the script that completes ``mitmvcr`` in a shell; at a terminal say on
    stderr where it belongs."""
    kind = get_completion_class(shell)
    assert kind is not None
    if sys.stdout.isatty():
        click.echo(f"# this belongs in {PLACES[shell]}", err=True)
    click.echo(kind(app, {}, "mitmvcr", "_MITMVCR_COMPLETE").source())
