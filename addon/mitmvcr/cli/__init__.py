"""The command line: parsing, telling, and exit codes. Nothing here records."""

import atexit
import errno
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from mitmvcr.cli.app import app
from mitmvcr.cli.options import ReaderLeftError
from mitmvcr.cli.report.console import say
from mitmvcr.cli.report.status import OWN_FAILURE, USAGE, Interrupted, interrupted_by
from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.options import BY_NAME

#: As a shell has it where a program ends by SIGPIPE, as git and most others do: a
#: scan that found secrets, and could not say so, has not passed.
_LEFT = interrupted_by(13)
#: What a file's system says that can take no more.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
#: What a system says that is short of something, or forbids it: no fault of ours.
_SHORT = (
    *(*_FULL, errno.EROFS, errno.EACCES, errno.EPERM),
    *(errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN),
)


def entry() -> None:
    """Run the console script. Ctrl-C raises from here on, whatever it did meanwhile,
    unless it is ignored."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    _open_closed()
    leave(main())


def _open_closed() -> None:
    """Give a process that was started without stdin, stdout or stderr (``>&-``) one
    that leads nowhere, before a cassette gets its number. Python has None for it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
            os.set_inheritable(nowhere, True)  # the command has it, too
            setattr(sys, name, os.fdopen(nowhere, mode, encoding="utf-8"))


def leave(code: int) -> NoReturn:
    """End the process once all is written: to take mitmproxy's modules apart takes an
    eighth of a short run."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        _give_stdout_up()
        code = code or _LEFT
    except (OSError, ValueError):  # Python says so in its own way
        sys.exit(code)
    if threading.active_count() > 1:  # they are waited for
        sys.exit(code)
    atexit._run_exitfuncs()
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every failure is one line on stderr."""
    try:
        result = app.main(args=argv, prog_name="mitmvcr", standalone_mode=False)
    except click.ClickException as error:
        return _usage(error)
    except VcrError as error:
        say(f"error: {_as_typed(error)}")
        return OWN_FAILURE
    except Interrupted as error:
        return interrupted_by(error.signal)
    except ReaderLeftError:
        _give_stdout_up()
        return _LEFT
    except (KeyboardInterrupt, click.Abort) as error:
        if isinstance(error.__cause__, EOFError):  # click takes it for Ctrl-D
            return _unexpected(error.__cause__)
        return interrupted_by(2)
    except Exception as error:  # noqa: BLE001 - reported below, as one line
        return _unexpected(error)
    return result if isinstance(result, int) else 0


def _usage(error: click.ClickException) -> int:
    """Say what is wrong with a command line and return the exit code: 125 for ``run``,
    so that nobody takes it for the command's own."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "mitmvcr"
    # click has the choices of an argument that is missing on lines of their own.
    text = " ".join(error.format_message().split())
    say(f"error: {text} ('{path} --help' shows the usage)")
    return OWN_FAILURE if context and context.info_name == "run" else USAGE


def _as_typed(error: VcrError) -> str:
    """Return an error's text with options spelled as on the command line."""
    if isinstance(error, OptionError) and error.option.startswith("vcr_"):
        option = BY_NAME[error.option.removeprefix("vcr_")].word
        return str(OptionError(option, error.value, error.remedy))
    return str(error)


def _give_stdout_up() -> None:
    """Let nothing more be written to stdout, also at the end of the process."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unexpected(error: Exception) -> int:
    if os.environ.get("MITMVCR_DEBUG"):
        raise error
    if isinstance(error, OSError) and error.errno in _SHORT:
        return _too_little(error)
    if isinstance(error, EOFError) and "marshal" in str(error):
        # As Python 3.13.0 and older ones leave it where a disk is full.
        say(
            "error: a module that Python compiled is cut off: delete the folders"
            f" __pycache__ in {Path(__file__).parents[1]}"
        )
        return OWN_FAILURE
    say(
        f"error: {type(error).__name__}: {error} (a fault of mitmvcr;"
        " MITMVCR_DEBUG=1 shows where)"
    )
    return OWN_FAILURE


def _too_little(error: OSError) -> int:
    """Say what the system is short of, and return the exit code. All other files than
    stdout are named where they are written."""
    reason = str(error.strerror).lower()
    if error.errno in _FULL and not error.filename:
        say(f"error: stdout: cannot be written: {reason}")
        _give_stdout_up()
    else:
        say(f"error: {error.filename or 'the system'}: {reason}")
    return OWN_FAILURE
