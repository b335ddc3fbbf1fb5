"""The documentation's site: ``scripts/docs`` builds it, with warnings as errors."""

from pathlib import Path

from sphinx.application import Sphinx

project = "mitmvcr"
copyright = "the mitmvcr authors"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3  # links to headings are checked as links to pages are
html_theme = "furo"
html_title = "mitmvcr"
exclude_patterns = ["_build"]

#: Pages that the site takes from the repository's top folder.
_FROM_TOP = {"readme": "README.md", "contributing": "CONTRIBUTING.md"}


def _take_from_top(app: Sphinx, page: str, source: list[str]) -> None:
    """Read these pages, and let links to them and from them lead within the site."""
    text = source[0]
    if page in _FROM_TOP:
        text = (Path(app.srcdir).parent / _FROM_TOP[page]).read_text("utf-8")
        text = text.replace("](docs/", "](")
    for name, file in _FROM_TOP.items():
        text = text.replace(f"](../{file})", f"]({name}.md)")
        text = text.replace(f"]({file})", f"]({name}.md)")
    source[0] = text


def setup(app: Sphinx) -> None:
    app.connect("source-read", _take_from_top)
