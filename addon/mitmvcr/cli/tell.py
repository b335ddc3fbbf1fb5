"""Messages. stdout belongs to the child, so all of ours go to stderr."""

import click


def say(text: str) -> None:
    """One line."""
    click.echo(f"mitmvcr: {text}", err=True)
