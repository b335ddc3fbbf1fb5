"""Long work is done once, whoever does its steps, and all get its result."""

import pytest

from mitmvcr.core.steps import Joint, Steps, finished


def counting(done: list[int], count: int = 3) -> Steps[str]:
    for number in range(count):
        done.append(number)
        yield
    return f"the result of {count}"


def test_who_does_the_steps_alone_gets_the_result() -> None:
    joint, done = Joint[str](), list[int]()
    assert finished(joint.steps("a", lambda: counting(done))) == "the result of 3"
    assert done == [0, 1, 2]


def test_who_comes_later_goes_on_and_all_get_the_result() -> None:
    joint, done = Joint[str](), list[int]()
    first = joint.steps("a", lambda: counting(done))
    next(first)
    second = joint.steps("a", lambda: counting([]))
    next(second)
    third = joint.steps("a", lambda: counting([]))
    assert finished(second) == "the result of 3"
    assert finished(first) == "the result of 3"
    assert finished(third) == "the result of 3", "it had not begun when all was done"
    assert done == [0, 1, 2]


def test_another_key_is_other_work() -> None:
    joint, done = Joint[str](), list[int]()
    next(joint.steps("a", lambda: counting(done)))
    assert finished(joint.steps("b", lambda: counting([], 2))) == "the result of 2"
    assert done == [0]


def test_what_was_done_is_begun_anew_by_who_asks_later() -> None:
    joint, done = Joint[str](), list[int]()
    for _ in range(2):
        finished(joint.steps("a", lambda: counting(done)))
    assert done == [0, 1, 2] * 2


def test_who_gives_up_does_not_end_it() -> None:
    joint, done = Joint[str](), list[int]()
    first = joint.steps("a", lambda: counting(done))
    next(first)
    second = joint.steps("a", lambda: counting([]))
    next(second)
    first.close()
    third = joint.steps("a", lambda: counting([]))
    next(third)
    assert finished(second) == finished(third) == "the result of 3"
    assert done == [0, 1, 2]


def test_what_it_raises_everyone_hears() -> None:
    def failing() -> Steps[str]:
        yield
        yield
        raise ValueError("damaged")

    joint = Joint[str]()
    first, second = joint.steps("a", failing), joint.steps("a", failing)
    next(first)
    next(second)
    with pytest.raises(ValueError, match="damaged"):
        finished(first)
    with pytest.raises(ValueError, match="damaged"):
        finished(second)
