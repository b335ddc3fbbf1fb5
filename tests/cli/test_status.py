"""Exit codes."""

import pytest

from mitmvcr.cli.report import status


def test_a_child_s_code_is_its_own():
    assert status.of_child(7) == 7


def test_a_child_that_a_signal_ended_is_128_and_the_signal():
    assert status.of_child(-15) == 143


@pytest.mark.parametrize(
    ("child", "missed", "failed", "code"),
    [
        (0, 0, False, 0),
        (0, 2, False, 100),
        (0, 0, True, 125),
        (0, 2, True, 125),
        (3, 2, True, 3),
    ],
)
def test_the_child_s_failure_is_told_before_ours(child, missed, failed, code):
    assert status.of_run(child, missed=missed, failed=failed) == code
