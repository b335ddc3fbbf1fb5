"""Print the tables in docs/convert.md from the table of formats; with --check only
compare."""

import sys

from printed import update

from mitmvcr.convert import ASPECTS, FORMATS, MITMPROXY, Format
from mitmvcr.convert.aspects import FAILURE


def formats() -> str:
    rows = ["| `--from`, `--to` | is | read | written |", "|---|---|---|---|"]
    for each in FORMATS:
        read = "yes" if each.is_read else ""
        written = "yes" if each.write else ""
        rows.append(f"| `{each.name}` | {each.title} | {read} | {written} |")
    return "\n".join(rows)


def kept() -> str:
    shown = [each for each in FORMATS if each.is_read or each.write]
    shown = [each for each in shown if each.name not in ("go-vcr-v3", "httpie")]
    head = "| " + " | ".join(["", *(f"`{each.name}`" for each in shown)]) + " |"
    rows = [head, "|---" * (len(shown) + 1) + "|"]
    for aspect in ASPECTS:
        cells = [_cell(each, aspect.name) for each in shown]
        name = f"`{aspect.name.replace(', ', '`, ')}" + (
            "" if "," in aspect.name else "`"
        )
        rows.append(f"| {name}: {aspect.words} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _cell(form: Format, aspect: str) -> str:
    if aspect in form.holds:
        return "yes"
    if aspect in form.only_read:
        return "read"
    return ", ".join(sorted(form.failures)) if aspect == FAILURE else ""


if __name__ == "__main__":
    assert MITMPROXY in {each.name for each in FORMATS}
    text = f"{formats()}\n\n{kept()}\n"
    sys.exit(update("docs/convert.md", "formats", text, "the table of formats"))
