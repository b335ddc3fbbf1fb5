"""Docstrings are plain English: a verb first, and no question."""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ADDON = ROOT / "addon"
#: What a function's docstring cannot begin with, if a verb is to come first.
NO_VERB = re.compile(
    r"``|[a-z]|(A|All|An|As|At|Be|Both|But|By|Each|Either|Every|False|For|From|How|In|Is"
    r"|It|Its|None|Not|Nothing|Of|Offline|Once|One|Only|Our|Raises|So|That|The|There"
    r"|These|Those|To|True|Unless|What|When|Where|Whether|Which|While|Who|Whose|Why|With"
    r"|Within|Without)\b|Go's|Regexes|Seconds|Options of|Name and|Scheme and"
)
ODD = re.compile(r"\b(but for|of ours|so many|comes? to|(is|are|be) told)\b", re.I)


def docstrings() -> Iterator[tuple[str, str, bool]]:
    """Yield where each docstring stands, its text, and whether it is a function's."""
    for path in sorted(ADDON.rglob("*.py")):
        room = path.relative_to(ADDON)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if isinstance(
                node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module
            ) and (text := ast.get_docstring(node)):
                where = f"{room}: {getattr(node, 'name', 'module')}"
                yield where, " ".join(text.split()), is_function


@cache
def all_of_them() -> Sequence[tuple[str, str, bool]]:
    return list(docstrings())


def first_sentence(text: str) -> str:
    return re.split(r"(?<=[.?!])\s", text, maxsplit=1)[0]


def test_no_docstring_begins_with_a_question() -> None:
    assert [
        at for at, text, _ in all_of_them() if first_sentence(text).endswith("?")
    ] == []


def test_a_function_begins_with_a_verb() -> None:
    assert len(all_of_them()) > 500
    assert [at for at, text, its in all_of_them() if its and NO_VERB.match(text)] == []


def test_docstrings_are_plain() -> None:
    assert [(at, text) for at, text, _ in all_of_them() if ODD.search(text)] == []


def test_messages_are_plain() -> None:
    lines = (ROOT / "tests" / "golden" / "messages.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if ODD.search(line)] == []


def test_one_other_is_not_called_others() -> None:
    """A count has its noun from ``number_of``: "and 1 others" was said."""
    lines = (ROOT / "tests" / "golden" / "messages.txt").read_text("utf-8").splitlines()
    counted = re.compile(r"\{[^}]*\} (other|more) [a-z]+s\b|\{[^}]*\} others\b")
    assert [line for line in lines if counted.search(line)] == []


def test_no_merge_is_left_in_the_midst() -> None:
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    texts += (ROOT / "addon" / "mitmvcr" / "page").glob("*.js")
    assert len(texts) > 25
    left = re.compile("^(<{7}|>{7}) ", re.M)
    assert [each.name for each in texts if left.search(each.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Is it so? Then it is.", "Is it so?"),
        ("Return ``a.b`` of it. Raise OSError.", "Return ``a.b`` of it."),
        ("Return it", "Return it"),
    ],
)
def test_the_first_sentence(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence
