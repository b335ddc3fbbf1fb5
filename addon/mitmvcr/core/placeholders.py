"""Placeholders of secrets in a cassette, as they are compared."""

import re

#: The kind in a placeholder depends on where the secret was seen first, so that all
#: placeholders count as equal.
_PLACEHOLDER = re.compile(r"\[REDACTED:[\w.-]{1,60}\]")
_PLACEHOLDER_BYTES = re.compile(_PLACEHOLDER.pattern.encode())
_WHOLE = re.compile(r"<[A-Z][A-Z0-9_]*>")


def is_placeholder(text: str) -> bool:
    """Return whether a value is hidden, wholly or partly."""
    return "[REDACTED" in text or _WHOLE.fullmatch(text) is not None


def any_placeholder(body: bytes) -> bytes:
    """Return a body with the same placeholder for all secrets."""
    if b"[REDACTED:" not in body:
        return body
    return _PLACEHOLDER_BYTES.sub(b"[REDACTED]", body)


def any_placeholder_text(text: str) -> str:
    if "[REDACTED:" not in text:
        return text
    return _PLACEHOLDER.sub("[REDACTED]", text)
