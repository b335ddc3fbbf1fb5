"""A report as JUnit XML, in the form that Jenkins' xunit plugin has a schema for and
that GitLab, CircleCI and the like read: a test case for each entry."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from mitmvcr.cli.age import ages
from mitmvcr.cli.report.account import Part, RunReport, seconds
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
    suites = [_suite(part, account) for part in account.parts]
    own = [_finding(each) for each in account.findings]
    if account.failure:
        own.append(_failure(account.failure))
    if own and len(suites) == 1:
        suites[0].extend(own)
    elif own:
        suites.append(_suite(Part(account.summary, ()), account))
        suites[-1].extend(own)
    whole = element("testsuites", name="mitmvcr")
    for suite in suites:
        count(suite)
    for name in ("tests", "failures", "errors"):
        whole.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    whole.set("time", _time(account.entries))
    whole.extend(suites)
    ET.indent(whole)
    data = ET.tostring(whole, encoding="utf-8", xml_declaration=True)
    assert isinstance(data, bytes)
    return data + b"\n"


def _suite(part: Part, account: RunReport) -> ET.Element:
    suite = element("testsuite", name=f"mitmvcr {part.summary.cassette}")
    suite.append(_properties(part))
    suite.extend(_case(entry, account) for entry in part.entries)
    suite.set("time", _time(part.entries))
    return suite


def _time(entries: Sequence[Entry]) -> str:
    return f"{sum(entry.duration or 0 for entry in entries) / 1e9:.6f}"


def count(suite: ET.Element) -> None:
    """State how many cases a suite has, and how many of each outcome."""
    cases = suite.findall("testcase")
    counted = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    suite.set("tests", str(len(cases)))
    for name, tag in counted.items():
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))


def _properties(part: Part) -> ET.Element:
    """Return the session's facts, how old its cassette is, and what its answers say
    that they used."""
    summary = part.summary
    facts = {"cassette": summary.cassette, "mode": str(summary.mode)}
    for age in ages([part.session] if part.session else ()):
        facts |= {"recorded_at": age.recorded.iso}
    for name, spend in part.spend.items():
        if spend.calls:
            facts[f"{name}_calls"] = str(spend.calls)
            facts[f"{name}_tokens"] = str(spend.tokens)
    properties = element("properties")
    for name, value in facts.items():
        properties.append(element("property", name=name, value=value))
    return properties


def _case(entry: Entry, account: RunReport) -> ET.Element:
    number = "" if entry.interaction is None else f" (interaction {entry.interaction})"
    case = element(
        "testcase",
        classname=f"{_CLASS}.{entry.outcome}",
        name=f"{entry.method} {entry.url}{number}",
        time=f"{seconds(entry) or 0:.6f}",
    )
    if entry.miss is not None:
        text = "\n".join([one_line(entry.miss), *map(str, entry.miss.nearest)])
        case.append(outcome("failure", "miss", entry.miss.reason, text))
    elif entry.outcome is Outcome.UNUSED:
        tag = "failure" if account.fail_on_unused else "skipped"
        case.append(outcome(tag, "unused", "nothing asked for this interaction"))
    if entry.note:
        output = element("system-out")
        output.text = fit(entry.note)
        case.append(output)
    return case


def _finding(finding: Finding) -> ET.Element:
    name = f"the run was {finding.kind}"
    case = element("testcase", classname=_CLASS, name=name, time="0")
    tag = "failure" if finding.fails else "skipped"
    case.append(outcome(tag, finding.kind, finding.text))
    return case


def _failure(failure: str) -> ET.Element:
    case = element("testcase", classname=_CLASS, name="mitmvcr itself", time="0")
    case.append(outcome("error", "failure", failure))
    return case


def outcome(tag: str, kind: str, message: str, text: str = "") -> ET.Element:
    """Return what became of a case: ``failure``, ``error`` or ``skipped``."""
    found = element(tag, type=kind, message=message)
    found.text = fit(text) or None
    return found


def element(tag: str, **attributes: str) -> ET.Element:
    return ET.Element(tag, {name: fit(text) for name, text in attributes.items()})


def fit(text: str) -> str:
    """Return a text as XML can hold it."""
    return _UNFIT.sub(lambda character: f"\\u{ord(character[0]):04x}", text)
