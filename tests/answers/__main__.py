"""Redacts answers of real APIs and compares what changes with tests/answers/expected:
each line is a source, a kind, how often, and a digest of where and what.

--show prints each change with what stands before it; --write writes the file anew,
after each change was looked at: it is right, or a defect to be mended.
"""

import argparse
import difflib
import hashlib
import sys
from collections import defaultdict
from pathlib import Path

from answers.answers import Answer, answers
from answers.fetched import PACKAGES, fetch
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.messages import Text
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.spans import substituted
from mitmvcr.secrets.text_redactor import Sweep

EXPECTED = Path(__file__).with_name("expected")
#: So many have to be there, or the packages are not what they were.
LEAST = 300

Changes = dict[tuple[str, str], list[str]]


def changes_in(answer: Answer) -> dict[str, list[str]]:
    """Return what is hidden, with what stands before it, by kind. Raises AssertionError
    if anything else changed."""
    headers = {"Content-Type": [answer.kind]}
    met = Interaction(0, Request(), Response(body=answer.body, headers=headers))
    redactor = Redactor()
    kept = redactor.interaction(met).response.body
    told, edits = defaultdict(list), []
    if kept != answer.body:
        text = Text("response.body", answer.body, kind=answer.kind)
        edits = Sweep(redactor.texts).hidden(text)
    for start, end, _, kind in edits:
        before = answer.body[max(0, start - 40) : start].decode(errors="replace")
        value = answer.body[start:end].decode(errors="replace")
        told[kind].append(f"{before}>>{value}<<")
    assert kept == substituted(answer.body, edits), answer.name
    return told


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--prepare", action="store_true", help="only fetch")
    asked = parser.parse_args()
    if asked.prepare:
        for package in PACKAGES:
            fetch(package)
        return 0
    changes: Changes = defaultdict(list)
    count = 0
    for answer in answers():
        count += 1
        for kind, told in changes_in(answer).items():
            changes[answer.source, kind] += [f"{answer.name}: {each}" for each in told]
    if count < LEAST:
        sys.exit(f"answers: {count} were found, not {LEAST}")
    if asked.show:
        for (source, kind), told in sorted(changes.items()):
            sys.stdout.writelines(f"{source} {kind} {each!r}\n" for each in told)
    lines = [_line(*key, told) for key, told in sorted(changes.items())]
    if asked.write:
        EXPECTED.write_text("".join(lines))
    return _compared(lines, count)


def _line(source: str, kind: str, told: list[str]) -> str:
    digest = hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest()[:12]
    return f"{source} {kind} {len(told)} {digest}\n"


def _compared(lines: list[str], count: int) -> int:
    expected = EXPECTED.read_text().splitlines(keepends=True)
    difference = list(difflib.unified_diff(expected, lines, "expected", "now"))
    sys.stdout.writelines(difference)
    if difference:
        sys.stdout.write("answers: what changes is not what was looked at; --show it\n")
    hidden = sum(int(line.split()[-2]) for line in lines)
    sys.stdout.write(f"{count} answers, {hidden} values hidden\n")
    return 1 if difference else 0


sys.exit(main())
