"""Print the tables in docs/options.md from the table of options; with --check only
compare."""

import sys

from printed import update

from mitmvcr.options import OPTIONS, Group, Kind, Option, Scope

COLUMNS = ("name", "on the command line", "default", "", "taken by")


def tables() -> str:
    """A table in Markdown for each group."""
    return "".join(map(_section, Group))


def _section(group: Group) -> str:
    rows = [_cells(option) for option in OPTIONS if option.group is group]
    table = [COLUMNS, ["---"] * len(COLUMNS), *rows]
    lines = ["| " + " | ".join(cells) + " |" for cells in table]
    return "\n".join(["", f"## {group}", "", *lines, "", ""])


def _cells(option: Option) -> list[str]:
    return [
        f"`{option.name}`",
        "<br>".join(f"`{word}`" for word in _words(option)).replace("|", "\\|"),
        f"`{option.default}`" if option.default else "",
        _plain(option.help),
        _where(option),
    ]


def _plain(text: str) -> str:
    """What Markdown would take for its own stands for itself."""
    for mark in "*<|":
        text = text.replace(mark, f"\\{mark}")
    return text


def _words(option: Option) -> list[str]:
    if option.flags:
        return [flag.word for flag in option.flags]
    if option.kind is Kind.SWITCH:
        return [option.word, f"--no-{option.word.removeprefix('--')}"]
    words = [option.short, option.word] if option.short else [option.word]
    return [", ".join(words) + f" {option.metavar}"]


def _where(option: Option) -> str:
    mitmproxy = ["mitmproxy"] if option.scope is Scope.SESSION else []
    return ", ".join([*option.commands, *mitmproxy])


if __name__ == "__main__":
    sys.exit(update("docs/options.md", "options", tables(), "the table"))
