"""A proxy that another program has started for itself, as a test framework does: it
says where it is, and ends with that program, however that ends."""

import json
import os
import threading
from collections.abc import Callable

from mitmvcr.proxy.controlling import Control
from mitmvcr.proxy.host import masters

_STDIN, _STDOUT, _STDERR = 0, 1, 2


class Attached:
    """Prints one line of JSON on stdout once clients and the control API are served,
    and ends mitmproxy when stdin does. Nothing else goes to stdout from construction
    on: the log goes to stderr, since nobody may read on.

    Call it before mitmproxy takes stdout.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self._out = os.dup(_STDOUT)
        os.dup2(_STDERR, _STDOUT)
        if hasattr(os, "setpgrp"):
            os.setpgrp()  # Ctrl-C is for the program, which ends its sessions first

    def running(self) -> None:
        ends = masters.ending()
        threading.Thread(target=_wait_for_end, args=[ends], daemon=True).start()
        self._say({"control_url": self._control.url})

    def _say(self, facts: dict[str, str | None]) -> None:
        try:
            os.write(self._out, json.dumps(facts).encode() + b"\n")
        except BrokenPipeError:
            pass  # the program has left already, and stdin has ended too
        finally:
            os.close(self._out)


def _wait_for_end(ends: Callable[[], None]) -> None:
    try:
        while os.read(_STDIN, 4096):
            pass
    finally:  # a stdin that is closed or cannot be read has ended too
        ends()
