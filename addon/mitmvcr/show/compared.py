"""Two cassettes compared: what is the same, what changed, and what only one has."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from mitmvcr.core.matching import Matcher, MatchSpec
from mitmvcr.core.model import Interaction
from mitmvcr.miss.masking import masked_url
from mitmvcr.miss.report import Difference
from mitmvcr.show.changes import Changes, changes
from mitmvcr.show.pairs import Pair, paired
from mitmvcr.show.rows import printable

Facts = dict[str, Any]

#: What can become of an interaction.
OUTCOMES = ("same", "changed", "only in A", "only in B")
_NONE = Changes((), more=False, texts=())


class Compared(NamedTuple):
    """One interaction, or two that belong together; ``outcome`` is one of
    :data:`OUTCOMES`, ``status`` the status, or both where they differ."""

    outcome: str
    pair: Pair
    method: str
    url: str
    status: str
    changes: Changes

    def facts(self) -> Facts:
        """Return it as values for JSON."""
        return {
            "outcome": self.outcome,
            "a": self.pair.a,
            "b": self.pair.b,
            "matches": self.pair.matches,
            "method": self.method,
            "url": self.url,
            "status": self.status,
            **differ_facts(self.changes),
        }


def compared(
    one: Sequence[Interaction],
    other: Sequence[Interaction],
    spec: MatchSpec,
    same: Mapping[int, int] = {},
    *,
    ignore_volatile: bool = False,
) -> list[Compared]:
    """Compare two cassettes from which secrets are out, A and B. ``same`` are positions
    of what is known to be equal. ``ignore_volatile``: what is made anew for each
    request does not count, headers and values that look like it."""
    matcher = Matcher(spec)
    differing = partial(changes, matcher=matcher, ignore_volatile=ignore_volatile)
    return [
        _compared(
            pair,
            None if pair.a is None else one[pair.a],
            None if pair.b is None else other[pair.b],
            differing,
        )
        for pair in paired(one, other, matcher, same)
    ]


def _compared(
    pair: Pair,
    a: Interaction | None,
    b: Interaction | None,
    differing: Callable[[Interaction, Interaction], Changes],
) -> Compared:
    there = [each for each in (a, b) if each is not None]
    found = _NONE if a is None or b is None or a is b else differing(a, b)
    if len(there) == 1:
        outcome = OUTCOMES[2 if b is None else 3]
    else:
        outcome = OUTCOMES[1 if found.found else 0]
    last = there[-1].request
    return Compared(
        outcome,
        pair,
        printable(last.method) or "GET",
        printable(masked_url(last.url)),
        " -> ".join(dict.fromkeys(map(_status, there))),
        found,
    )


def _status(of: Interaction) -> str:
    return of.response.failure or str(of.response.code or "-")


def differ_facts(found: Changes) -> Facts:
    """Return differences as values for JSON."""
    return {"differ": [_facts(each) for each in found.found], "more": found.more}


def _facts(found: Difference) -> Facts:
    facts = {"place": found.place, "a": found.asked, "b": found.recorded}
    facts |= {name: each for name in ("looks", "why") if (each := getattr(found, name))}
    return {name: printable(text) for name, text in facts.items()}
