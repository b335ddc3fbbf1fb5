"""Which interactions of one URL are equal to each other, by any key of theirs."""

from collections.abc import Sequence

from mitmvcr.core.choosing import Equals
from mitmvcr.core.deck.open import Groups
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.steps import Steps, finished


def make(positions: Sequence[int]) -> Steps[Equals]:
    found = ((at, Interaction(at, Request(), Response())) for at in positions)
    return Equals.making(found, Matcher())


def test_those_with_a_key_in_common_are_a_group_which_is_made_once() -> None:
    rows = [(2, map(hash, ("b", "x"))), (0, map(hash, ("a", "x"))), (1, [hash("c")])]
    groups = Groups(rows, make)
    found = finished(groups.of(("new", "x")))
    assert found is not None
    assert [*found] == [0, 2]
    assert finished(groups.of(("a", "x"))) is found
    assert finished(groups.of(("c", "c"))) is None
    assert finished(groups.of(("new",))) is None


def test_one_of_another_group_that_has_the_same_bytes_belongs_to_it() -> None:
    rows = [(0, [1, 2]), (1, [3, 2]), (2, [4, 5])]
    groups = Groups(rows, make)
    found = finished(groups.of((2, 4)))
    assert found is not None
    assert [*found] == [0, 1, 2]
    assert finished(groups.of((2, 4))) is found
