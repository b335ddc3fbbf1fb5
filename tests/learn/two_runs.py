"""What was learned of two runs, as the tests compare it."""

from collections.abc import Sequence

from mitmvcr.core.matching import MatchSpec
from mitmvcr.core.model import Interaction
from mitmvcr.learn import Class, Facts, Learned, learn

A, B = "1b4e28ba-2fa1-41d2-883f-0016d3cca427", "6fa459ea-ee8a-4ca4-894e-db77e160355e"
C, D = "0b4e28ba-2fa1-41d2-883f-0016d3cca427", "9fa459ea-ee8a-4ca4-894e-db77e160355e"
NOW = 1764288531


def learned(
    first: Sequence[Interaction],
    second: Sequence[Interaction],
    spec: MatchSpec = MatchSpec(),  # noqa: B008
    facts: Facts | None = None,
) -> Learned:
    return learn(first, second, spec, facts or Facts())


def rules(found: Learned) -> list[str]:
    return [f"{rule.option} {rule.ignore}" for rule in found.rules]


def sources(found: Learned) -> list[tuple[str, Class]]:
    return [(str(each.place), each.source) for each in found.findings]
