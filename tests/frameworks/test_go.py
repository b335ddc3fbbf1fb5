"""The Go package, in real runs of go test."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from frameworks.world import HELPERS, RUN, World, example

GO_MOD = f"""\
module shop

go 1.24

require mitmvcr/mitmvcrtest v0.0.0

replace mitmvcr/mitmvcrtest => {HELPERS / "go"}
"""
#: Nothing is downloaded, and no run is remembered.
GO_TEST = ("go", "test", "-count=1", "-mod=mod", "-parallel=8")
PAGES = [f"TestPages/{number}" for number in range(7)]


@pytest.fixture(scope="module")
def recorded(world: World, need) -> subprocess.CompletedProcess[str]:
    need("go")
    world.write("go.mod", GO_MOD)
    world.write("shop_test.go", example("go"))
    world.write("inner/inner_test.go", example("go"))
    with world.open_shop():
        return world.run(*GO_TEST, "./...")


def test_eight_tests_at_once_record_a_cassette_each(world, recorded):
    """In two packages, which go test runs at once, with a proxy each."""
    assert recorded.returncode == 0, recorded.stdout
    inner = [f"inner/{name}" for name in ("TestOrder", *PAGES)]
    assert world.recorded() == ["TestOrder", *PAGES, *inner]
    for number, name in enumerate(PAGES):
        text = (world.cassettes / f"{name}.yaml").read_text()
        assert {*re.findall(r"page=\d", text)} == {f"page={number}"}


def test_they_replay_with_nothing_but_loopback(world, recorded):
    world.namespace.forget()
    ran = world.run(*GO_TEST, "-v", "./...", CI="true")
    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.count("--- PASS") == 18
    assert world.namespace.looked_up() == []


@pytest.mark.parametrize("how", RUN)
def test_under_mitmvcr_run_they_share_its_proxy(world, recorded, how):
    ran = world.run(*how, "--", *GO_TEST, "./...")
    assert ran.returncode == 0, ran.stdout
    line = ran.stdout.strip().splitlines()[-1]
    assert "(16 cassettes), mode replay_only: recorded 0, replayed 16, missed 0" in line


def test_mitmvcr_run_notes_whose_test_has_failed(world, recorded):
    source = example("go").replace('Sprintf("page=%d", page)', 'Sprint("page=3")')
    world.write("shop_test.go", source)
    failed = world.failed(*GO_TEST, ".")
    world.write("shop_test.go", example("go"))
    assert failed == [page for page in PAGES if not page.endswith("3")]


def test_a_miss_fails_the_test_that_made_it(world, recorded):
    source = example("go").replace("%s/json?page=%d", "%s/json?at=%d")
    world.write("shop_test.go", source)
    ran = world.run(*GO_TEST, ".", CI="true")
    world.write("shop_test.go", example("go"))
    assert ran.returncode == 1
    assert "--- FAIL: TestPages/3" in ran.stdout
    assert "--- FAIL: TestOrder" not in ran.stdout
    report = r"no match in cassette .*cassettes/TestPages/3.yaml:\n\s+GET"
    report += r" https://api\.test/json\?at=3: the nearest is interaction 0 \(unused\)"
    assert re.search(report, ran.stdout), ran.stdout


def test_a_cassette_that_is_missing_fails_the_test(world, recorded):
    (world.cassettes / "TestOrder.yaml").rename(world.cassettes / "gone")
    ran = world.run(*GO_TEST, "-run=TestOrder", ".", CI="true")
    (world.cassettes / "gone").rename(world.cassettes / "TestOrder.yaml")
    assert ran.returncode == 1
    assert re.search(r"mitmvcr: .*TestOrder.yaml", ran.stdout), ran.stdout


ALIKE = """\
package {package}

import ("testing"; "mitmvcr/mitmvcrtest")

func ask(t *testing.T, options ...mitmvcrtest.Option) {{
	t.Helper()
	answer, err := mitmvcrtest.Use(t, options...).Get("https://api.test/counter")
	if err != nil {{
		t.Fatal(err)
	}}
	answer.Body.Close()
}}

func TestSame(t *testing.T) {{ ask(t) }}
"""
SIGNS = """\
func TestSigns(t *testing.T) {
	for _, sign := range []string{"<", ">"} {
		t.Run(sign, func(t *testing.T) { ask(t) })
	}
}

func TestShared(t *testing.T) {
	for _, which := range []string{"one", "other"} {
		t.Run(which, func(t *testing.T) { ask(t, mitmvcrtest.Cassette("alike/one")) })
	}
}
"""


def test_two_tests_never_share_a_cassette_by_accident(world, recorded):
    """Nor do those of a package, and of another that tests it from outside."""
    folder = world.folder / "alike"
    world.write("alike/in_test.go", ALIKE.format(package="alike") + SIGNS)
    world.write("alike/out_test.go", ALIKE.format(package="alike_test"))
    with world.open_shop():  # each twice, as who looks for a flaky one does
        ran = world.run(*GO_TEST, "-count=2", "-v", "./alike")
    shutil.rmtree(folder)
    failed = [line.strip() for line in ran.stdout.splitlines() if "--- FAIL" in line]
    names = [line.split()[2] for line in failed]
    assert names == [*("TestSigns", "TestSigns/>", "TestSame")] * 2, ran.stdout
    for cassette, one, other in (
        ("TestSigns/-", "alike.TestSigns/<", "alike.TestSigns/>"),
        ("TestSame", "alike.TestSame", "alike_test.TestSame"),
    ):
        whose = (f"{folder}: shop/{each}" for each in (one, other))
        line = "alike/{} is that of the test {}, and {} asks for it"
        assert line.format(cassette, *whose) in ran.stdout, ran.stdout
    found = (world.cassettes / "alike").rglob("*.yaml")
    names = sorted(f"{each.relative_to(world.cassettes)}" for each in found)
    shutil.rmtree(world.cassettes / "alike")
    files = ("TestSame", "TestSigns/-", "one")
    assert names == [f"alike/{each}.yaml" for each in files]


TRIED = """\
package tried

import ("fmt"; "io"; "os"; "testing"; "mitmvcr/mitmvcrtest")

var seen []byte

func TestAsks(t *testing.T) {
	answer, err := mitmvcrtest.Use(t).Get("https://api.test/counter")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	seen = fmt.Appendln(seen, string(body))
	if err := os.WriteFile("../seen", seen, 0o600); err != nil {
		t.Fatal(err)
	}
	if len(seen) < 3*len(body) {
		t.Error("one of the first two")
	}
}
"""


def test_a_failed_test_that_runs_again_records_anew(world, recorded):
    path = world.write("tried/tried_test.go", TRIED)
    with world.open_shop():
        world.run(*GO_TEST, "-count=3", "./tried")
    world.check_tried("tried/TestAsks")
    shutil.rmtree(path.parent)


MODED = """\
package moded

import ("os"; "testing"; "mitmvcr/mitmvcrtest")

func TestAsks(t *testing.T) {
	client := mitmvcrtest.Use(t, mitmvcrtest.Mode(os.Getenv("CODE")))
	answer, err := client.Get("https://api.test/counter")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != 200 {
		t.Error(answer.Status)
	}
}
"""


def test_the_mode_of_the_run_counts_more_than_one_in_code(world, recorded):
    world.write("moded/moded_test.go", MODED)
    world.hold_to_the_run("moded/TestAsks", *GO_TEST, "./moded")
    shutil.rmtree(world.folder / "moded")


def test_without_a_mitmvcr_one_line_says_so(world, recorded, need):
    path = f"{Path(need('go')).parent}:/usr/bin:/bin:/usr/sbin:/sbin"
    ran = world.run(*GO_TEST, "-run=TestOrder", ".", PATH=path)
    assert ran.returncode == 1
    remedy = "install it (pipx install mitmvcr), or set MITMVCR_CONTROL_URL"
    assert f"mitmvcr: mitmvcr is not on the PATH: {remedy}" in ran.stdout


def test_the_package_is_in_gos_own_form(world, recorded):
    go = str(HELPERS / "go")
    assert world.run("gofmt", "-l", go).stdout == ""
    ran = world.run("go", "vet", "-C", go, ".")
    assert (ran.returncode, ran.stdout) == (0, "")


def test_a_mitmvcr_that_is_not_where_it_should_be_is_told_with_the_remedy(
    world, recorded
):
    world.hold_to_the_place(*GO_TEST, "-run=TestOrder", ".")
