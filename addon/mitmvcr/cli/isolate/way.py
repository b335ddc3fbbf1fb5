"""What a run needs to know of isolation, also where there is none: every start imports
this, and few want the rest."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Way:
    """The way of a command to the proxy: on which port, and what it has to ``enter``
    first. ``attempts`` to go another way are complete once the gate is closed."""

    port: int
    enter: Callable[[], None] | None = None
    attempts: Counter[str] = field(default_factory=Counter)
