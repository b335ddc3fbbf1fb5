"""``mitmvcr start`` and ``stop``: a proxy that goes on, for programs that nothing can
wrap."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import click

from mitmvcr.cli.commands.started import Place, State, write_private
from mitmvcr.cli.report.console import say
from mitmvcr.core.errors import VcrError
from mitmvcr.core.wording import as_word
from mitmvcr.options import CASSETTE
from mitmvcr.store.files import OWN_FOLDER, why
from mitmvcr.values import Layer

#: Where this package lies, for an interpreter that does not find it by itself.
_HOME = str(Path(__file__).parents[3])
_PAUSE = 0.05


def start(typed: Layer) -> int:
    """Start a proxy and leave it running; return the exit code. ``typed`` is what the
    command line says. Raise VcrError."""
    if sys.platform == "win32":
        raise VcrError(
            "'start' needs signals, which Windows does not have: use 'serve'"
        )
    from mitmvcr.cli.commands.background import chosen

    chosen(typed)  # what is wrong with them is said here, and at once
    place = Place.of(os.environ)
    try:
        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        problem = f"{place.folder}: cannot be made: {why(error)}"
        raise VcrError(problem, remedy=OWN_FOLDER) from error
    before = place.read()
    if place.runs():
        what = f": {before.what} (process {before.pid})" if before else ""
        raise VcrError(f"a proxy runs already{what}; 'mitmvcr stop' ends it")
    if before is not None:
        _tell_before(place, before)
    for file in (place.log, place.output):
        write_private(file)
    process = _started(place, typed)
    code = _ready(process)
    _show(place.log)
    if code is not None:
        place.clear()
        return code
    say(f"started: {_known(place).what}; 'mitmvcr stop' ends it and saves")
    say("'mitmvcr exec -- CMD' and eval \"$(mitmvcr env)\" send programs to it")
    return 0


def stop() -> int:
    """End the proxy, print its report, and return its exit code. Raise VcrError where
    there is none."""
    place = Place.of(os.environ)
    state = _known(place)
    if place.runs():
        with suppress(ProcessLookupError):  # it is just ending
            os.kill(state.pid, signal.SIGTERM)
        while place.runs():
            time.sleep(_PAUSE)
        state = _known(place)
    _show(place.log, state.told)
    with suppress(FileNotFoundError):
        sys.stdout.buffer.write(place.output.read_bytes())
        sys.stdout.flush()
    place.clear()
    if state.status is None:
        raise VcrError(_gone(state))
    return state.status


def _known(place: Place) -> State:
    state = place.read()
    if state is None:
        raise VcrError(
            f"no proxy was started ({place.state} is not there): 'mitmvcr start"
            f" {CASSETTE.word} FILE' starts one"
        )
    return state


def _gone(state: State) -> str:
    """Say what became of one that has ended, and has not saved."""
    text = f"the proxy that was started (process {state.pid}) is gone"
    if state.cassette and Path(f"{state.cassette}.part").exists():
        text += (
            f", and had not saved: 'mitmvcr cassette recover {as_word(state.cassette)}'"
            " puts what it recorded in place"
        )
    return text


def _tell_before(place: Place, before: State) -> None:
    """Say what became of one that nobody stopped."""
    if before.status is None:
        say(_gone(before))
    else:
        say(f"the proxy before ended by itself ({before.what}); it said:")
        _show(place.log, before.told)


def _started(place: Place, typed: Layer) -> subprocess.Popen[bytes]:
    """Start it in a session of its own: no terminal and no shell ends it."""
    code = f"import sys; sys.path.append({_HOME!r}); from mitmvcr.cli import main"
    code += "; sys.exit(main(['background']))"
    with place.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-Wignore", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    assert process.stdin is not None
    with process.stdin:
        words = {name: given.text for name, given in typed.items()}
        process.stdin.write(json.dumps(words).encode())
    return process


def _ready(process: subprocess.Popen[bytes]) -> int | None:
    """Wait until it listens; return its exit code where it does not."""
    assert process.stdout is not None
    with process.stdout:
        if process.stdout.read(1):
            return None
    return process.wait()


def _show(log: Path, begin: int = 0) -> None:
    """Print what it said on stderr, from a place on."""
    with suppress(FileNotFoundError):
        text = log.read_bytes()[begin:].decode("utf-8", "replace")
        click.echo(text, err=True, nl=False)
