"""Bodies that release candidates of yaml v4 wrote as text (go-vcr issue 140).

They wrote each byte of a binary body as the character of that number (``\\xNN``).
Where that is certain, the bytes are given back.
"""


def repaired(body: bytes, content_length: int) -> bytes | None:
    """Return the bytes that were recorded, or None where ``body`` is sound or in doubt.

    Certain means: every character is below 256, and as bytes they are exactly as
    many as the recorded length, which the text itself exceeds.
    """
    if not 0 < content_length < len(body) or body.isascii():
        return None
    try:
        recorded = body.decode().encode("latin-1")
    except UnicodeError:
        return None
    return recorded if len(recorded) == content_length else None
