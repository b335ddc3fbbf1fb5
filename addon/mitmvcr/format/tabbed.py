"""Blocks whose text begins with a tab, as go-vcr 4.0.7 writes such bodies: libyaml
reads one only where its indentation stands in its head."""

import re

#: A key or a dash, and the start of a block that does not say its indentation.
_HEAD = re.compile(rb"( *)((?:- +)*)((?:[^\s#\-].*)?: +)?([|>])([+-]?[ ]*\r?\n)")
_TEXT = re.compile(rb"((?: *\r?\n)*)( +)\t")
_WIDEST = 9


def indented(data: bytes, head: int) -> bytes:
    """Return the text with the indentation of the block written in its head; itself
    where that cannot be known."""
    start = 0
    for _ in range(head):
        start = data.index(b"\n", start) + 1
    found = _HEAD.match(data, start)
    text = _TEXT.match(data, found.end()) if found else None
    if found is None or text is None:
        return data
    parent = len(found[1] + found[2])
    if not found[3]:  # within a list it counts from the dash
        parent = len((found[1] + found[2]).rstrip(b" ")) - 1
    width = len(text[2]) - parent
    longer = any(
        len(line.rstrip(b"\r")) > len(text[2]) for line in text[1].split(b"\n")
    )
    if longer or not 1 <= width <= _WIDEST:
        return data
    at = found.end(4)
    return data[:at] + b"%d" % width + data[at:]
