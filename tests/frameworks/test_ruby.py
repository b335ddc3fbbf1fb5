"""The gem for RSpec and minitest, in real runs of them."""

import re
import shlex
import shutil
import subprocess

import pytest

from frameworks.world import HELPERS, RUN, SUITES, World, example
from patience import PATIENCE

PATH = ("-I", str(HELPERS / "ruby" / "lib"))
MINITEST = ("ruby", *PATH)
RSPEC = ("rspec", *PATH, "--no-color")
THREADS = "test/threads_test.rb"


@pytest.fixture(scope="module")
def suite(world: World, need) -> World:
    need("rspec")
    world.write("spec/shop_spec.rb", example("ruby", 0))
    world.write("test/shop_test.rb", example("ruby", 1))
    for name in ("spec/clients_spec.rb", THREADS):
        source = SUITES / "ruby" / name.split("/")[1]
        world.write(name, source.read_text())
    return world


@pytest.fixture(scope="module")
def recorded(suite: World) -> World:
    with suite.open_shop():
        for words in (RSPEC, (*MINITEST, "test/shop_test.rb"), (*MINITEST, THREADS)):
            ran = suite.run(*words)
            assert ran.returncode == 0, ran.stdout
    return suite


def test_eight_tests_record_a_cassette_each(recorded):
    """RSpec runs them one after another, minitest at once in threads."""
    found = recorded.recorded()
    assert [name for name in found if "shop" in name.lower()] == [
        "ShopTest/test_order",
        *(f"ShopTest/test_page_{page}" for page in range(1, 8)),
        *(f"spec/shop/shop has page {page}" for page in range(1, 7)),
        "spec/shop/shop takes an order",
    ]
    for name in ("ShopTest/test_page_", "spec/shop/shop has page "):
        for page in range(1, 7):
            text = (recorded.cassettes / f"{name}{page}.yaml").read_text()
            assert {*re.findall(r"page=\d", text)} == {f"page={page}"}
    assert {"stock", "threads", "threads/test_0", "threads/test_1"} <= {*found}
    for which in ("first", "second"):
        path = recorded.cassettes / "spec/clients" / f"clients are kept- {which}.yaml"
        assert {*re.findall(r"json\?(\w+)", path.read_text())} == {which}


def test_they_replay_with_nothing_but_loopback(recorded):
    recorded.namespace.forget()
    for words in (RSPEC, (*MINITEST, "test/shop_test.rb"), (*MINITEST, THREADS)):
        ran = recorded.run(*words, CI="true")
        assert ran.returncode == 0, ran.stdout
        assert re.search("16 examples, 0 failures|0 errors, 0 skips", ran.stdout)
    assert recorded.namespace.looked_up() == []


@pytest.mark.parametrize("how", RUN)
def test_processes_at_once_share_the_proxy_of_mitmvcr_run(recorded, how):
    both = [f"{shlex.join(RSPEC)} spec/{name}_spec.rb" for name in ("shop", "clients")]
    ran = recorded.run(*how, "--", "sh", "-c", f"{both[0]} & {both[1]} && wait")
    assert ran.stdout.count("8 examples, 0 failures") == 2, ran.stdout
    last = ran.stdout.strip().splitlines()[-1]
    assert "recorded 0, replayed 15, missed 0" in last


WRONG = (
    (RSPEC, "spec/shop_spec.rb", 0, "spec/shop/shop has page "),
    (MINITEST, "test/shop_test.rb", 1, "ShopTest/test_page_"),
)


@pytest.mark.parametrize("case", WRONG, ids=["rspec", "minitest"])
def test_mitmvcr_run_notes_whose_test_has_failed(recorded, case):
    words, file, number, cassette = case
    source = example("ruby", number)
    wrong = source.replace('include "page=#{page}"', 'include "page=3"')
    recorded.write(file, wrong.replace(', "page=#{page}"', ', "page=3"'))
    failed = recorded.failed(*words, file)
    recorded.write(file, source)
    assert f"{cassette}2" in failed
    assert f"{cassette}3" not in failed


MISSED = (
    (RSPEC, "spec/shop_spec.rb", 0, "spec/shop/shop has page 3", "stock", "7 failures"),
    (
        MINITEST,
        "test/shop_test.rb",
        1,
        "ShopTest/test_page_3",
        "ShopTest/test_order",
        "7 failures, 1 errors",
    ),
)


@pytest.mark.parametrize("case", MISSED, ids=["rspec", "minitest"])
def test_a_miss_fails_the_test_that_made_it(recorded, case):
    """So does a cassette that is missing."""
    words, file, number, cassette, gone, count = case
    source = example("ruby", number)
    recorded.write(file, source.replace("?page=", "?at=").replace("page=#", "#"))
    missing = recorded.cassettes / f"{gone}.yaml"
    missing.rename(missing.with_suffix(".away"))
    ran = recorded.run(*words, file, CI="true")
    missing.with_suffix(".away").rename(missing)
    recorded.write(file, source)
    assert ran.returncode == 1
    assert count in ran.stdout
    told = re.sub(r"\n *", "\n", ran.stdout)
    report = f"mitmvcr: 1 request had no match in cassette {cassette}:\n"
    asked = "GET https://api.test/json?at=3: the nearest is interaction 0 (unused)"
    assert report + asked in told
    assert f"/{gone}.yaml: cassette not found, and mode replay_only" in told


ALIKE = {
    "spec/alike_spec.rb": """\
require "mitmvcr"
RSpec.configure { |config| MitmVcr.rspec(config) }

RSpec.describe "alike" do
  def ask = Net::HTTP.get(URI("https://api.test/counter"))

  it("has a/b", :vcr) { ask }
  it("has a:b", :vcr) { ask }
  it("is twice", :vcr) { ask }
  it("is twice", :vcr) { ask }
  it("shares", vcr: "alike") { ask }
  it("shares", vcr: "alike") { ask }
end
""",
    "test/alike_test.rb": """\
require "minitest/autorun"
require "mitmvcr"

class AlikeTest < Minitest::Test
  include MitmVcr::Minitest
  i_suck_and_my_tests_are_order_dependent!

  ["a/b", "a:b"].each do |name|
    define_method("test_#{name}") { Net::HTTP.get(URI("https://api.test/counter")) }
  end
end

class SharingTest < AlikeTest
  def vcr_cassette = "alike"
end
""",
}


def test_two_tests_never_share_a_cassette_by_accident(recorded):
    for file, text in ALIKE.items():
        recorded.write(file, text)
    spec, test = (recorded.folder / file for file in ALIKE)
    with recorded.open_shop():
        ran = recorded.run(*RSPEC, spec), recorded.run(*MINITEST, test)
    assert "6 examples, 2 failures" in ran[0].stdout
    assert "4 runs, 0 assertions, 0 failures, 1 errors" in ran[1].stdout
    for out, cassette, one, other in (
        (
            ran[0].stdout,
            "spec/alike/alike has a-b",
            f"{spec}: alike has a/b",
            f"{spec}: alike has a:b",
        ),
        (
            ran[0].stdout,
            "spec/alike/alike is twice",
            f"{spec}: alike is twice",
            f"{spec}: alike is twice (2)",
        ),
        (
            ran[1].stdout,
            "AlikeTest/test_a-b",
            f"{test}: AlikeTest#test_a/b",
            f"{test}: AlikeTest#test_a:b",
        ),
    ):
        line = f"{cassette} is that of the test {one}, and {other} asks for it"
        assert line in " ".join(out.split()), out
    for path in (spec, test):
        path.unlink()


MODED = {
    "rspec": (
        "spec/moded_spec.rb",
        "spec/moded/moded asks",
        """\
require "mitmvcr"
RSpec.configure { |config| MitmVcr.rspec(config) }

RSpec.describe "moded" do
  it "asks", vcr: { mode: ENV["CODE"] } do
    Net::HTTP.get(URI("https://api.test/counter"))
  end
end
""",
        RSPEC,
    ),
    "minitest": (
        "test/moded_test.rb",
        "ModedTest/test_asks",
        """\
require "minitest/autorun"
require "mitmvcr"

class ModedTest < Minitest::Test
  include MitmVcr::Minitest

  def vcr_options = { "mode" => ENV["CODE"] }

  def test_asks = Net::HTTP.get(URI("https://api.test/counter"))
end
""",
        MINITEST,
    ),
}


@pytest.mark.parametrize("runner", MODED)
def test_the_mode_of_the_run_counts_more_than_one_in_code(recorded, runner):
    file, cassette, text, words = MODED[runner]
    path = recorded.write(file, text)
    recorded.hold_to_the_run(cassette, *words, file)
    path.unlink()


#: Runs a failed example again, as rspec-retry does.
RETRIES = """\
RSpec.configure do |config|
  config.around(:each) do |example|
    3.times do
      RSpec.current_example.instance_variable_set(:@exception, nil)
      example.run
      break unless RSpec.current_example.exception
    end
  end
end
"""
OURS = "RSpec.configure { |config| MitmVcr.rspec(config) }\n"
TRIED = """\
RSpec.describe "tried" do
  it "asks", :vcr do
    seen = Net::HTTP.get(URI("https://api.test/counter"))
    File.write("seen", seen + "\\n", mode: "a")
    expect(File.readlines("seen").size).to eq 3
  end
end
"""
#: As minitest-retry does.
RETRIED = """\
require "minitest/autorun"
require "mitmvcr"

module Again
  def run_one_method(type, name)
    3.times.lazy.map { super(type, name) }.find(&:passed?) || super(type, name)
  end
end
Minitest.singleton_class.prepend(Again)

class TriedTest < Minitest::Test
  include MitmVcr::Minitest

  def test_asks
    seen = Net::HTTP.get(URI("https://api.test/counter"))
    File.write("seen", seen + "\\n", mode: "a")
    assert_equal 3, File.readlines("seen").size
  end
end
"""
AGAIN = {
    "rspec, ours outside": (RSPEC, "tried_spec.rb", OURS + RETRIES + TRIED),
    "rspec, ours within": (RSPEC, "tried_spec.rb", RETRIES + OURS + TRIED),
    "minitest": (MINITEST, "tried_test.rb", RETRIED),
}


@pytest.mark.parametrize("how", AGAIN)
def test_a_failed_test_that_is_tried_again_records_anew(recorded, how):
    words, file, text = AGAIN[how]
    path = recorded.write(file, text)
    with recorded.open_shop():
        ran = recorded.run(*words, "-rmitmvcr", file)
    path.unlink()
    assert ran.returncode == 0, ran.stdout
    recorded.check_tried("**/*asks")


SKIPPED = """\
require "minitest/autorun"
require "mitmvcr"

class SkippedTest < Minitest::Test
  include MitmVcr::Minitest

  def ask = Net::HTTP.get(URI("https://api.test/counter"))

  def test_is_skipped = ask && skip("not here")

  def test_fails = ask && flunk
end
"""


def test_a_skipped_test_has_not_failed(recorded):
    path = recorded.write("skipped_test.rb", SKIPPED)
    words = (*MINITEST, path.name)
    with recorded.open_shop():
        recorded.run(*words)
    failed = recorded.failed(*words)
    path.unlink()
    shutil.rmtree(recorded.cassettes / "SkippedTest")
    assert failed == ["SkippedTest/test_fails"]


def test_a_runner_that_is_killed_leaves_nothing(recorded):
    """What a test of it had recorded by then is saved."""
    recorded.write("hangs.rb", (SUITES / "ruby" / "hangs.rb").read_text())
    with recorded.open_shop():
        runner = recorded.start(*RSPEC, "hangs.rb")
        assert "/json" in recorded.killed(runner, "hangs")


VARIABLES = """
require "mitmvcr"
module MitmVcr::Control
  def self.call(*, wish) = wish.transform_keys(&:to_s)
end
vcr = MitmVcr::Session.allocate
[7, nil, false, [1, "a"], "b", :c].each { |made| p vcr.variable("n") { made } }
begin
  vcr.variable("n")
rescue MitmVcr::Error => error
  puts error.message
end
"""


def test_a_variable_is_what_was_made(need):
    """A seed came back as a text, as nil did; and no block was an error of Ruby's."""
    ran = subprocess.run(
        [need("ruby"), *PATH, "-e", VARIABLES],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    wrong = "mitmvcr: variable(n): give it a block that makes the value"
    shown = ["7", "nil", "false", '[1, "a"]', '"b"', '"c"', wrong]
    assert ran.stdout.splitlines() == shown, ran.stderr


def test_without_a_mitmvcr_one_line_says_so(recorded):
    ran = recorded.run(*RSPEC, "spec/shop_spec.rb", PATH="/usr/bin:/bin:/usr/sbin")
    assert ran.returncode == 1
    remedy = "install it (pipx install mitmvcr), or set MITMVCR_CONTROL_URL"
    assert f"mitmvcr: no mitmvcr on the PATH can be started: {remedy}" in ran.stdout


LOCAL = """
require "mitmvcr"
RSpec.configure { |config| MitmVcr.rspec(config) }

RSpec.describe "here" do
  it "asks", vcr: "here" do
    expect(Net::HTTP.get(URI("http://localhost/json"))).to include "/json"
  end
end
"""


def test_servers_of_this_machine_are_recorded_if_the_run_says_so(recorded):
    """They were not, whatever it said, and the suite passed without a word."""
    recorded.write("spec/here_spec.rb", LOCAL)
    recorded.hold_to_localhost("here", *RSPEC, "spec/here_spec.rb")


def test_blanks_may_part_what_goes_past_the_proxy(recorded):
    recorded.write("spec/here_spec.rb", LOCAL)
    past = ("env", "NO_PROXY=other.invalid, localhost")
    run = ("mitmvcr", "run", "--cassettes", "cassettes", "--include-localhost", "--")
    with recorded.open_shop():
        ran = recorded.run(*run, *past, *RSPEC, "spec/here_spec.rb")
    assert ran.returncode == 0, ran.stdout
    assert not (recorded.cassettes / "here.yaml").exists()


def test_a_mitmvcr_that_is_not_where_it_should_be_is_told_with_the_remedy(recorded):
    recorded.hold_to_the_place(*RSPEC, "spec/shop_spec.rb")
