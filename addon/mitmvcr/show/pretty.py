"""JSON laid out over lines, with each value spelled as it was."""

import re

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
#: Deeper than this it is indented no further: nobody could read it.
_DEEPEST = 40


def laid_out(text: str) -> str:
    """Return JSON with a line for each member, indented by two blanks a level.

    Numbers and strings stay as they are spelled, as ``1.0`` and ``\\u00e9``. ``text``
    has to be JSON already.
    """
    lines = [""]
    depth = 0
    tokens = _TOKEN.findall(text)
    for at, token in enumerate(tokens):
        if token in "]}":
            depth -= 1
            if tokens[at - 1] not in "[{":
                lines.append(_margin(depth))
        lines[-1] += ": " if token == ":" else token
        if token in "[{":
            depth += 1
        if token == "," or (token in "[{" and tokens[at + 1] not in "]}"):
            lines.append(_margin(depth))
    return "\n".join(lines)


def _margin(depth: int) -> str:
    return "  " * min(depth, _DEEPEST)
