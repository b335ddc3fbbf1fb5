"""Which sessions are recorded anew where only some are; all others are replayed, so
that their cassettes stay as they are."""

import json
import os
from collections.abc import Sequence
from glob import escape
from pathlib import Path

from mitmvcr.core.errors import UnusableValueError
from mitmvcr.core.matching import is_named
from mitmvcr.core.modes import Mode
from mitmvcr.core.wording import quoted

#: No session has this name. It stands for a report in which all went well.
NOBODY = ":"
_REPORT = "name the JSON report of a run with a folder of cassettes"


def parse_rerecord(texts: Sequence[str]) -> tuple[str, ...]:
    """Parse names of sessions, which may be globs, and ``@FILE``, a JSON report, for
    those that failed in that run. Nothing at all means that this is not wanted."""
    names = [name for text in texts if text.strip() for name in _names(text.strip())]
    return tuple(dict.fromkeys(names))


def _names(text: str) -> list[str]:
    if not text.startswith("@"):
        return [text.removesuffix(".yaml")]
    try:
        report = json.loads(Path(os.path.expanduser(text[1:])).read_bytes())
        return [escape(str(each)) for each in report["failed_sessions"]] or [NOBODY]
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}; {_REPORT}"
    except (ValueError, TypeError, LookupError, RecursionError):
        problem = f"is not a report of several sessions; {_REPORT}"
    raise UnusableValueError(quoted(text), problem)


def mode_of(name: str, wished: Mode, rerecorded: Sequence[str]) -> Mode:
    """Return the mode of a session, if only some are recorded anew."""
    if not rerecorded:
        return wished
    if any(is_named(name, each) for each in rerecorded):
        return Mode.RECORD_ONLY
    return wished if wished is Mode.PASSTHROUGH else Mode.REPLAY_ONLY
