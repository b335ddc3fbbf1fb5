"""The trait of docs/frameworks.md for PHPUnit, which names a session by the proxy's
URL, in real runs of PHPUnit."""

import re

import pytest

from frameworks.world import RUN, SUITES, World, example

PHPUNIT = ("phpunit", "--do-not-cache-result", "ShopTest.php")
RECORD = ("mitmvcr", "run", "--cassettes", "cassettes", "--", *PHPUNIT)
NAMES = [
    "ShopTest/testOrder",
    "ShopTest/testPage-with-data-set-0",
    "ShopTest/testPage-with-data-set-1",
    "ShopTest/testPage-with-data-set-the-last-3/3-",
]


@pytest.fixture(scope="module")
def recorded(world: World, need) -> World:
    need("phpunit")
    world.write("Vcr.php", "<?php\n\n" + example("php"))
    world.write("ShopTest.php", (SUITES / "php" / "ShopTest.php").read_text())
    with world.open_shop():
        ran = world.run(*RECORD)
        assert ran.returncode == 0, ran.stdout
    return world


def test_each_test_has_a_cassette(recorded: World) -> None:
    assert recorded.recorded() == NAMES
    for page in (1, 2, 3):
        text = (recorded.cassettes / f"{NAMES[page]}.yaml").read_text()
        assert {*re.findall(r"page=\d", text)} == {f"page={page}"}


@pytest.mark.parametrize("run", RUN, ids=["", "isolated"])
def test_they_replay_with_nothing_but_loopback(
    recorded: World, run: tuple[str, ...]
) -> None:
    ran = recorded.run(*run, "--", *PHPUNIT, CI="true")
    assert ran.returncode == 0, ran.stdout
    assert "recorded 0, replayed 4, missed 0, unused 0" in ran.stdout


def test_a_miss_fails_its_test_and_the_run_tells_it(recorded: World) -> None:
    ran = recorded.run(*RUN[0], "--", *PHPUNIT, ASK_MORE="1")
    assert ran.returncode == 1, ran.stdout
    assert ran.stdout.count("Failed asserting that 424 is identical to 200.") == 3
    assert "query.more" in ran.stdout
    assert "missed 3" in ran.stdout
