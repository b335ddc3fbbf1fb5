"""The Rust crate, in real runs of cargo test, with ureq and reqwest."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from frameworks.world import HELPERS, ROOT, RUN, SUITES, World, example

#: Compiled once per checkout: the clients are most of it.
TARGET = ROOT / ".cache" / "rust"
CARGO_TEST = ("cargo", "test", "--offline", "--test", "shop")
MORE = """
#[test]
fn page_{0}() {{
    let vcr = vcr!();
    let url = format!("{{SHOP}}/json?page={0}");
    let text = agent(&vcr).get(url).call().unwrap().body_mut().read_to_string();
    assert!(text.unwrap().contains("page={0}"));
}}
"""
SOURCE = example("rust") + "".join(MORE.format(number) for number in range(6))
NAMES = [f"shop/page_{number}" for number in range(6)]


def cargo(world: World, *words: str, **more: str):
    more = {"CARGO_TARGET_DIR": str(TARGET), **more}
    return world.run(*words, *CARGO_TEST, "--", "--test-threads=8", **more)


@pytest.fixture(scope="module")
def recorded(world: World, need) -> subprocess.CompletedProcess[str]:
    need("cargo")
    suite = SUITES / "rust"
    manifest = (suite / "Cargo.toml").read_text()
    world.write("Cargo.toml", manifest.replace("HELPER", str(HELPERS / "rust")))
    world.write("Cargo.lock", (suite / "Cargo.lock").read_text())
    world.write("src/lib.rs", "")
    world.write("tests/shop.rs", SOURCE)
    fetched = world.run("cargo", "fetch", "--locked", inside=False)
    assert fetched.returncode == 0, fetched.stdout
    with world.open_shop():
        return cargo(world)


def test_eight_tests_at_once_record_a_cassette_each(world, recorded):
    assert recorded.returncode == 0, recorded.stdout
    assert "8 passed" in recorded.stdout
    others = ["shop/order_with_ureq", *NAMES, "shop/stock_with_reqwest"]
    assert world.recorded() == others
    for number, name in enumerate(NAMES):
        text = (world.cassettes / f"{name}.yaml").read_text()
        assert {*re.findall(r"page=\d", text)} == {f"page={number}"}


def test_they_replay_with_nothing_but_loopback(world, recorded):
    world.namespace.forget()
    ran = cargo(world, CI="true")
    assert ran.returncode == 0, ran.stdout
    assert "8 passed" in ran.stdout
    assert world.namespace.looked_up() == []


@pytest.mark.parametrize("how", RUN)
def test_under_mitmvcr_run_they_use_its_proxy(world, recorded, how):
    ran = cargo(world, *how, "--")
    assert ran.returncode == 0, ran.stdout
    line = ran.stdout.strip().splitlines()[-1]
    assert "(8 cassettes), mode replay_only: recorded 0, replayed 8, missed 0" in line


def test_mitmvcr_run_notes_whose_test_has_failed(world, recorded):
    source = SOURCE.replace('contains("page=5")', 'contains("page=no")')
    world.write("tests/shop.rs", source)
    words = (*CARGO_TEST, "--", "--test-threads=8")
    failed = world.failed("env", f"CARGO_TARGET_DIR={TARGET}", *words)
    world.write("tests/shop.rs", SOURCE)
    assert failed == ["shop/page_5"]


ALIKE = """
fn order() -> Session {
    vcr!()
}

#[test]
fn first_of_two() {
    let vcr = order();
    agent(&vcr).get(format!("{SHOP}/counter")).call().unwrap();
}

#[test]
fn second_of_two() {
    let vcr = order();
    agent(&vcr).get(format!("{SHOP}/counter")).call().unwrap();
}

#[test]
fn shares() {
    for _ in 0..2 {
        let vcr = vcr!("cassette" = "shared", "match" = "method,url");
        agent(&vcr).get(format!("{SHOP}/counter")).call().unwrap();
    }
}
"""


TRIED = """
#[test]
fn tried() {
    use std::io::Write;
    let vcr = vcr!();
    let mut answer = agent(&vcr).get(format!("{SHOP}/counter")).call().unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    let mut options = std::fs::File::options();
    let mut seen = options.create(true).append(true).open("seen").unwrap();
    writeln!(seen, "{text}").unwrap();
    assert_eq!(std::fs::read_to_string("seen").unwrap().lines().count(), 3);
}
"""


def test_a_failed_test_that_is_tried_again_records_anew(world, recorded):
    """Each try in a process of its own, as nextest has it: mitmvcr run is for all."""
    world.write("tests/shop.rs", SOURCE + TRIED)
    once = shlex.join([*CARGO_TEST, "tried"])
    words = ("mitmvcr", "run", "--cassettes", "cassettes", "--", "sh", "-c")
    with world.open_shop():
        world.run(*words, f"{once}; {once}; {once}", CARGO_TARGET_DIR=str(TARGET))
    world.write("tests/shop.rs", SOURCE)
    world.check_tried("shop/tried")


def test_two_tests_never_share_a_cassette_by_accident(world, recorded):
    """As they would where a function of both opens it."""
    world.write("tests/shop.rs", SOURCE + ALIKE)
    with world.open_shop():
        ran = cargo(world)
    world.write("tests/shop.rs", SOURCE)
    assert "10 passed; 1 failed" in ran.stdout, ran.stdout
    line = r"shop/order is that of the test (.*) in the test (\w+) (.*), and \1 in the"
    found = re.search(line, ran.stdout)
    assert found is not None, ran.stdout
    assert found[1] == "tests/shop.rs: shop/order"
    assert found[3] == f"({world.folder})"
    assert found[2] in ("first_of_two", "second_of_two")
    assert "open it in each of the tests" in ran.stdout
    for name in ("shared", "shop/order"):
        (world.cassettes / f"{name}.yaml").unlink()


MODED = """
#[test]
fn asks() {
    let mode = std::env::var("CODE").unwrap();
    let vcr = vcr!("mode" = mode.as_str());
    agent(&vcr).get(format!("{SHOP}/counter")).call().unwrap();
}
"""


def test_the_mode_of_the_run_counts_more_than_one_in_code(world, recorded):
    world.write("tests/shop.rs", SOURCE + MODED)
    words = (*CARGO_TEST, "--", "--exact", "asks")
    world.hold_to_the_run("shop/asks", *words, CARGO_TARGET_DIR=str(TARGET))
    world.write("tests/shop.rs", SOURCE)


def test_a_miss_fails_the_test_that_made_it(world, recorded):
    """Also where the client does not mind, and where the test has failed already."""
    quiet = 'let _ = agent(&vcr).get(format!("{SHOP}/other")).call();'
    source = SOURCE.replace("let text", f"{quiet}\n    let text", 1)
    source = source.replace("json?page=5", "json?at=5")
    world.write("tests/shop.rs", source)
    ran = cargo(world, CI="true")
    world.write("tests/shop.rs", SOURCE)
    assert ran.returncode == 101
    assert "6 passed; 2 failed" in ran.stdout
    for name, url in (("page_0", "other"), ("page_5", "json?at=5")):
        assert f"test {name} ... FAILED" in ran.stdout
        report = rf"mitmvcr: no match in cassette .*cassettes/shop/{name}.yaml:\n  GET"
        report += rf" https://api\.test/{re.escape(url)}: the nearest is interaction 0"
        assert re.search(report, ran.stdout), ran.stdout


def test_without_a_mitmvcr_one_line_says_so(world, recorded, need):
    path = f"{Path(need('cargo')).parent}:/usr/bin:/bin:/usr/sbin:/sbin"
    ran = cargo(world, PATH=path)
    assert ran.returncode == 101
    remedy = "install it (pipx install mitmvcr), or set MITMVCR_CONTROL_URL"
    assert "mitmvcr: no mitmvcr on the PATH can be started" in ran.stdout
    assert remedy in ran.stdout


def test_the_crate_has_tests_of_its_own(world, recorded):
    manifest = HELPERS / "rust" / "Cargo.toml"
    words = ("cargo", "test", "--offline", "--manifest-path", manifest)
    ran = world.run(*words, CARGO_TARGET_DIR=str(TARGET / "own"))
    assert ran.returncode == 0, ran.stdout


def test_a_mitmvcr_that_is_not_where_it_should_be_is_told_with_the_remedy(
    world, recorded
):
    world.hold_to_the_place("env", f"CARGO_TARGET_DIR={TARGET}", *CARGO_TEST)
