"""Which cassette a test has, and how it is used."""

import pytest
import requests

URL = "https://api.test/json"


def ask(what="x"):
    return requests.get(f"{URL}?{what}").json()["asked"]


@pytest.fixture(scope="module")
def vcr_config():
    return {"match_on": ["method", "uri"], "filter_headers": ["x-mine"]}


@pytest.mark.vcr("named")
def test_marker(vcr):
    ask()
    assert vcr.name == "test_names/named"


@pytest.mark.vcr
@pytest.mark.default_cassette("other.yaml")
def test_default_cassette(vcr):
    ask()
    assert vcr.name == "test_names/other"


def test_the_argument_is_enough(vcr):
    ask()
    assert vcr.name == "test_names/test_the_argument_is_enough"


@pytest.mark.vcr
@pytest.mark.parametrize("value", ["a/b:c", "é" * 200], ids=["a/b:c", "é" * 200])
def test_a_name_that_no_file_can_have(value):
    ask(value[:3])


@pytest.mark.vcr
class TestClass:
    def test_one(self, vcr):
        ask()
        assert vcr.name == "test_names/TestClass.test_one"


@pytest.mark.vcr(scope="class")
class TestTogether:
    def test_one(self, vcr):
        ask("one")
        assert vcr.name == "test_names/TestTogether"

    def test_two(self, vcr):
        ask("two")
        assert vcr.state["counts"]["missed"] == 0


@pytest.mark.vcr(scope="module")
def test_module_one(vcr):
    ask("three")
    assert vcr.name == "test_names"


@pytest.mark.block_network
def test_blocked_without_a_cassette():
    with pytest.raises(
        RuntimeError, match=r"Network is disabled for host '192\.0\.2\.1'"
    ):
        requests.get("http://192.0.2.1/", proxies={"http": ""})
    answer = requests.get(URL)
    assert (answer.status_code, "it has none now" in answer.text) == (400, True)
