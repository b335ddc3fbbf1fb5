"""``python -m mitmvcr``."""

from mitmvcr.cli import entry

entry()
