"""What an installed mitmvcr gives to mitmproxy's ``-s``."""

from mitmvcr.mitm.adapter import addons

__all__ = ["addons"]
