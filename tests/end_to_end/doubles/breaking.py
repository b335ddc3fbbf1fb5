"""A script for mitmdump: the hook that the file BREAKING names raises the error that it
names, from whichever part of mitmproxy the hook is asked."""

import os
from collections.abc import Callable
from typing import Any

from mitmproxy import exceptions, hooks

ERRORS = {
    "AddonHalt": exceptions.AddonHalt,
    "OptionsError": exceptions.OptionsError,
    "RuntimeError": RuntimeError,
}
#: These are asked before a test begins, and when it ends.
_OWN = {"load", "configure", "running", "done"}


def _hook(name: str) -> Callable[..., None]:
    def asked(*_: Any) -> None:
        with open(os.environ["BREAKING"]) as file:
            chosen, error = file.read().split()
        if chosen == name:
            raise ERRORS[error]("on purpose")

    return asked


for _name in set(hooks.all_hooks) - _OWN:
    globals()[_name] = _hook(_name)
