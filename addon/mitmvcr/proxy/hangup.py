"""A terminal that goes away ends the proxy, which saves first."""

import os
import select
import signal
from types import FrameType

_OUTPUTS = (1, 2)


def save_at_hangup() -> None:
    """Let a terminal that goes away end the process as SIGTERM does, which saves:
    mitmproxy does not listen for that. Where it is ignored (nohup) it stays so."""
    hangup = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup is not None and signal.getsignal(hangup) is signal.SIG_DFL:
        signal.signal(hangup, _end)


def _end(number: int, frame: FrameType | None) -> None:
    for output in _OUTPUTS:
        if _is_gone(output):
            _silence(output)
    signal.raise_signal(signal.SIGTERM)


def _is_gone(output: int) -> bool:
    """Return whether nobody can read what is written there."""
    poll = select.poll()
    poll.register(output, 0)
    return bool(poll.poll(0))  # a hangup, an error, or no open file


def _silence(output: int) -> None:
    """Write to nobody from now on: mitmproxy ends at once, with status 1, where it
    cannot write its log (termlog.py: emit)."""
    nobody = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nobody, output)
    os.close(nobody)
