"""How many examples a Hypothesis test tries."""

import os


def examples(count: int) -> int:
    """Return the count, or a quarter with EXAMPLES=few: in CI one Python tries them
    all, and the others would only try the same again."""
    return count // 4 if os.environ.get("EXAMPLES") == "few" else count
