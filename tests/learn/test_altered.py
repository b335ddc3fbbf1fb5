"""What is altered in a request is never answered in silence by the rules that were
learned, and what is not altered always is. scripts/altered tries more programs."""

from learn.altering import program, tried

PROGRAMS = 30


def test_altered_requests_are_not_answered_and_others_are() -> None:
    found = [tried(program(number)) for number in range(PROGRAMS)]
    assert [each for one in found for each in one.refused] == []
    assert [each for one in found for each in one.answered] == []
    assert sum(each.altered for each in found) >= 1634
