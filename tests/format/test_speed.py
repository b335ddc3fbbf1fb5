"""Results are kept while there are few of them, and none that is long."""

from mitmvcr.format import speed
from mitmvcr.format.speed import Memo, ShortMemo


def test_each_result_is_made_once_until_there_are_too_many() -> None:
    made: list[str] = []

    def make(text: str) -> str:
        made.append(text)
        return text * 2

    memo = Memo(make, 2)
    assert [memo[each] for each in ("a", "b", "a")] == ["aa", "bb", "aa"]
    assert made == ["a", "b"]
    assert memo["c"] == "cc"
    assert list(memo) == ["c"]


def test_what_is_long_is_made_each_time() -> None:
    made: list[int] = []

    def make(size: int) -> bytes:
        made.append(size)
        return bytes(size)

    short, long = speed._SHORT, speed._SHORT + 1
    memo = ShortMemo(make, 2)
    assert [len(memo[each]) for each in (short, long, short, long)] == [
        *(short, long),
        *(short, long),
    ]
    assert made == [short, long, long]
    memo[1], memo[2]
    assert list(memo) == [2]
