"""Fields of an urlencoded form."""

import re
from urllib.parse import parse_qsl

from mitmvcr.core.media import FORM

#: Who sends a form encodes them. To curl every body is one that it is told nothing of,
#: and to take 100 MiB of a file apart takes half a minute.
_DATA = re.compile(rb"[\x00-\x08\x0e-\x1f]")
#: A line within a form is encoded, too; a short one that somebody typed may not be.
_TYPED = 1 << 20
_LINE = re.compile(rb"[\r\n][^\r\n]")


def is_form(body: bytes, kind: str) -> bool:
    """Return whether a body of this kind of media is a form, and no file that is called
    one."""
    if kind != FORM or (len(body) > _TYPED and _LINE.search(body)):
        return False
    return not _DATA.search(body)


def form_fields(body: bytes) -> list[tuple[str, str]]:
    """Return the fields of an urlencoded form, blank ones too, in the order sent."""
    text = body.decode("utf-8", "surrogateescape")
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
