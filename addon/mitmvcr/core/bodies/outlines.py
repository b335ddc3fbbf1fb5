"""JSON bodies that differ in nothing but the values of members that do not count.

A client that makes an id for each request sends the same text around it. Such a text
was taken apart once, and its spelling is remembered by what stands around the ids.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import blake2b

#: A value that can stand in the place of any other without a change to the rest: no
#: text that may be no UTF-8, and no number that may be too large for a float.
_VALUE = re.compile(
    rb"[ \t\r\n]*:[ \t\r\n]*(?:\"(?:[ !#-\[\]-~]|\\[\"\\/bfnrt]|\\u[0-9a-fA-F]{4})*+\""
    rb"|-?(?:0|[1-9][0-9]{0,15}+)(?![0-9.eE])|true|false|null)"
)
#: In bytes: a shorter text is soon taken apart.
_SHORT = 1 << 10
_MOST = 256
#: Stands in the place of a value. No JSON has it.
_MARK = b"\0"
#: Any other may stand where one text ends and the next begins.
_NAME = re.compile("[A-Za-z_][A-Za-z_0-9]*")


class Outlines:
    """Remembers by their outlines the keys of JSON of which all members with some
    names do not count."""

    def __init__(self, names: Iterable[str]) -> None:
        """Take the names; see :meth:`suit`."""
        self._marks = [b'"%b"' % name.encode() for name in names]
        self._known: OrderedDict[bytes, bytes] = OrderedDict()

    @staticmethod
    def suit(names: Iterable[str | None]) -> bool:
        """Return whether outlines can be made without the members of these names."""
        return all(name is not None and _NAME.fullmatch(name) for name in names)

    def key(self, body: bytes, media: str, make: Callable[[], bytes]) -> bytes:
        """Return the key of a body, which is made where it is not known. ``make``
        raises ValueError where it is no JSON."""
        outline = self._outline(body, media)
        if outline is None:
            return make()
        key = self._known.get(outline)
        if key is None:
            key = self._known[outline] = make()
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return key

    def _outline(self, body: bytes, media: str) -> bytes | None:
        """Return a digest of what stands around the values; None where it is not
        certain where they stand."""
        if len(body) < _SHORT or body[:1] not in (b"{", b"[") or _MARK in body:
            return None
        if "charset" in media and "utf-8" not in media.lower():
            return None
        whole = blake2b(media.encode("utf-8", "surrogateescape"), digest_size=32)
        for mark in self._marks:
            pieces = body.split(mark)
            # Behind a backslash it would be the end of a longer text.
            if any(piece.endswith(b"\\") for piece in pieces[:-1]):
                return None
            for at in range(1, len(pieces)):
                found = _VALUE.match(pieces[at])
                if found is not None:
                    pieces[at] = _MARK + pieces[at][found.end() :]
            body = mark.join(pieces)
        whole.update(body)
        return whole.digest()
