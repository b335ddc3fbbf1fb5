"""What stands for a secret in a cassette, as it is compared."""

import re

#: Which kind a secret was depends on where it was met first: any stands for any.
_PLACEHOLDER = re.compile(r"\[REDACTED:[\w.-]{1,60}\]")
_PLACEHOLDER_BYTES = re.compile(_PLACEHOLDER.pattern.encode())


_WHOLE = re.compile(r"<[A-Z][A-Z0-9_]*>")


def is_placeholder(text: str) -> bool:
    """Return whether a value is hidden, in whole or in part."""
    return "[REDACTED" in text or _WHOLE.fullmatch(text) is not None


def any_placeholder(body: bytes) -> bytes:
    """Return a body with one placeholder for all: see ``_PLACEHOLDER``."""
    if b"[REDACTED:" not in body:
        return body
    return _PLACEHOLDER_BYTES.sub(b"[REDACTED]", body)


def any_placeholder_text(text: str) -> str:
    if "[REDACTED:" not in text:
        return text
    return _PLACEHOLDER.sub("[REDACTED]", text)
