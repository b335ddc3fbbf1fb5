"""What git is to know of cassettes, as lines of ``.gitattributes``."""

from collections.abc import Iterable
from itertools import takewhile

_START = (
    "# mitmvcr: cassettes differ and merge by interaction ('mitmvcr git uninstall')"
)
_END = "# mitmvcr: end"
#: What a pattern would take for something else.
_SPECIAL = "\\*?[]!#"


def installed(text: str, patterns: Iterable[str]) -> str:
    """Return the file with these patterns, in place of those that it had before."""
    bare = uninstalled(text)
    if bare and not bare.endswith("\n"):
        bare += "\n"
    lines = [f"{_quoted(each)} merge=mitmvcr diff=mitmvcr" for each in patterns]
    return bare + "\n".join([_START, *lines, _END, ""])


def uninstalled(text: str) -> str:
    """Return the file without what :func:`installed` wrote."""
    lines = text.splitlines(keepends=True)
    before = [*takewhile(lambda line: line.rstrip() != _START, lines)]
    rest = lines[len(before) :]
    block = [*takewhile(lambda line: line.rstrip() != _END, rest)]
    return "".join([*before, *rest[len(block) + 1 :]])


def pattern(folder: str, files: str) -> str:
    """Return the pattern of files in a folder, which is below the top, and empty for
    that."""
    return f"/{literal(folder)}/{files}" if folder else f"/{files}"


def below(folder: str) -> list[str]:
    """Return the patterns of all cassettes in a folder and those in it."""
    return [pattern(folder, f"**/*.y*ml{packed}") for packed in ("", ".gz")]


def literal(name: str) -> str:
    """Return the pattern of a name alone."""
    return "".join(f"\\{each}" if each in _SPECIAL else each for each in name)


def _quoted(pattern: str) -> str:
    if not set(' \t"') & set(pattern):
        return pattern
    return '"' + pattern.replace("\\", "\\\\").replace('"', '\\"') + '"'
