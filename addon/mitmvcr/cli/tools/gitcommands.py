"""The commands of ``mitmvcr git``."""

from pathlib import Path

import click

from mitmvcr.cli.options import CommandGroup, show_help_alone


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.pass_context
def git(context: click.Context) -> None:
    """Let git compare and merge cassettes by interaction."""
    show_help_alone(context)


@git.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def install(paths: tuple[Path, ...]) -> None:
    """Set up this repository: a merge driver, and a text to compare.

    PATHS are the folders of cassettes. Default: all that hold some. The lines
    are written to .gitattributes, to be committed; the rest is for this clone.
    """
    from mitmvcr.cli.tools.git import install as install_driver

    install_driver(paths)


@git.command()
def uninstall() -> None:
    """Take back what 'install' did."""
    from mitmvcr.cli.tools.git import uninstall as uninstall_driver

    uninstall_driver()


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@git.command("merge-driver", hidden=True)
@click.argument("base", type=_FILE)
@click.argument("ours", type=_FILE)
@click.argument("theirs", type=_FILE)
@click.argument("marker")
@click.argument("path")
def merge_driver(base: Path, ours: Path, theirs: Path, marker: str, path: str) -> int:
    """Merge three versions of a cassette, as git asks for it."""
    from mitmvcr.cli.tools.git import merge_driver as merge

    return merge(base, ours, theirs, marker, path)


@git.command(hidden=True)
@click.argument("file", type=_FILE)
def textconv(file: Path) -> None:
    """Print a cassette as git compares it."""
    from mitmvcr.cli.tools.git import print_text

    print_text(file)
