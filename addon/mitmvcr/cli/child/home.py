"""Where mitmvcr keeps the proxy's certificate authority."""

from collections.abc import Mapping
from pathlib import Path


def home(inherited: Mapping[str, str]) -> Path:
    """Return ``MITMVCR_HOME``, else ``~/.mitmvcr``."""
    return Path(inherited.get("MITMVCR_HOME") or "~/.mitmvcr").expanduser().absolute()
