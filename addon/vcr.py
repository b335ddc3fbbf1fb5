"""Entry for ``mitmdump -s addon/vcr.py``; everything is in the package beside it."""

import gc

# A collection meanwhile or right after would go through all that was imported, for
# longer than the import takes; and all of that is here to stay.
_collects = gc.isenabled()
gc.disable()
try:
    from mitmvcr.mitm.adapter import addons
finally:
    if _collects:
        gc.freeze()
        gc.enable()

__all__ = ["addons"]
