"""The documentation's site: ``scripts/docs`` builds it, with warnings as errors."""

project = "mitmvcr"
copyright = "the mitmvcr authors"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3  # links to headings are checked as links to pages are
html_theme = "furo"
html_title = "mitmvcr"
exclude_patterns = ["_build"]
