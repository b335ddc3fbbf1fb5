"""Names of sessions: each is a cassette inside one folder, and never one outside it.

Cassettes are kept with a project and checked out on any system, so a name that one of
them cannot hold is refused on all.
"""

import os
import re
from pathlib import Path
from unicodedata import normalize
from urllib.parse import unquote

from mitmvcr.core.errors import UnusableValueError
from mitmvcr.core.wording import quoted

SUFFIX = ".yaml"
#: A cassette that somebody has compressed stays the one of its name.
_PACKED = f"{SUFFIX}.gz"
#: In bytes. A file system has 255 for a part, and a recording's own files add some.
_LONGEST_PART, _LONGEST = 200, 1000
#: Controls, Windows' separator and streams of files, and what no file has there. A
#: percent sign is left where a name was encoded twice.
_UNFIT = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|%]')
#: Windows has these in every folder, with any extension.
_DEVICES = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])[ ]*(\..*)?", re.IGNORECASE
)
_EXAMPLE = "use a name as login/ok"


def session_name(text: str) -> str:
    """Return the name that a user, a header or a path means: percent-decoded, in NFC,
    without ``.yaml``, so that each cassette has one name.

    Raises UnusableValueError with the reason.
    """
    try:
        name = normalize("NFC", unquote(text, errors="strict"))
        size = len(name.encode())
    except UnicodeError:
        raise UnusableValueError(quoted(text), f"is not UTF-8; {_EXAMPLE}") from None
    while name.endswith(SUFFIX):
        name = name.removesuffix(SUFFIX)
    reason = _why_not(name, size)
    if reason:
        raise UnusableValueError(quoted(text), f"{reason}; {_EXAMPLE}")
    return name


def _why_not(name: str, size: int) -> str:
    if size > _LONGEST:
        return f"is longer than {_LONGEST} bytes"
    if found := _UNFIT.search(name):
        return f"holds {found[0]!r}, which not every system has in names of files"
    if name.startswith("/"):
        return "is an absolute path, and a name stays inside the folder"
    for part in name.split("/"):
        if reason := _why_no_part(part):
            return reason
    return ""


def _why_no_part(part: str) -> str:
    if not part:
        return "has an empty part"
    if part == "..":
        return "leaves the folder with '..'"
    if part.startswith("."):
        return f"has a part that begins with a dot, {quoted(part)}"
    if part != part.strip() or part.endswith("."):
        end = f"has a blank or a dot at the end of a part, {quoted(part)}"
        return f"{end}, which Windows drops"
    if _DEVICES.fullmatch(part):
        return f"has the part {quoted(part)}, which is a device on Windows"
    if len(part.encode()) > _LONGEST_PART:
        return f"has a part that is longer than {_LONGEST_PART} bytes"
    return ""


def name_of(root: Path, cassette: str) -> str:
    """Return the name that means this cassette; one outside the folder has its path."""
    path = os.path.relpath(os.path.realpath(cassette), os.path.realpath(root))
    return path.replace(os.sep, "/").removesuffix(_PACKED).removesuffix(SUFFIX)


def cassette_of(root: Path, name: str) -> Path:
    """Return the cassette of a name that :func:`session_name` gave, which may be there
    compressed.

    Raises UnusableValueError where a symbolic link leads out of the folder.
    """
    path, packed = root / f"{name}{SUFFIX}", root / f"{name}{_PACKED}"
    if not os.path.lexists(path) and os.path.lexists(packed):
        path = packed
    real, inside = os.path.realpath(path), os.path.realpath(root)
    if os.path.commonpath([real, inside]) != inside:
        problem = f"a symbolic link leads out of {root}, to {real}; {_EXAMPLE}"
        raise UnusableValueError(quoted(name), problem)
    return path
