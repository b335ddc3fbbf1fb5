"""A script for mitmdump: the addon's inner part named by RAISING (``module:Class.name``
or ``module:name``) raises, as if it had a bug."""

import importlib
import os

_module, _, _path = os.environ["RAISING"].partition(":")
_owner, _, _name = _path.rpartition(".")


def _raise(*args: object, **kwargs: object) -> None:
    raise RuntimeError("planted")


_target = importlib.import_module(_module)
if _owner:
    _target = getattr(_target, _owner)
assert hasattr(_target, _name), f"{_target} has no {_name}"
setattr(_target, _name, _raise)
