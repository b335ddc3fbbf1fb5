"""What came of asking for interactions anew, and what is said of it: text, JSON, JUnit,
HTML, the text of a pull request."""

import html
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from mitmvcr.cli.report.files import check_place
from mitmvcr.cli.report.junit import count, element, fit, outcome
from mitmvcr.core.errors import OWN_FAILURE, OptionError
from mitmvcr.core.model import Interaction, Response
from mitmvcr.core.wording import shown
from mitmvcr.drift import RULES, Finding, Tier
from mitmvcr.options import REPORT

#: The exit code for the worst tier that was found.
CODES: Mapping[Tier, int] = {
    Tier.SAME: 0,
    Tier.VOLATILE: 0,
    Tier.ADDITIVE: 10,
    Tier.DANGEROUS: 20,
    Tier.BREAKING: 30,
}


def why_not(old: Response) -> str:
    """Return why a recorded answer cannot be compared with a live one; empty where it
    can."""
    is_answer = not old.failure and old.code not in (101, 304)
    return "" if is_answer else "its answer cannot be compared"


class Result(NamedTuple):
    """What became of an interaction: a tier, or None and why it was not compared."""

    position: int
    method: str
    url: str
    tier: Tier | None
    findings: Sequence[Finding] = ()
    why: str = ""
    new: Interaction | None = None

    @property
    def outcome(self) -> str:
        return "not compared" if self.tier is None else str(self.tier)

    @property
    def head(self) -> str:
        said = f" ({self.why})" if self.why else ""
        what = f"interaction {self.position}, {self.method} {self.url}"
        return f"{self.outcome}: {what}{said}"


class Refreshed(NamedTuple):
    """A cassette, what became of what it holds, and the methods of what was not
    sent."""

    name: str
    results: Sequence[Result]
    unsent: Sequence[str] = ()

    @property
    def worst(self) -> Tier:
        return max((each.tier or Tier.SAME for each in self.results), default=Tier.SAME)

    @property
    def said(self) -> str:
        found = Counter(each.outcome for each in self.results)
        tiers = [str(each) for each in reversed(Tier)]
        counts = [f"{found[each]} {each}" for each in (*tiers, "not compared")]
        return f"{self.name}: {', '.join(counts)}{self._others}"

    @property
    def _others(self) -> str:
        methods = ", ".join(sorted({*map(shown, self.unsent)}))
        return f"; {len(self.unsent)} not sent ({methods}: --method)" if methods else ""


def status_of(all_of_them: Sequence[Refreshed]) -> int:
    """Return the exit code: by the worst tier; OWN_FAILURE where nothing could be
    compared."""
    results = [each for one in all_of_them for each in one.results]
    if results and all(each.tier is None for each in results):
        return OWN_FAILURE
    return CODES[max((each.worst for each in all_of_them), default=Tier.SAME)]


Writer = Callable[[Sequence[Refreshed]], str]


def lines(each: Refreshed) -> Iterator[str]:
    """Yield what is printed of a cassette: what has changed, and what was not
    compared."""
    for result in each.results:
        if result.tier is None or result.tier > Tier.VOLATILE:
            yield result.head
            yield from (f"  {found}" for found in result.findings)


def to_json(refreshed: Sequence[Refreshed]) -> str:
    return json.dumps({"cassettes": [_facts(each) for each in refreshed]}, indent=2)


def _facts(each: Refreshed) -> dict[str, object]:
    return {
        "cassette": each.name,
        "worst": str(each.worst),
        "interactions": [_result_facts(result) for result in each.results],
    }


def _result_facts(result: Result) -> dict[str, object]:
    found = [
        {"tier": str(f.tier), **{k: v for k, v in f._asdict().items() if v}}
        for f in result.findings
    ]
    facts = {
        "interaction": result.position,
        "method": result.method,
        "url": result.url,
        "outcome": result.outcome,
        "findings": found,
    }
    return facts | ({"why": result.why} if result.why else {})


def to_junit(refreshed: Sequence[Refreshed]) -> str:
    """Return JUnit XML: what is dangerous or breaking is a failure, what was not
    compared is skipped."""
    whole = element("testsuites", name="mitmvcr refresh")
    for each in refreshed:
        suite = element("testsuite", name=each.name)
        suite.extend(map(_case, each.results))
        count(suite)
        whole.append(suite)
    ET.indent(whole)
    return ET.tostring(whole, encoding="unicode", xml_declaration=True)


def _case(result: Result) -> ET.Element:
    name = f"{result.method} {result.url} (interaction {result.position})"
    case = element("testcase", classname=f"mitmvcr.{result.outcome}", name=name)
    text = "\n".join(map(str, result.findings))
    if result.tier is None:
        case.append(outcome("skipped", "not compared", result.why))
    elif result.tier >= Tier.DANGEROUS:
        message = str(result.findings[0])
        case.append(outcome("failure", str(result.tier), message, text))
    elif text:
        ET.SubElement(case, "system-out").text = fit(text)
    return case


def to_html(refreshed: Sequence[Refreshed]) -> str:
    rows = "".join(
        _row(each.name, result) for each in refreshed for result in each.results
    )
    said = "".join(f"<p>{html.escape(each.said)}</p>" for each in refreshed)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\"><title>mitmvcr refresh</title><style>"
        "body{font:14px system-ui;margin:2em}td{padding:.2em 1em .2em 0;"
        "vertical-align:top}.breaking{color:#b00}.dangerous{color:#a50}"
        f"</style><h1>mitmvcr refresh</h1>{said}<table>{rows}</table></html>\n"
    )


def _row(name: str, result: Result) -> str:
    found = "<br>".join(html.escape(str(each)) for each in result.findings)
    cells = (name, str(result.position), f"{result.method} {result.url}", result.why)
    plain = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    kind = result.outcome
    return f'<tr class="{kind}"><td>{kind}</td>{plain}<td>{found}</td></tr>'


def to_request(refreshed: Sequence[Refreshed]) -> str:
    """Return the text of a pull request, in Markdown."""
    parts = ["## The recorded APIs have changed", ""]
    for each in refreshed:
        parts += [f"### {_code(each.name)}", "", each.said.partition(": ")[2], ""]
        parts += _table(each) if each.worst > Tier.VOLATILE else []
    used = {f.rule for each in refreshed for r in each.results for f in r.findings}
    parts += [f"- `{rule}`: {RULES[rule][1]}" for rule in sorted(used)]
    return "\n".join([*parts, ""])


def _table(each: Refreshed) -> list[str]:
    rows = [
        f"| {found.tier} | `{found.rule}` | {_code(found.path)} |"
        f" {_code(f'{result.method} {result.url}')} |"
        for result in each.results
        for found in result.findings
    ]
    return ["| tier | rule | place | request |", "|---|---|---|---|", *rows, ""]


def _code(text: str) -> str:
    return f"`{text.replace('`', '').replace('|', '%7C')}`"


WRITERS: Mapping[str, Writer] = {
    ".json": to_json,
    ".xml": to_junit,
    ".html": to_html,
    ".md": to_request,
}


def writer_of(target: Path) -> Writer:
    """Return what writes a report of this extension. Raise OptionError, also for a
    place that cannot be written to."""
    found = WRITERS.get(target.suffix.lower())
    if found is None or os.path.isdir(target):
        known = "a file.json, a file.xml (JUnit), a file.html, or a file.md"
        raise OptionError(REPORT.word, target, f"name {known} (for a pull request)")
    check_place(REPORT.word, target)
    return found
