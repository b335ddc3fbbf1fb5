"""Entry for ``mitmdump -s addon/vcr.py``; everything is in the package beside it."""

from mitmvcr.proxy.script import addons

__all__ = ["addons"]
