"""Work that takes its turns."""

import asyncio
from functools import partial

from mitmvcr.lane.tls import OneByOne


async def done_by(turns: OneByOne, names: str, more: str = "") -> list[str]:
    """What is done, with a dash for each turn of the event loop; ``more`` comes within
    the first."""
    done: list[str] = []

    def first() -> None:
        done.append(names[0])
        for each in more:
            turns.do(partial(done.append, each))

    turns.do(first)
    for each in names[1:]:
        turns.do(partial(done.append, each))
    for _ in range(len(names) + len(more) + 1):
        done.append("-")
        await asyncio.sleep(0)
    return done


def test_the_first_is_done_at_once_and_each_further_one_in_a_turn_of_its_own() -> None:
    done = asyncio.run(done_by(OneByOne(), "abc"))
    assert "".join(done).rstrip("-") == "a-b-c"


def test_what_comes_of_one_has_its_turn_too() -> None:
    done = asyncio.run(done_by(OneByOne(), "ab", more="xy"))
    assert "".join(done).rstrip("-") == "a-x-y-b"


def test_it_is_free_again_once_all_is_done() -> None:
    async def twice() -> list[str]:
        turns = OneByOne()
        return await done_by(turns, "ab") + ["|"] + await done_by(turns, "cd")

    assert "".join(asyncio.run(twice())) == "a-b--|c-d--"
