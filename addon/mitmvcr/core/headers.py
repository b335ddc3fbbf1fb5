"""Headers, read."""

from mitmvcr.core.model import Headers


def header(headers: Headers, name: str) -> str:
    """Return the first value of a header whatever its spelling, else an empty text."""
    if name in headers:
        return next(iter(headers[name]), "")
    wanted = name.lower()
    for spelled, values in headers.items():
        if spelled.lower() == wanted:
            return next(iter(values), "")
    return ""


def all_values(headers: Headers, name: str) -> str:
    """Return the values of a header in lower case that may stand more than once."""
    found = [v for n, values in headers.items() if n.lower() == name for v in values]
    return ", ".join(found)
