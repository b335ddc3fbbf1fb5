"""``python -m mitmvcr``, and the console script."""

import os
import signal
import warnings


def entry() -> None:
    """Run the command line. Ctrl-C while it is imported ends it without a traceback:
    there is nothing yet that would have to be put in order. PYTHONWARNINGS=error is for
    the command's Python, and not for the libraries of this one."""
    warnings.simplefilter("ignore")
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(128 + signal.SIGINT))
    from mitmvcr.cli import entry as run

    run()


if __name__ == "__main__":
    entry()
