"""A report as JUnit XML, in the form that Jenkins' xunit plugin has a schema for and
that GitLab, CircleCI and the like read: a test case for each entry."""

import re
from xml.etree import ElementTree as ET

from mitmvcr.cli.report.account import RunReport, seconds
from mitmvcr.cli.report.console import one_line
from mitmvcr.cli.report.findings import Finding
from mitmvcr.miss.report import Entry, Outcome

#: What XML 1.0 cannot hold, however it is written.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CLASS = "mitmvcr"


def to_junit(account: RunReport) -> bytes:
    """Return JUnit XML: a miss is a failure, an unused interaction is skipped (with
    ``fail_on_unused`` a failure), a finding a failure if it fails the run, an error of
    mitmvcr itself an error."""
    cases = [_case(entry, account) for entry in account.entries]
    cases += map(_finding, account.findings)
    if account.failure:
        cases.append(_failure(account.failure))
    suite = _element("testsuite", name=f"mitmvcr {account.summary.cassette}")
    suite.append(_properties(account))
    suite.extend(cases)
    _count(suite, cases)
    total = sum(entry.duration or 0 for entry in account.entries) / 1e9
    suite.set("time", f"{total:.6f}")
    suites = _element("testsuites", name="mitmvcr")
    for name in ("tests", "failures", "errors", "time"):
        suites.set(name, suite.get(name, "0"))
    suites.append(suite)
    ET.indent(suites)
    data = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    assert isinstance(data, bytes)
    return data + b"\n"


def _count(suite: ET.Element, cases: list[ET.Element]) -> None:
    counted = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    suite.set("tests", str(len(cases)))
    for name, tag in counted.items():
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))


def _properties(account: RunReport) -> ET.Element:
    properties = _element("properties")
    facts = {"cassette": account.summary.cassette, "mode": str(account.summary.mode)}
    for name, value in facts.items():
        properties.append(_element("property", name=name, value=value))
    return properties


def _case(entry: Entry, account: RunReport) -> ET.Element:
    number = "" if entry.interaction is None else f" (interaction {entry.interaction})"
    case = _element(
        "testcase",
        classname=f"{_CLASS}.{entry.outcome}",
        name=f"{entry.method} {entry.url}{number}",
        time=f"{seconds(entry) or 0:.6f}",
    )
    if entry.miss is not None:
        text = "\n".join([one_line(entry.miss), *map(str, entry.miss.nearest)])
        case.append(_outcome("failure", "miss", entry.miss.reason, text))
    elif entry.outcome is Outcome.UNUSED:
        tag = "failure" if account.fail_on_unused else "skipped"
        case.append(_outcome(tag, "unused", "nothing asked for this interaction"))
    if entry.note:
        told = _element("system-out")
        told.text = _fit(entry.note)
        case.append(told)
    return case


def _finding(finding: Finding) -> ET.Element:
    name = f"the run was {finding.kind}"
    case = _element("testcase", classname=_CLASS, name=name, time="0")
    tag = "failure" if finding.fails else "skipped"
    case.append(_outcome(tag, finding.kind, finding.text))
    return case


def _failure(failure: str) -> ET.Element:
    case = _element("testcase", classname=_CLASS, name="mitmvcr itself", time="0")
    case.append(_outcome("error", "failure", failure))
    return case


def _outcome(tag: str, kind: str, message: str, text: str = "") -> ET.Element:
    outcome = _element(tag, type=kind, message=message)
    outcome.text = _fit(text) or None
    return outcome


def _element(tag: str, **attributes: str) -> ET.Element:
    return ET.Element(tag, {name: _fit(text) for name, text in attributes.items()})


def _fit(text: str) -> str:
    return _UNFIT.sub(lambda character: f"\\u{ord(character[0]):04x}", text)
