"""Results are kept while there are few of them, and none that is long."""

from mitmvcr.core.memo import Memo


def test_each_result_is_made_once_until_there_are_too_many() -> None:
    made: list[str] = []

    def make(text: str) -> str:
        made.append(text)
        return text * 2

    memo = Memo(make, 2, lambda result: len(result) > 4)
    assert [memo[each] for each in ("a", "b", "a")] == ["aa", "bb", "aa"]
    assert made == ["a", "b"]
    assert [memo["long"], memo["long"]] == ["longlong"] * 2
    assert made[2:] == ["long", "long"]
    assert memo["c"] == "cc"
    assert list(memo) == ["c"]
