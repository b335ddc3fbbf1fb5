"""Exit codes, as ``env``, ``timeout`` and shells give them."""

import signal

from mitmvcr.core.errors import OWN_FAILURE as OWN_FAILURE

USAGE = 2
#: The command passed, but a request of it had no match; or nothing asked for an
#: interaction of the cassette, and that is to fail; or a strict replay was asked for
#: nothing, or went past the proxy.
DISAGREED = 100
CANNOT_EXECUTE = 126
NOT_FOUND = 127
_SIGNAL = 128


class Interrupted(BaseException):
    """A signal came that ends the process, where there is no child to pass it on to."""

    def __init__(self, number: int) -> None:
        self.signal = number
        super().__init__(signal.Signals(number).name)


class SignalledError(KeyboardInterrupt):
    """The same, raised by a signal's handler, wherever that runs: an event loop ends
    with this kind, and keeps others to the task that they came into."""

    def __init__(self, number: int) -> None:
        self.signal = number
        super().__init__(signal.Signals(number).name)


def interrupted_by(number: int) -> int:
    return _SIGNAL + number


def of_child(returncode: int) -> int:
    """Return the exit code of a child; ``returncode`` is as subprocess has it: below 0
    where a signal ended the child."""
    return interrupted_by(-returncode) if returncode < 0 else returncode


def of_run(
    child: int, *, missed: int, failed: bool, unused: int = 0, faults: int = 0
) -> int:
    """Return the exit code of a run: the child's own failure goes first, ours counts
    only where it passed."""
    if child != 0:
        return child
    if failed:
        return OWN_FAILURE
    return DISAGREED if missed or unused or faults else 0
