"""A file of hooks is loaded once and checked; what goes wrong in it is told by line."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from memory_store import MemoryStore
from mitmvcr.core.deck import Deck, JudgedDeck
from mitmvcr.core.errors import OptionError
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Mode, Refuse, Repeats, Replay
from mitmvcr.miss.report import Miss
from mitmvcr.session import Session, open_session
from mitmvcr.session.hooks import HookError, Hooks, load_hooks
from option_samples import parse_settings


def get(path: str, body: bytes = b"") -> Request:
    return Request(method="GET", url=f"http://h/{path}", body=body)


def made(path: str, answer: bytes = b"") -> Interaction:
    return Interaction(0, get(path), Response(body=answer, code=200))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "hooks.py"


def load(file: Path, text: str) -> Hooks:
    file.write_text(text)
    return load_hooks(file)


# Loading


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "defines none of match, before_record, before_replay, on_miss"),
        ("x = 1\ndef match(request): ...", "line 2: match cannot be called with 2 arg"),
        ("def before_record(a, b): ...", "define it as def before_record(interaction)"),
        (
            "async def on_miss(request, miss): ...",
            "on_miss is not a plain function",
        ),
        ("def on_miss(request, miss):\n    yield", "on_miss is not a plain function"),
        (
            "def before_playback(i): ...",
            "there is no hook before_playback",
        ),
        ("def matches(request, recorded): ...", "there is no hook matches; use one"),
        ("def match(:", "line 1: "),
        ("def match(request, recorded): ...\0", "source code string cannot contain "),
        ("\n\n1 / 0", "line 3: ZeroDivisionError: division by zero"),
        ("import no_such_thing", "line 1: ModuleNotFoundError: No module named"),
        ("raise SystemExit", "line 1: SystemExit"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(
    file: Path, text: str, problem: str
) -> None:
    with pytest.raises(OptionError) as caught:
        load(file, text)
    assert str(caught.value).startswith(f"vcr_hooks={file}: ")
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_file_of_hooks(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="cannot be read: Is a directory"):
        load_hooks(tmp_path)


def test_other_functions_and_imports_are_the_files_own_affair(file: Path) -> None:
    hooks = load(
        file,
        "from dataclasses import replace\nfrom os.path import commonprefix as on_x\n"
        "def helper(): ...\nclass Match: ...\ndef match(request, recorded, *more): ...",
    )
    assert repr(hooks) == f"<Hooks {file}: match>"
    assert not list(file.parent.glob("__pycache__"))


def test_a_replay_for_which_a_hook_returns_nothing_is_as_it_was(file: Path) -> None:
    hooks = load(file, "def before_replay(interaction, request): ...")
    assert hooks.before_replay(made("a"), get("a")) == made("a")


def test_hooks_that_are_not_there_change_nothing(file: Path) -> None:
    hooks = load(file, "def on_miss(request, miss): ...")
    assert hooks.judge is None
    assert hooks.before_record(made("a")) == made("a")
    assert hooks.before_replay(made("a"), get("a")) == made("a")
    hooks = load(file, "def before_record(interaction): return interaction")
    hooks.on_miss(get("a"), None)  # type: ignore[arg-type] # nobody looks at it


# Calling


@pytest.mark.parametrize("hook", ["match", "before_record", "before_replay"])
def test_what_a_hook_may_not_return_is_told(file: Path, hook: str) -> None:
    hooks = load(file, f"\n\ndef {hook}(*arguments):\n    return 'yes'")
    calls = {
        "match": lambda: hooks.judge and hooks.judge(get("a"), get("a")),
        "before_record": lambda: hooks.before_record(made("a")),
        "before_replay": lambda: hooks.before_replay(made("a"), get("a")),
    }
    with pytest.raises(HookError) as caught:
        calls[hook]()
    assert str(caught.value).startswith(f"{file}, line 3: {hook} returned str; return ")


def test_an_error_is_told_with_the_line_in_the_file(file: Path) -> None:
    hooks = load(
        file,
        "import json\ndef match(request, recorded):\n    return inner(request)\n"
        "def inner(request):\n    return json.loads('{')\n",
    )
    assert hooks.judge is not None
    with pytest.raises(HookError, match=r"hooks.py, line 5: match: JSONDecodeError: "):
        hooks.judge(get("a"), get("a"))


def test_an_error_with_no_line_in_the_file_is_told_too(file: Path) -> None:
    hooks = load(file, "from operator import truediv\nmatch = lambda a, b: None")
    hooks._found["match"] = lambda *_: (_ for _ in ()).throw(SystemExit)
    with pytest.raises(HookError, match="line 1: match: SystemExit"):
        hooks.judge and hooks.judge(get("a"), get("a"))


# In a session


def session(file: Path, text: str, *recorded: Interaction, **more: object) -> Session:
    store = MemoryStore(Cassette(recorded) if recorded else None)
    return Session(
        store,
        Mode.REPLAY_WITH_NEW_EPISODES,
        Repeats.NO,
        exists=bool(recorded),
        hooks=load(file, text),
    )


def test_a_hook_has_all_of_a_request(file: Path) -> None:
    assert session(file, "def on_miss(request, miss): ...").needs_all


def test_a_replay_may_copy_values_of_the_request(file: Path) -> None:
    begun = session(
        file,
        "from dataclasses import replace\n"
        "def before_replay(interaction, request):\n"
        "    response = replace(interaction.response, body=request.body)\n"
        "    return replace(interaction, response=response)\n"
        "def match(request, recorded): return request.url == recorded.url",
        made("a"),
    )
    decision = begun.plan(get("a", b"new"))
    assert isinstance(decision, Replay)
    assert decision.interaction.response.body == b"new"


def test_a_replay_whose_hook_fails_is_not_used_up(file: Path) -> None:
    begun = session(file, "def before_replay(i, r): 1 / 0", made("a"))
    for _ in range(2):
        with pytest.raises(HookError, match="line 1: before_replay: ZeroDivisionError"):
            begun.plan(get("a"))
    assert begun.summary().unused == 1


def test_what_is_recorded_may_be_changed_or_dropped(file: Path) -> None:
    begun = session(
        file,
        "from dataclasses import replace\n"
        "def before_record(interaction):\n"
        "    if 'drop' in interaction.request.url: return None\n"
        "    headers = {'Authorization': ['a secret']}\n"
        "    request = replace(interaction.request, headers=headers, body=b'x')\n"
        "    return replace(interaction, request=request)",
    )
    begun.record(made("drop"))
    begun.record(made("keep"))
    begun.close()
    (kept,) = begun.store.load().interactions
    assert kept.request.body == b"x"
    assert "a secret" not in str(kept)
    summary = begun.summary()
    assert (summary.recorded, summary.passed) == (1, 1)


def test_a_miss_is_told_to_the_hook(file: Path) -> None:
    begun = session(
        file, "def on_miss(request, miss): raise ValueError(miss.reason)", made("a")
    )
    found = begun.explain(get("b"))
    with pytest.raises(HookError, match="ValueError: the nearest is interaction 0"):
        begun.on_miss(get("b"), found)


def test_without_hooks_each_miss_counts() -> None:
    begun = Session(MemoryStore(), Mode.REPLAY_ONLY, Repeats.NO, exists=False)
    assert begun.on_miss(get("b"), begun.explain(get("b"))) is True


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("None", True),
        ("True", True),
        ("False", False),
        ("Response(code=204)", Response(code=204)),
    ],
)
def test_a_hook_decides_on_a_miss(file: Path, said: str, expected: object) -> None:
    source = "from mitmvcr.core.model import Response\n"
    begun = session(
        file, f"{source}def on_miss(request, miss): return {said}", made("a")
    )
    assert begun.on_miss(get("b"), begun.explain(get("b"))) == expected
    assert session(file, "def match(a, b): return None").on_miss(get("b"), None) is True


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("0", "on_miss returned int; return False, a Response or None"),
        ("Response(code=99)", "on_miss returned a response with response.code: "),
        ("Response(code=200, headers={'A': ['b\\r\\nC: d']})", "response.headers"),
    ],
)
def test_what_a_hook_cannot_answer_is_an_error(file: Path, said: str, why: str) -> None:
    source = "from mitmvcr.core.model import Response\n"
    begun = session(
        file, f"{source}def on_miss(request, miss): return {said}", made("a")
    )
    with pytest.raises(HookError, match=why):
        begun.on_miss(get("b"), begun.explain(get("b")))


def test_the_hooks_of_the_settings_are_loaded(file: Path, tmp_path: Path) -> None:
    file.write_text("def match(request, recorded): return True")
    settings = parse_settings(
        cassette=str(tmp_path / "c.yaml"), mode="record", hooks=str(file)
    )
    assert open_session(settings).needs_all


# The judge in a deck


def deck(judge: object, *paths: str, repeats: Repeats = Repeats.NO) -> Deck:
    recorded = [made(path) for path in paths]
    return JudgedDeck(recorded, repeats, Matcher(), judge=judge)  # type: ignore[arg-type]


def taken(deck: Deck, *paths: str) -> list[int | None]:
    found = [deck.take(get(path)) for path in paths]
    return [None if each is None else each[0] for each in found]


def test_a_judge_that_has_no_opinion_leaves_it_to_the_keys() -> None:
    assert taken(deck(lambda *_: None, "a", "b", "a"), *"aabb") == [0, 2, 1, None]


def test_a_judge_may_refuse_what_the_keys_let_pass() -> None:
    assert taken(deck(lambda *_: False, "a", "b"), "a", "c") == [None, None]
    assert taken(deck(lambda *_: False), "a") == [None]


def test_a_judge_may_let_pass_what_the_keys_do_not() -> None:
    found = deck(lambda *_: True, "a", "b", "a")
    assert taken(found, "b", "x", "b", "b") == [1, 0, 2, None]
    found.give_back(2)
    assert taken(found, "z") == [2]


def test_a_judge_and_repeats() -> None:
    yes = deck(lambda *_: True, "a", "b", repeats=Repeats.LAST)
    assert taken(yes, "x", "x", "x", "a") == [0, 1, 1, 0]
    keys = deck(lambda *_: None, "a", "a", repeats=Repeats.LAST)
    assert taken(keys, "a", "a", "a", "b") == [0, 1, 1, None]
    none = deck(lambda *_: False, "a", repeats=Repeats.ALL)
    assert taken(none, "a") == [None]
    everything = deck(lambda *_: True, "a", "b", repeats=Repeats.ALL)
    assert taken(everything, "x", "b", "b") == [0, 1, 1]


def test_a_refusal_of_a_hook_is_a_miss(file: Path) -> None:
    store = MemoryStore(Cassette([made("a")]))
    hooks = load(file, "def match(request, recorded): return False")
    begun = Session(store, Mode.REPLAY_ONLY, Repeats.NO, exists=True, hooks=hooks)
    assert begun.plan(get("a")) == Refuse()
    assert replace(begun.explain(get("a")), nearest=()).reason


def test_what_the_page_shows_does_what_it_says(file: Path) -> None:
    page = Path(__file__).parent.parent / "docs/hooks.md"
    signatures, example = re.findall(r"```python\n(.*?)```", page.read_text(), re.S)
    assert load(file, signatures).before_record(made("a")) is None
    hooks = load(file, example)
    assert hooks.before_record(made("health")) is None
    kept = hooks.before_record(made("a", b"Ann"))
    assert kept is not None
    assert kept.response.body == b"Bob"
    answered = hooks.before_replay(kept, get("a")).response
    assert answered.headers == {"X-Cache": ["HIT"]}
    telemetry = Request(method="POST", url="https://telemetry.example.com/v1")
    miss = Miss("POST", telemetry.url, "", (), 0, 0)
    assert hooks.on_miss(telemetry, miss) == Response(code=204)
    assert hooks.on_miss(get("a"), miss) is True
