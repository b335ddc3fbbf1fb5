"""The extension for JUnit, in real runs of JUnit by Maven, with tests in parallel."""

import re
import shutil
from xml.etree import ElementTree

import pytest

from frameworks.world import HELPERS, RUN, SUITES, World, example

#: What Maven downloads comes before a run in the network that has only loopback.
MVN = ("mvn", "-B", "-q", "-ntp")
TEST = (*MVN, "-o", "surefire:test")
#: The tests run in Maven's own process.
INSIDE = (*TEST, "-DforkCount=0")
#: A short run is not worth the second compiler.
QUICK = {"MAVEN_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
SHOP = "src/test/java/shop/ShopTest.java"
PARALLEL = """\
junit.jupiter.execution.parallel.enabled=true
junit.jupiter.execution.parallel.mode.default=concurrent
junit.jupiter.execution.parallel.config.strategy=fixed
junit.jupiter.execution.parallel.config.fixed.parallelism=8
"""
NAMES = ["shop/ShopTest/order", *(f"shop/ShopTest/page-{n}" for n in range(1, 7))]
MORE = [
    f"shop/MoreTest/{name}"
    for name in (
        *("Inner/repeated-1", "Inner/repeated-2", "optionsOfTheExtension"),
        *("textIsKept", "threadsOfATestAreGivenItsSession"),
    )
]


@pytest.fixture(scope="module")
def suite(world: World, need) -> World:
    need("mvn")
    source = (HELPERS / "java" / "mitmvcr" / "MitmVcr.java").read_text()
    world.write("src/test/java/mitmvcr/MitmVcr.java", source)
    world.write(SHOP, example("java"))
    for name in ("Alike", "Hangs", "Moded", "MoreTest", "Tried"):
        text = (SUITES / "java" / f"{name}.java").read_text()
        world.write(f"src/test/java/shop/{name}.java", text)
    ready = (SUITES / "java" / "Ready.java").read_text()
    world.write("src/test/java/ready/Ready.java", ready)
    world.write("src/test/resources/junit-platform.properties", PARALLEL)
    world.write("pom.xml", (SUITES / "java" / "pom.xml").read_text())
    return world


@pytest.fixture(scope="module")
def recorded(suite: World) -> World:
    # Surefire downloads what runs JUnit no earlier than with a first test.
    built = suite.run(*MVN, "test", "-Dtest=Ready", inside=False, **QUICK)
    assert built.returncode == 0, built.stdout
    with suite.open_shop():
        ran = suite.run(*TEST, **QUICK)
        assert ran.returncode == 0, ran.stdout
    return suite


def outcomes(world: World) -> dict[str, int]:
    """Return how many tests of the last run came to what."""
    reports = (world.folder / "target" / "surefire-reports").glob("TEST-shop.*.xml")
    suites = [ElementTree.parse(path).getroot() for path in reports]
    names = ("tests", "failures", "errors", "skipped")
    return {name: sum(int(each.get(name, 0)) for each in suites) for name in names}


def test_eight_tests_at_once_record_a_cassette_each(recorded):
    assert recorded.recorded() == sorted((*NAMES, *MORE, "stock"))
    for number in range(1, 7):
        text = (recorded.cassettes / f"shop/ShopTest/page-{number}.yaml").read_text()
        assert {*re.findall(r"page=\d", text)} == {f"page={number}"}


def test_they_replay_with_nothing_but_loopback(recorded):
    recorded.namespace.forget()
    ran = recorded.run(*INSIDE, CI="true", **QUICK)
    assert ran.returncode == 0, ran.stdout
    found = outcomes(recorded)
    # Surefire's files lose some where tests end at once: the next test counts requests.
    assert 0 < found.pop("tests") <= 13
    assert found == {"failures": 0, "errors": 0, "skipped": 0}
    assert recorded.namespace.looked_up() == []


def test_a_miss_fails_the_test_that_made_it(recorded):
    """So does a cassette that is missing; under mitmvcr run, which they share, and
    isolated."""
    folder = recorded.cassettes / "shop" / "ShopTest"
    page, gone = folder / "page-4.yaml", folder / "order.yaml"
    before = {path: path.read_text() for path in (page, gone)}
    page.write_text((folder / "page-3.yaml").read_text())
    gone.unlink()
    ran = recorded.run(*RUN[1], "--", *INSIDE, **QUICK)
    for path, text in before.items():
        path.write_text(text)
    assert ran.returncode == 1
    found = outcomes(recorded)
    assert max(found["failures"], found["errors"]) <= 1  # no other's
    report = "mitmvcr: 1 request had no match in cassette shop/ShopTest/page-4:\n"
    assert f"{report}  GET https://api.test/json?page=4: the nearest is" in ran.stdout
    assert "order.yaml: cassette not found, and mode replay_only" in ran.stdout
    last = ran.stdout.strip().splitlines()[-1]
    assert "recorded 0, replayed 11, missed 1" in ran.stdout, last


LIKEWISE = [
    *(
        "Alike/both()",
        "Alike/both(String)-1",
        "Alike/both(int)-1",
        "Alike/dates(Date)-1",
    ),
    *(f"Twice/again-{of}-{n}" for of in (1, 2) for n in (1, 2)),
    *("Twice/once-1", "Twice/once-2"),
]


def test_two_tests_never_share_a_cassette_by_accident(recorded):
    """Those of one name have their parameters in it, and the numbers of their class."""
    words = (*INSIDE, "-Dtest=Alike,Twice")
    with recorded.open_shop():
        ran = recorded.run(*words, **QUICK)
    line = (
        r"shop/Alike/dates\(Date\)-1 is that of the test (\S+: \S*dates\S+), and (\S+:"
        r" \S*dates\S+) asks for it"
    )
    found = re.search(line, ran.stdout)
    assert found is not None, ran.stdout
    assert sorted(re.findall(r"dates\(java\.(\w+)", " ".join(found.groups()))) == [
        *("sql", "util")
    ]
    folder = recorded.cassettes / "shop"
    names = sorted(
        f"{each.relative_to(folder).with_suffix('')}"
        for part in ("Alike", "Twice")
        for each in (folder / part).iterdir()
    )
    assert names == LIKEWISE
    # An older version named them all by the method and its own number.
    (folder / "Alike" / "both().yaml").rename(folder / "Alike" / "both.yaml")
    (folder / "Twice" / "again-2-1.yaml").rename(folder / "Twice" / "again-1.yaml")
    ran = recorded.run(*words, CI="true", **QUICK)
    for part in ("Alike", "Twice"):
        shutil.rmtree(folder / part)
    assert "cassette not found" not in ran.stdout
    assert "had no match" not in ran.stdout
    assert "is that of the test" in ran.stdout  # the dates


def test_the_mode_of_the_run_counts_more_than_one_in_code(recorded):
    recorded.hold_to_the_run("shop/Moded/asks", *INSIDE, "-Dtest=Moded", **QUICK)


@pytest.mark.parametrize("test", ["rerun", "retried"])
def test_a_failed_test_that_is_tried_again_records_anew(recorded, test):
    """By Surefire, at the end of the run, and by JUnit Pioneer, at once."""
    words = (f"-Dtest=Tried#{test}", "-Dsurefire.rerunFailingTestsCount=2")
    with recorded.open_shop():
        recorded.run(*INSIDE, *words, **QUICK)
    recorded.check_tried(f"shop/Tried/{test}*")


def test_an_aborted_test_has_not_failed(recorded):
    words = ("env", *(f"{k}={v}" for k, v in QUICK.items()), *INSIDE, "-Dtest=Skipped")
    with recorded.open_shop():
        recorded.run(*words)
    failed = recorded.failed(*words)
    shutil.rmtree(recorded.cassettes / "shop" / "Skipped")
    (recorded.folder / "seen").unlink()
    assert failed == ["shop/Skipped/fails"]


def test_a_runner_that_is_killed_leaves_nothing(recorded):
    """What a test of it had recorded by then is saved."""
    with recorded.open_shop():
        runner = recorded.start(*INSIDE, "-Dtest=Hangs", **QUICK)
        assert "/json" in recorded.killed(runner, "hangs")


def test_without_a_mitmvcr_one_line_says_so(recorded):
    words = (*INSIDE, "-Dtest=StockTest")
    ran = recorded.run(*words, PATH="/usr/bin:/bin:/usr/sbin", **QUICK)
    assert ran.returncode == 1
    remedy = "install it (pipx install mitmvcr), or set MITMVCR_CONTROL_URL"
    assert f"mitmvcr: no mitmvcr on the PATH can be started: {remedy}" in ran.stdout


def test_a_mitmvcr_that_is_not_where_it_should_be_is_told_with_the_remedy(recorded):
    quick = ("env", *(f"{k}={v}" for k, v in QUICK.items()))
    recorded.hold_to_the_place(*quick, *INSIDE, "-Dtest=StockTest")


def test_the_api_may_be_within_the_proxy_s_own_port(recorded):
    """As of a container, which publishes one."""
    place = "http://127.0.0.1:1/_vcr"
    words = ("env", f"MITMVCR_CONTROL_URL={place}", *INSIDE, "-Dtest=StockTest")
    ran = recorded.run(*words, **QUICK)
    assert f"the control API at {place} does not answer (" in ran.stdout, ran.stdout
