"""A report in one file: the page's own components with the data inside.

It opens from disk and makes no request: its policy allows only its own script and
style, by their hashes, and traffic is embedded as data.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Facts = Mapping[str, Any]

FOLDER = Path(__file__).parent.parent / "page"
_EXPORTS = re.compile(r"export\{([^}]*)\};?\s*$")
_IMPORT = re.compile(r"^import \{([^}]*)\} from \"\./([\w.-]+)\";\n", re.M)


def report(
    title: str,
    facts: Sequence[str],
    rows: Sequence[Facts],
    whole: Sequence[Facts],
    sides: Sequence[str] = (),
) -> str:
    """Return the report: ``facts`` are shown at its top, ``rows`` in its table, each
    with the ``key`` that selects it, and ``whole`` are the interactions that they name,
    as returned by :func:`mitmvcr.show.described`. ``sides`` are the names of two
    cassettes that are compared."""
    data = {"title": title, "facts": facts, "rows": rows, "interactions": whole}
    data |= {"sides": sides} if sides else {}
    script, style = _script(), (FOLDER / "page.css").read_text("utf-8")
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}';"
        f" style-src '{_digest(style)}'; img-src data:; base-uri 'none';"
        " form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{html.escape(title)}</title>\n<link rel="icon" href="data:,">\n'
        f"<style>{style}</style>\n</head>\n"
        f'<body><div id="app"></div>\n'
        f'<script type="application/json" id="data">{_embedded(data)}</script>\n'
        f'<script type="module">{script}</script>\n</body>\n</html>\n'
    )


def _embedded(data: object) -> str:
    """Return JSON that cannot close the element that it is embedded in."""
    return json.dumps(data, ensure_ascii=True).replace("<", "\\u003c")


def _digest(text: str) -> str:
    found = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(found).decode()}"


def _script() -> str:
    """Return the page's modules as one: each in a function that returns what it
    exports."""
    return "".join(
        (_module("lit-html.js"), _module("view.js"), _inlined(_read("page.js")))
    ).replace("</", "<\\/")


def _read(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def _name(file: str) -> str:
    return "$" + re.sub(r"\W", "_", file.removesuffix(".js"))


def _module(file: str) -> str:
    text = _inlined(_read(file))
    if found := _EXPORTS.search(text):  # lit's own file is minified
        pairs = (each.split(" as ") for each in found[1].split(","))
        exported = ", ".join(f"{new}: {old}" for old, new in pairs)
        text = text[: found.start()]
    else:
        names = re.findall(r"^export (?:const|function) (\w+)", text, re.M)
        exported = ", ".join(names)
        text = re.sub(r"^export ", "", text, flags=re.M)
    return f"const {_name(file)} = (() => {{\n{text}\nreturn {{{exported}}};\n}})();\n"


def _inlined(text: str) -> str:
    return _IMPORT.sub(
        lambda found: f"const {{{found[1]}}} = {_name(found[2])};\n", text
    )
