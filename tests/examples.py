"""How many examples a test tries, of Hypothesis's or its own."""

import os

_ARE_FEW = os.environ.get("EXAMPLES") == "few"
#: Of what is tried at each place, every so many is enough then.
STEP = 3 if _ARE_FEW else 1


def examples(count: int) -> int:
    """Return the count, or a quarter with EXAMPLES=few: in CI one Python tries them
    all, and the others would only try the same again."""
    return count // 4 if _ARE_FEW else count
