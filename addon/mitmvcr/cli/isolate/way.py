"""What a run needs to know of isolation, also where there is none: every start imports
this, and few want the rest."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_TOLD = 10


@dataclass(frozen=True, slots=True)
class Way:
    """How a command comes to the proxy: on which port, and what it has to ``enter``
    first. ``attempts`` to go another way are complete once the gate is closed."""

    port: int
    enter: Callable[[], None] | None = None
    attempts: Counter[str] = field(default_factory=Counter)


def told(attempts: Mapping[str, int]) -> str:
    """``93.184.216.34:443 (2), udp 8.8.8.8:53 "example.com" (1)``."""
    parts = [f"{what} ({times})" for what, times in list(attempts.items())[:_TOLD]]
    others = f" and {len(attempts) - _TOLD} others" if len(attempts) > _TOLD else ""
    return ", ".join(parts) + others
