"""JUnit XML as CI systems read it: the structure that Jenkins' xunit plugin has a
schema for (junit-10.xsd), said as a table."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.cli.report.files import Part, RunReport
from mitmvcr.cli.report.findings import Finding
from mitmvcr.cli.report.junit import to_junit
from mitmvcr.core.modes import Mode
from mitmvcr.miss.report import Difference, Entry, Miss, Near, Outcome
from mitmvcr.session.summary import Summary

#: Tag -> its children, the attributes it must have, and those it may have.
SCHEMA: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (
        {"testsuite"},
        set(),
        {"name", "time", "tests", "failures", "errors"},
    ),
    "testsuite": (
        {"properties", "testcase"},
        {"name", "tests", "failures", "errors"},
        {"time", "skipped"},
    ),
    "properties": ({"property"}, set(), set()),
    "property": (set(), {"name", "value"}, set()),
    "testcase": ({"failure", "error", "skipped"}, {"name"}, {"time", "classname"}),
    **dict.fromkeys(
        ("failure", "error", "skipped"), (set[str](), set[str](), {"type", "message"})
    ),
}
SUREFIRE_TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")

NEAR = Near(0, "GET", "http://h/", False, (), (Difference("query.a", '"1"', '"2"'),))
MISS = Miss("GET", "http://h/?a=1", "", (NEAR,), 0, 1)
ENTRIES = [
    Entry(Outcome.RECORDED, "GET", "http://h/1", 0, 200, 1_500_000_000),
    Entry(Outcome.REPLAYED, "GET", "http://h/2", 1, 200, 250_000_000),
    Entry(Outcome.MISSED, "GET", "http://h/?a=1", None, None, 1_000, MISS),
    Entry(Outcome.UNUSED, "PUT", "http://h/3", 2, 204),
]


def account(*entries: Entry, failure: str = "", unused: bool = False) -> RunReport:
    summary = Summary("chat.yaml", Mode.RECORD_ONCE, 1, 1, 1, 1)
    parts = [Part(summary, entries)]
    return RunReport(summary, failure, 0, unused, parts=parts)


def conforming(data: bytes) -> ET.Element:
    root = ET.fromstring(data)
    assert root.tag == "testsuites"
    for element in root.iter():
        children, required, allowed = SCHEMA[element.tag]
        assert {child.tag for child in element} <= children
        assert required <= element.attrib.keys() <= required | allowed
        if element.tag != "testcase":
            assert SUREFIRE_TIME.fullmatch(element.get("time", "0"))
    return root


def test_each_entry_is_a_test_case() -> None:
    (suite,) = conforming(to_junit(account(*ENTRIES)))
    cases = suite.findall("testcase")
    assert [(c.get("classname"), c.get("name"), c.get("time")) for c in cases] == [
        ("mitmvcr.recorded", "GET http://h/1 (interaction 0)", "1.500000"),
        ("mitmvcr.replayed", "GET http://h/2 (interaction 1)", "0.250000"),
        ("mitmvcr.missed", "GET http://h/?a=1", "0.000001"),
        ("mitmvcr.unused", "PUT http://h/3 (interaction 2)", "0.000000"),
    ]
    assert [[child.tag for child in case] for case in cases] == [
        [],
        [],
        ["failure"],
        ["skipped"],
    ]
    failure = cases[2][0]
    assert failure.get("message") == MISS.reason
    assert 'query.a: "1" was "2"' in (failure.text or "")


@pytest.mark.parametrize(
    ("failure", "unused", "counts"),
    [
        ("", False, ("4", "1", "0", "1")),
        ("", True, ("4", "2", "0", "0")),
        ("disk full", False, ("5", "1", "1", "1")),
    ],
)
def test_they_are_counted(failure: str, unused: bool, counts: tuple[str, ...]) -> None:
    root = conforming(to_junit(account(*ENTRIES, failure=failure, unused=unused)))
    names = ("tests", "failures", "errors", "skipped")
    assert tuple(root[0].get(name) for name in names) == counts
    assert tuple(root.get(name) for name in names[:3]) == counts[:3]
    assert root[0].get("time") == "1.750001"


def test_a_finding_is_a_failure_where_it_fails_the_run() -> None:
    findings = (
        Finding("leaving", "went \x01 past", fails=True),
        Finding("idle", "none"),
    )
    root = conforming(to_junit(replace(account(), findings=findings)))
    told = [(case[0].tag, case[0].get("type")) for case in root.iter("testcase")]
    assert told == [("failure", "leaving"), ("skipped", "idle")]
    assert root.get("failures") == "1"


def test_a_run_without_a_request_is_an_empty_suite() -> None:
    (suite,) = conforming(to_junit(account()))
    assert suite.get("tests") == "0"


@given(st.text(alphabet=st.characters(codec=None)))
def test_whatever_was_asked_the_document_can_be_read(text: str) -> None:
    """Also with what XML cannot hold, and halves of surrogate pairs."""
    entry = Entry(Outcome.RECORDED, text, f"http://h/{text}", 0, 200, 1)
    miss = Miss("GET", text, text, (), 0, 1)
    missed = Entry(Outcome.MISSED, "GET", text, miss=miss)
    root = conforming(to_junit(account(entry, missed, failure=text or "x")))
    assert root[0].get("tests") == "3"
