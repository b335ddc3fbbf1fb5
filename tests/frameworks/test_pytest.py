"""The pytest plugin, in real runs of pytest with pytest-xdist."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from frameworks.world import RUN, SUITES, World, example
from patience import PATIENCE, wait_until

#: An environment of a suite, with the plugin in it: scripts/frameworks makes it.
PYTHON = os.environ.get("MITMVCR_SUITE_PYTHON", "")
PYTEST = (PYTHON, "-m", "pytest", "-p", "no:cacheprovider")
REPLAY = "--record-mode=none"
PAGES = [f"test_shop/test_pages[{number}]" for number in range(6)]


@pytest.fixture(scope="module")
def recorded(world: World) -> subprocess.CompletedProcess[str]:
    assert PYTHON, "run scripts/frameworks pytest"
    world.write("test_shop.py", example("python"))
    for path in (SUITES / "python").iterdir():
        world.write(path.name, path.read_text())
    with world.open_shop():
        ran = world.run(*PYTEST, "-n", "4", "test_shop.py")
        assert ran.returncode == 0, ran.stdout
        more = world.run(*PYTEST, "test_clients.py", "test_names.py")
        assert more.returncode == 0, more.stdout
    return ran


def outcomes(ran: subprocess.CompletedProcess[str]) -> dict[str, int]:
    last = ran.stdout.strip().splitlines()[-1]
    return {word: int(count) for count, word in re.findall(r"(\d+) (\w+)", last)}


def test_eight_tests_at_once_record_a_cassette_each(world, recorded):
    assert outcomes(recorded)["passed"] == 8
    names = [each for each in world.recorded() if each.startswith("test_shop")]
    assert names == ["test_shop/stock", "test_shop/test_order", *PAGES]
    for number, name in enumerate(PAGES):
        text = (world.cassettes / f"{name}.yaml").read_text()
        assert re.findall(r"page=\d", text.split("response:")[0]) == [f"page={number}"]
    suite = (world.cassettes / "suite.yaml").read_text()
    assert "log in" in suite


@pytest.mark.parametrize("number", [1, 2])
def test_clients_of_all_kinds_that_were_made_before_are_in_the_cassette(
    world, recorded, number
):
    path = world.cassettes / "test_clients" / f"test_clients[{number}].yaml"
    assert path.read_text().count("      request:\n") == 5


@pytest.mark.parametrize("workers", ["4", "0"])
def test_they_replay_with_nothing_but_loopback(world, recorded, workers):
    world.namespace.forget()
    ran = world.run(*PYTEST, REPLAY, "--block-network", "-n", workers)
    assert (ran.returncode, outcomes(ran)["passed"]) == (0, 20), ran.stdout
    assert world.namespace.looked_up() == []


def test_a_miss_fails_the_test_that_made_it(world, recorded):
    source = example("python").replace(
        '{SHOP}/json?page={number}"', '{SHOP}/json?at={number}"'
    )
    path = world.write("test_miss.py", source.replace("range(6)", "[3, 40]"))
    (world.cassettes / "test_miss").mkdir()
    for name in (*PAGES[3:4], "test_shop/stock", "test_shop/test_order"):
        text = (world.cassettes / f"{name}.yaml").read_text()
        target = world.cassettes / name.replace("shop/", "miss/")
        target.with_name(f"{target.name}.yaml").write_text(text)
    ran = world.run(*PYTEST, REPLAY, "-n", "2", "test_miss.py")
    path.unlink()
    assert ran.returncode == 1
    assert "passed" in ran.stdout
    where = "1 request had no match in cassette test_miss/test_pages[3]:"
    assert f"mitmvcr: {where}\n  GET https://api.test/json?at=3: the nearest is" in (
        ran.stdout
    )
    assert "test_miss/test_pages[40].yaml" in ran.stdout  # there is none to replay
    assert outcomes(ran) == {"failed": 1, "passed": 2, "error": 1}


def test_a_miss_that_the_client_did_not_mind_fails_the_test(world, recorded):
    world.write(
        "test_shop2.py",
        "import pytest, requests\n"
        "@pytest.mark.vcr('../test_shop/stock')\n"
        "def test_quiet(): requests.get('https://api.test/never')\n"
        "@pytest.fixture\n"
        "def late():\n    yield\n    requests.get('https://api.test/late')\n"
        "@pytest.mark.vcr('../test_shop/stock')\n"
        "def test_late(late): pass\n",
    )
    ran = world.run(*PYTEST, REPLAY, "test_shop2.py")
    (world.folder / "test_shop2.py").unlink()
    assert outcomes(ran) == {"failed": 1, "passed": 1, "error": 1}
    for path in ("never", "late"):
        assert f"\n  GET https://api.test/{path}: the nearest is" in ran.stdout
    assert "Traceback" not in ran.stdout


@pytest.mark.parametrize("how", RUN)
def test_under_mitmvcr_run_the_plugin_joins_in(world, recorded, how):
    ran = world.run(*how, "--", *PYTEST, "-n", "4", "test_shop.py")
    assert ran.returncode == 0, ran.stdout
    line = ran.stdout.strip().splitlines()[-1]
    assert re.search(r"\(9 cassettes\), mode replay_only: .* missed 0", line), line


def test_mitmvcr_run_notes_whose_test_has_failed(world, recorded):
    source = example("python").replace('endswith(f"{number}")', 'endswith("3")')
    world.write("test_shop.py", source)
    failed = world.failed(*PYTEST, "-n", "2", "test_shop.py")
    world.write("test_shop.py", example("python"))
    assert failed == [page for page in PAGES if "[3]" not in page]


MODED = """\
import os, pytest, requests

@pytest.fixture
def vcr_config():
    return {"record_mode": os.environ["CODE"]}

@pytest.mark.vcr
def test_asks():
    requests.get("https://api.test/counter")
"""


#: A suite that runs a failed test again, as pytest-rerunfailures does.
RERUN = """\
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    while any(each.failed for each in runtestprotocol(item, False, nextitem)):
        item._initrequest()
        item.tries = getattr(item, "tries", 1) + 1
        if item.tries == 4:
            break
    return True
"""
TRIED = """\
import pytest, requests

seen = []

@pytest.mark.vcr
def test_asks():
    seen.append(requests.get("https://api.test/counter").json()["count"])
    with open("seen", "w") as file:
        print(*seen, file=file)
    assert len(seen) == 3
"""


#: Within the report of the first, as pytest-retry does.
RETRY = """\
import pytest

@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    yield
    hook = item.ihook
    for _ in range(3 if call.when == "call" else 0):
        if call.excinfo:
            hook.pytest_runtest_teardown(item=item, nextitem=None)
            item._initrequest()
            hook.pytest_runtest_setup(item=item)
            again = lambda: hook.pytest_runtest_call(item=item)
            call = pytest.CallInfo.from_call(again, when="call")
"""


@pytest.mark.parametrize("how", [RERUN, RETRY], ids=["rerun", "retry"])
def test_a_rerun_asks_anew_and_its_answer_is_kept(world, recorded, how):
    world.write("again/conftest.py", how)
    world.write("again/test_tried.py", TRIED)
    with world.open_shop():
        world.run(*PYTEST, "again")
    noted = world.folder / "seen"
    seen = noted.read_text().split()
    noted.unlink()
    assert len(set(seen)) == len(seen) == 3
    cassette = next(world.cassettes.rglob("test_asks.yaml"))
    text = cassette.read_text()
    cassette.unlink()
    assert text.count("      request:\n") == 1
    assert f'"count": {seen[2]},' in text


XFAILED = """\
import pytest, requests

def ask(): requests.get("https://api.test/counter")

@pytest.mark.vcr
@pytest.mark.xfail
def test_marked():
    ask()
    assert False

@pytest.mark.vcr
def test_says_so():
    ask()
    pytest.xfail("not yet")

@pytest.mark.vcr
def test_is_skipped():
    ask()
    pytest.skip("not here")

@pytest.mark.vcr
def test_fails():
    ask()
    assert False
"""


def test_what_is_expected_to_fail_has_not_failed(world, recorded):
    path = world.write("test_xfailed.py", XFAILED)
    with world.open_shop():
        world.run(*PYTEST, path.name)
    assert world.failed(*PYTEST, path.name) == ["test_xfailed/test_fails"]
    path.unlink()
    shutil.rmtree(world.cassettes / "test_xfailed")


def test_the_mode_of_the_run_counts_more_than_one_in_code(world, recorded):
    path = world.write("test_moded.py", MODED)
    world.hold_to_the_run("test_moded/test_asks", *PYTEST, path.name)
    path.unlink()


def test_without_the_plugin_all_goes_to_the_default_session(world, recorded):
    world.write(
        "plain/test_plain.py",
        "import requests\ndef test(): requests.get('https://api.test/x')",
    )
    words = ("mitmvcr", "run", "--cassettes", "plain", "--")
    with world.open_shop():
        ran = world.run(*words, *PYTEST, "-p", "no:mitmvcr", "plain")
    assert ran.returncode == 0, ran.stdout
    assert (world.folder / "plain" / "default.yaml").exists()


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_the_proxy_ends_with_the_suite_and_saves(world, recorded, by):
    world.write(
        f"test_long{by}.py",
        "import requests, time\n"
        "def test(vcr):\n"
        "    requests.get('https://api.test/json')\n"
        "    open('asked', 'w').close()\n"
        "    time.sleep(600)\n",
    )
    with world.open_shop():
        process = world.start(*PYTEST, f"test_long{by}.py")
        try:
            wait_until("the test", (world.folder / "asked").exists)
            assert len(world.proxies()) == 1
            process.send_signal(by)
            process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
        world.wait_until_left()
    assert f"test_long{by}/test" in world.recorded()
    (world.folder / "asked").unlink()
    (world.folder / f"test_long{by}.py").unlink()


def test_without_a_mitmvcr_only_the_tests_that_want_it_fail(world, recorded):
    world.write("test_two.py", "def test_one(): pass\ndef test_two(vcr): pass\n")
    ran = world.run(*PYTEST, "test_two.py", PATH="/usr/bin:/bin:/usr/sbin:/sbin")
    (world.folder / "test_two.py").unlink()
    assert outcomes(ran) == {"passed": 1, "error": 1}
    remedy = "install it (pipx install mitmvcr), or set MITMVCR_CONTROL_URL"
    assert f"mitmvcr: mitmvcr is not on the PATH: {remedy}" in ran.stdout
    assert "another exception occurred" not in ran.stdout


def test_what_a_wider_fixture_misses_fails_the_run(world, recorded):
    """It is no test's: its cassette is the suite's."""
    world.write(
        "test_wide.py",
        "import pytest, requests\n"
        "@pytest.fixture(scope='session')\n"
        "def wide(): return requests.get('https://api.test/wide').status_code\n"
        "@pytest.mark.vcr('../test_shop/stock')\n"
        "def test_wide(wide): assert wide == 424\n",
    )
    ran = world.run(*PYTEST, REPLAY, "-n", "2", "test_wide.py")
    (world.folder / "test_wide.py").unlink()
    assert (ran.returncode, outcomes(ran)["passed"]) == (1, 1), ran.stdout
    where = "mitmvcr: 1 request had no match in cassette suite:"
    assert f"{where}\n  GET https://api.test/wide: the nearest is" in ran.stdout


REFUSED = [
    ("vcr('a', 'b')", "a test has one cassette, and 2 are named"),
    ("vcr(scope='week')", "scope='week': use one of function, class, module"),
    ("vcr(mach='url')", "mach: is not an option of a session: did you mean match?"),
    ("vcr('../../../x')", "is outside of"),
    ("vcr(record_mode='sometimes')", "mode=sometimes: use one of record_only"),
]


def test_what_cannot_be_is_one_line_of_the_test(world, recorded):
    tests = [
        f"@pytest.mark.{mark}\ndef test_{number}(): pass\n"
        for number, (mark, _) in enumerate(REFUSED)
    ]
    world.write("test_refused.py", "import pytest\n" + "".join(tests))
    ran = world.run(*PYTEST, "test_refused.py")
    (world.folder / "test_refused.py").unlink()
    assert outcomes(ran) == {"errors": len(REFUSED)}
    for _, line in REFUSED:
        assert f"{line}" in ran.stdout
    assert "Traceback" not in ran.stdout


ALIKE = """\
import pytest, requests

def ask():
    return requests.get("https://api.test/counter").json()["count"]

@pytest.mark.vcr
@pytest.mark.parametrize("sign", ["<", ">"], ids=["<", ">"])
def test_signs(sign):
    ask()

class TestOne:
    class TestInner:
        def test_inner(self, vcr):
            ask()
            print("named", vcr.name)

class TestOther:
    class TestInner:
        def test_inner(self, vcr):
            ask()
            print("named", vcr.name)

@pytest.mark.xdist_group("recorders")
@pytest.mark.vcr("shared")
@pytest.mark.parametrize("number", range(2))
def test_share_on_purpose(number):
    ask()

@pytest.mark.vcr
@pytest.mark.parametrize("token", [TOKEN])
def test_token(token, vcr):
    ask()
    print("named", vcr.name)
"""
TOKEN = "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789AB"
#: Each test is run again, as plugins do with one that has failed.
AGAIN = """\
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    runtestprotocol(item, log=False, nextitem=nextitem)
"""


@pytest.fixture
def alike(world: World) -> Iterator[tuple[str | Path, ...]]:
    """A suite whose tests have names that make one, each of them run twice."""
    world.write("alike/conftest.py", AGAIN)
    path = world.write("alike/test_alike.py", f"TOKEN = {TOKEN!r}\n{ALIKE}")
    yield *PYTEST, "-o", "vcr_cassettes=alike/cassettes", "alike"
    shutil.rmtree(path.parent)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_two_tests_never_share_a_cassette_by_accident(world, alike, workers):
    with world.open_shop():
        ran = world.run(*alike, "-n", workers, "--dist", "loadgroup")
    assert outcomes(ran) == {"passed": 6, "error": 1}, ran.stdout
    line = (
        r"test_alike/test_signs\[-\] is that of the test (\S+), and (\S+) asks for it"
    )
    found = re.search(line, ran.stdout)
    assert found is not None, ran.stdout
    file = world.folder / "alike" / "test_alike.py"
    assert sorted(found.groups()) == [f"{file}::test_signs[{sign}]" for sign in "<>"]
    folder = world.folder / "alike" / "cassettes"
    names = sorted(path.stem for path in (folder / "test_alike").iterdir())
    assert len(names) == 5
    assert [name for name in names if "~" not in name] == [
        "TestOne.TestInner.test_inner",
        "TestOther.TestInner.test_inner",
        "shared",
        "test_signs[-]",
    ]
    kept = "".join(map(str, folder.rglob("*"))) + "".join(
        path.read_text() for path in folder.rglob("*.yaml")
    )
    assert TOKEN not in kept


def test_what_an_older_version_recorded_is_still_found(world, alike):
    """It named a class by itself, and hid no secret in a name."""
    words = (*alike, "-k", "TestOne or token")
    with world.open_shop():
        assert world.run(*words).returncode == 0
    folder = world.folder / "alike" / "cassettes" / "test_alike"
    (secret,) = folder.glob("test_token*")
    secret.rename(folder / f"test_token[{TOKEN}].yaml")
    inner = folder / "TestOne.TestInner.test_inner.yaml"
    inner.rename(folder / "TestInner.test_inner.yaml")
    ran = world.run(*words, "-s", REPLAY)
    assert outcomes(ran) == {"passed": 2, "deselected": 5}, ran.stdout
    for name in ("TestInner.test_inner", f"test_token[{TOKEN}]"):
        assert f"named test_alike/{name}\n" in ran.stdout


def test_a_module_of_one_cassette_wants_one_worker(world, recorded):
    source = "import time, pytest\npytestmark = pytest.mark.vcr(scope='module')\n"
    source += "".join(f"def test_{n}(): time.sleep(1)\n" for n in range(4))
    world.write("test_apart.py", source)
    words = (*PYTEST, "--record-mode=all", "-n", "2", "test_apart.py")
    apart, together = world.run(*words), world.run(*words, "--dist", "loadscope")
    (world.folder / "test_apart.py").unlink()
    assert apart.returncode == 1
    assert "needs one worker: --dist loadscope" in apart.stdout
    assert together.returncode == 0, together.stdout


def test_it_can_be_left_out(world, recorded):
    world.write("test_out.py", "import os\ndef test(vcr): assert vcr is None\n")
    ran = world.run(*PYTEST, "--disable-recording", "test_out.py")
    (world.folder / "test_out.py").unlink()
    assert ran.returncode == 0, ran.stdout


def test_hosts_that_are_allowed_are_reached_live_and_no_others(world, recorded):
    world.write(
        "test_allowed.py",
        "import pytest, requests\n"
        "def codes(): return [requests.get(f'https://{name}.test/json').status_code\n"
        "    for name in ('api', 'other')]\n"
        "def test_plain(): assert codes() == [200, 403]\n"
        "@pytest.mark.vcr('../test_shop/stock')\n"
        "@pytest.mark.xfail(strict=True)  # the second is a miss\n"
        "def test_replayed(vcr): assert codes() == [200, 424] and vcr\n",
    )
    words = (REPLAY, "--block-network", "--allowed-hosts=^api[.]test$")
    with world.open_shop() as shop:
        ran = world.run(*PYTEST, *words, "test_allowed.py")
        assert len(shop.hits().requests) == 2
    (world.folder / "test_allowed.py").unlink()
    assert outcomes(ran) == {"passed": 1, "xfailed": 1}, ran.stdout
    assert "allowed" not in world.recorded()


def test_another_plugin_with_its_options_is_one_line(world, recorded):
    """pytest-recording has the same, so that suites need not be changed."""
    world.write(
        "likewise.py",
        "def pytest_addoption(parser): parser.addoption('--record-mode')\n",
    )
    ran = world.run(*PYTEST, "-p", "likewise", "test_shop.py")
    assert ran.returncode == 4
    remedy = "uninstall one, or use -p no:recording"
    assert ran.stdout == (
        "ERROR: mitmvcr-pytest and pytest-recording have the same options and"
        f" fixtures: {remedy}\n\n"
    )


LOCAL = """
import pytest
import requests


@pytest.mark.vcr("here")
def test_here():
    assert "/json" in requests.get("http://localhost/json").text
"""


def test_servers_of_this_machine_are_recorded_if_the_run_says_so(world, recorded):
    world.write("test_here.py", LOCAL)
    world.hold_to_localhost("test_here/here", *PYTEST, "test_here.py")


def test_a_mitmvcr_that_is_not_where_it_should_be_is_told_with_the_remedy(
    world, recorded
):
    world.hold_to_the_place(*PYTEST, "test_shop.py")
