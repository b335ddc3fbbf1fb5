"""Print the table in docs/presets.md from the presets; with --check only compare."""

import sys

from printed import update

from mitmvcr.core.callers import HOME_CALLS, Preset


def preset_tables() -> str:
    """Each preset's table in Markdown: URL, whose request, and the file it is from."""
    return "".join(_table(preset) for preset in Preset)


def _table(preset: Preset) -> str:
    rows = [f"## {preset}", "", "| URLs that begin with | of | from |", "|---|---|---|"]
    for each in HOME_CALLS:
        if each.preset is preset:
            kept = " (a recording keeps it)" if each.is_recorded else ""
            whose = each.who.removeprefix("the package registry ")
            url = f"`{each.host}{each.path}`"
            rows.append(f"| {url} | {whose}{kept} | {each.source} |")
    return "\n".join(rows) + "\n\n"


if __name__ == "__main__":
    sys.exit(update("docs/presets.md", "presets", preset_tables(), "the presets"))
