"""JSON as its standard has it: json.loads takes more, which nobody else could read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

#: What JSON has.
Value = None | bool | int | float | str | Sequence["Value"] | Mapping[str, "Value"]


def parse_json(text: str | bytes) -> Any:
    """Return the value. Raise ValueError, with one line."""
    try:
        found = json.loads(text, parse_constant=_refuse)
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeError:
        raise ValueError("it is not in UTF-8, or holds half a character") from None
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"it has no {constant}")
