"""``mitmvcr git``: cassettes in a repository differ and merge by interaction."""

import gzip
import os
import re
import shlex
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from mitmvcr.cassette_options import is_cassette
from mitmvcr.cli.commands.left import rules_of
from mitmvcr.cli.report.console import say
from mitmvcr.cli.report.lines import detail, line_of
from mitmvcr.cli.tools.files import Source, without_secrets
from mitmvcr.cli.tools.merge import cleaning
from mitmvcr.config import in_force
from mitmvcr.core.errors import CassetteError, CassetteWriteError, VcrError
from mitmvcr.core.matching import Matcher
from mitmvcr.core.wording import visible
from mitmvcr.format.source import is_packed, packed
from mitmvcr.format.speed import no_collection
from mitmvcr.options import options_of
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.show import WHOLE, described
from mitmvcr.store.files import put, replace_file, why
from mitmvcr.tools import Sheet, assembled
from mitmvcr.tools.attributes import below, installed, literal, pattern, uninstalled
from mitmvcr.tools.merging import merged

_HEAD = re.compile(rb"(?:---\r?\n)?(?:version: 2\r?\n)?interactions:")
#: A folder, up to the first whose name says what is in it.
_NAMED = re.compile(r"(?:[^/]+/)*?[^/]*cassettes(?=/|$)", re.IGNORECASE)
#: In bytes: how much of a file shows what it is.
_START = 1 << 12
_ATTRIBUTES = ".gitattributes"


def install(paths: Sequence[Path]) -> None:
    """Tell git of the merge driver, of what shows cassettes, and of where they are: in
    the folders named, else wherever there are some. Raise VcrError."""
    top = Path(_git("rev-parse", "--show-toplevel"))
    patterns = [*_named(paths, top)] if paths else [*_found(top)]
    own = _own_command()
    driver = f"{own} git merge-driver %O %A %B %L %P"
    _git("config", "merge.mitmvcr.name", "cassettes by interaction", at=top)
    _git("config", "merge.mitmvcr.driver", driver, at=top)
    _git("config", "diff.mitmvcr.textconv", f"{own} git textconv", at=top)
    file = top / _ATTRIBUTES
    text = installed(_read(file), patterns)
    put(file, text.encode("utf-8", "surrogateescape"))
    say(f"{file}: {', '.join(patterns)}: commit it, and run this in each clone")


def uninstall() -> None:
    """Take back what :func:`install` did. Raise VcrError."""
    top = Path(_git("rev-parse", "--show-toplevel"))
    for section in ("merge.mitmvcr", "diff.mitmvcr"):
        if _git("config", "--get-regexp", rf"^{section}\.", at=top, ok=(0, 1)):
            _git("config", "--remove-section", section, at=top)
    file, before = top / _ATTRIBUTES, _read(top / _ATTRIBUTES)
    after = uninstalled(before)
    if before and not after:
        file.unlink()
    elif after != before:
        put(file, after.encode("utf-8", "surrogateescape"))
    say(f"{top}: git treats cassettes as any text again")


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise VcrError(f"{file}: cannot be read: {why(error)}") from error


def _git(*words: str, at: Path | None = None, ok: Sequence[int] = (0,)) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=at, capture_output=True)
    except FileNotFoundError:
        raise VcrError("git: is not installed, or not on PATH") from None
    if done.returncode not in ok:
        problem = done.stderr.decode("utf-8", "replace").strip()
        raise VcrError(f"git {words[0]}: {problem}")
    return os.fsdecode(done.stdout).rstrip("\n")


def _own_command() -> str:
    """Return how a shell starts this program: by its name if that is on PATH."""
    found = shutil.which("mitmvcr")
    if found and os.path.realpath(found) == os.path.realpath(sys.argv[0]):
        return "mitmvcr"
    return f"{shlex.quote(Path(sys.executable).as_posix())} -m mitmvcr"


def _named(paths: Sequence[Path], top: Path) -> Iterator[str]:
    for path in paths:
        real = Path(os.path.realpath(path))
        try:
            inner = real.relative_to(os.path.realpath(top)).as_posix()
        except ValueError:
            raise VcrError(f"{path}: is outside {top}") from None
        if real.is_dir():
            yield from below("" if inner == "." else inner)
        else:
            yield f"/{literal(inner)}"


def _found(top: Path) -> Iterator[str]:
    """Yield patterns for the folders that hold cassettes, else for the usual one. One
    that is named for cassettes will get folders of its own."""
    words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = _git(*words, at=top).split("\0")
    own = [each for each in names if is_cassette(each) and _is_ours(top / each)]
    found = {each for name in own for each in _patterns_of(name)}
    yield from sorted(found) or below("cassettes")


def _patterns_of(name: str) -> Sequence[str]:
    folder, _, file = name.rpartition("/")
    if named := _NAMED.match(folder):
        return below(named[0])
    stem = file.lower().removesuffix(".gz").rpartition(".")[0]
    return [pattern(folder, f"*{file[len(stem) :]}")]


def _is_ours(file: Path) -> bool:
    try:
        with (gzip.open if is_packed(file.name) else open)(file, "rb") as opened:
            return _HEAD.match(opened.read(_START)) is not None
    except (OSError, EOFError, zlib.error):
        return False


def merge_driver(base: Path, ours: Path, theirs: Path, marker: str, path: str) -> int:
    """Merge three versions of a cassette into ``ours``, as git asks for it; as text
    where one of them is none. Return 0, or 1 for a conflict."""
    try:
        _merge(base, ours, theirs, path)
        return 0
    except CassetteWriteError as error:  # nor could git, which would empty it first
        say(visible(f"{path}: not merged, ours stays: {error.problem}"))
        return 1
    except CassetteError as error:
        say(visible(f"{path}: merged as text: {error.problem}"))
    words = ["git", "merge-file", f"--marker-size={marker}"]
    words += ["-L", "ours", "-L", "base", "-L", "theirs"]
    words += [str(each) for each in (ours, base, theirs)]
    done = subprocess.run(words)
    return 1 if done.returncode else 0


def _merge(base: Path, ours: Path, theirs: Path, path: str) -> None:
    settings = in_force({}).settings(options_of("diff"))
    with no_collection():
        sides = [
            _side(file, name)
            for file, name in ((base, "base"), (ours, "ours"), (theirs, "theirs"))
        ]
        found = merged(
            sides[1].entries,
            sides[2].entries,
            Matcher(settings.matching),
            sides[0].entries,
            cleaning(settings.redaction),
        )
        kept, _ = without_secrets(found.entries, settings.redaction)
        target = sides[1] if len(sides[1]) else sides[2]
        data = b"".join(packed(path, assembled(kept, target)))
    try:
        replace_file(ours, data)
    except OSError as error:
        problem = f"cannot be written: {why(error)}"
        raise CassetteWriteError(path, problem, remedy="merge it again") from error
    for note in found.notes:
        say(visible(f"{path}: {note}"))


def _side(file: Path, name: str) -> Sheet:
    """Read a version; git has an empty file for one that is not there."""
    if not file.stat().st_size:
        return Sheet([], name)
    sheet = Source(file).sheet
    sheet.name = name
    return sheet


def print_text(file: Path) -> None:
    """Print a cassette for ``git diff``: without ids and times, secrets hidden, bodies
    laid out. What is none is printed as it is."""
    try:
        sheet = Source(file).sheet
        redactor = Redactor(rules_of("scan", {}), os.environ)
        with no_collection():
            shown = [redactor.interaction(each.interaction) for each in sheet.entries]
    except CassetteError:
        sys.stdout.buffer.write(file.read_bytes())
        return
    for number, each in enumerate(shown):
        facts = described(number, each, WHOLE) | {"duration_ms": 0}
        click.echo(line_of(f"{facts['method']} {facts['url']}").text)
        for line in list(detail(facts))[2:]:
            click.echo(line.text)
        click.echo("")
