"""tests/golden/messages.txt holds every text that a user can read."""

import difflib
import importlib.util
from pathlib import Path
from types import ModuleType

import click
import pytest

from mitmvcr.cli.app import app
from mitmvcr.options import OPTIONS
from mitmvcr.proxy.host.capabilities import TABLE

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden" / "messages.txt"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "messages", ROOT / "scripts" / "messages.d" / "messages.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = script()


def test_the_file_holds_the_texts_of_the_code() -> None:
    lines = GOLDEN.read_text("utf-8").splitlines(), SCRIPT.page().splitlines()
    changed = list(difflib.unified_diff(*lines, "reviewed", "code", n=0, lineterm=""))
    assert changed == [], "read what is new aloud, then run scripts/messages --write"


def test_help_of_options_and_losses_of_capabilities_are_in_it() -> None:
    lines = {line.strip() for line in GOLDEN.read_text("utf-8").splitlines()}
    texts = [option.help for option in OPTIONS] + [each.lost for each in TABLE]
    assert [text for text in texts if text not in lines] == []


def test_help_of_each_command_is_in_it() -> None:
    text = GOLDEN.read_text("utf-8")
    group = app.commands["cassette"]
    assert isinstance(group, click.Group)
    commands = [*app.commands.values(), *group.commands.values()]
    helps = [command.help or "" for command in commands]
    paragraphs = [" ".join(p.split()) for h in helps for p in h.split("\n\n")]
    assert [each for each in paragraphs if each not in text] == []


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("logger.warning('off')", ["off"]),
        ("raise CassetteError(name, 'damaged')", ["damaged"]),
        ("raise _unusable(path, f'no hook {self._name(x)}')", ["no hook {name}"]),
        ("say(f'{path}: ' + problem + ' found')", ["{path}: {problem} found"]),
        ("text += '; it was refused'", ["; it was refused"]),
        ("def f():\n if x: return 'used'\n return 'not used'", ["used", "not used"]),
        ("f'a text {\"unused\" if x else y} here'", ["a text {...} here", "unused"]),
        ("STATES = {1: 'lost', 2: 'cut off'}", ["lost", "cut off"]),
        ("PARTS = ['the URL', 'the body']", ["the URL", "the body"]),
        (
            "@app.command()\ndef f():\n '''Run it.\n\n Or not.'''",
            ["Run it.", "Or not."],
        ),
        ("Option('vcr_match', help='What counts.')", ["What counts."]),
        ("Option('vcr_match', 'all')", []),
        ("def f(x='a b') -> 'A | None':\n '''Return it.'''", []),
        ("NAMES = 'etag age'.split()", []),
        ("re.compile(r'(?:a b)+')", []),
        ("say(f'{path}: {problem}')", []),
        ("def __repr__(self): return f'<A {self.x} of y>'", []),
    ],
)
def test_what_is_a_text(code: str, texts: list[str]) -> None:
    assert SCRIPT.messages(code) == texts
