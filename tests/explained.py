"""A miss explained at once."""

from typing import Any

from mitmvcr.core.steps import finished
from mitmvcr.miss.explain import explaining
from mitmvcr.miss.report import Miss


def explain(*given: Any, **named: Any) -> Miss:
    return finished(explaining(*given, **named))
