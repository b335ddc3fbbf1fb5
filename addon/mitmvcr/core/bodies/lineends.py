"""Line ends of texts, which do not count."""


def folded(text: bytes) -> bytes:
    """Write every line end of a text as a line feed."""
    if b"\r" not in text:
        return text
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def fold_escapes(body: bytes) -> bytes:
    """Fold line ends, also those that JSON escapes, as charm's recorder does."""
    return body.replace(b"\r\n", b"\n").replace(rb"\r\n", rb"\n")
