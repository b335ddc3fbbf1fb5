"""Texts of two or four bytes a letter, by their mark, their type or how they begin."""

import re

WIDE = re.compile(
    rb"\xff\xfe|\xfe\xff|\0\0\xfe\xff|[^\0]\0[^\0]\0|\0[^\0]\0[^\0]"
    rb"|[^\0]\0\0\0[^\0]\0\0\0|\0\0\0[^\0]\0\0\0[^\0]"
)
#: The longer first: one begins as another does.
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_CHARSET = re.compile(r"charset=\"?(utf-?(?:16|32)(?:-?[lb]e)?)")
_ZERO = b"\0"


def charset_of(body: bytes, kind: str) -> tuple[bytes, str] | None:
    """Return the mark that a wide text begins with, and the codec of what follows it;
    None for a text of single bytes."""
    for mark, order in _MARKS:
        if body.startswith(mark):
            return mark, order
    found = _CHARSET.search(kind)
    if found is None and WIDE.match(body) is None:
        return None
    is_of_four = _ZERO * 3 in (body[:3], body[1:4]) or (found and "32" in found[1])
    width = "32" if is_of_four else "16"
    if found and found[1].endswith(("le", "be")):
        return b"", f"utf-{width}-{found[1][-2:]}"
    return b"", f"utf-{width}-{'le' if body[:1] != _ZERO else 'be'}"
