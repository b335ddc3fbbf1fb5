"""The table of options: each comes through every way in as the same value, and stands
in the table and where it is used alone."""

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from mitmvcr.cli.options import GroupedCommand, takes, takes_all, typed
from mitmvcr.config import from_environment, from_files
from mitmvcr.core.errors import OptionError
from mitmvcr.core.modes import Mode
from mitmvcr.options import (
    BY_NAME,
    OF_SESSION,
    OPTIONS,
    PASSTHROUGH,
    Group,
    Kind,
    Option,
    Scope,
    Settings,
    Text,
    as_options,
    of_command,
    options_of,
    settings_of,
)
from mitmvcr.values import Given, Layer, Values
from option_samples import SAMPLES, parse_settings

TOP = Path(__file__).parents[1]
EACH = pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)


def test_the_samples_are_of_all_options_and_none_is_a_default() -> None:
    assert SAMPLES.keys() == BY_NAME.keys()
    for option in OPTIONS:
        assert option.read(SAMPLES[option.name]) != option.read(option.default)


def test_no_name_is_given_twice() -> None:
    words = [
        word
        for option in OPTIONS
        for word in {option.word, option.short, *(flag.word for flag in option.flags)}
        if word
    ]
    assert len(words) == len({*words}) == len({*words} - {"--help"})
    assert len(BY_NAME) == len(OPTIONS)


def test_the_defaults_of_the_table_are_those_of_settings() -> None:
    assert parse_settings(**{each.name: each.default for each in OF_SESSION}) == (
        Settings()
    )


@EACH
def test_a_default_is_of_the_options_kind(option: Option) -> None:
    assert isinstance(option.default, tuple) is (option.kind is Kind.LIST)
    assert option.kind is not Kind.SWITCH or option.default in ("yes", "no")


# Ways in


@click.command(cls=GroupedCommand)
@takes_all(OPTIONS)
@click.pass_obj
def any_command(found: dict[str, Any], **options: Any) -> None:
    found.update(typed(options))


def by_command_line(option: Option, text: Text) -> Layer:
    found: dict[str, Any] = {}
    any_command.main(_words(option, text), "any", standalone_mode=False, obj=found)
    return found


def _words(option: Option, text: Text) -> list[str]:
    if option.flags:
        return [flag.word for flag in option.flags if flag.value == text]
    if option.kind is Kind.SWITCH:
        return [option.word if text == "yes" else f"--no-{option.word[2:]}"]
    texts = [text] if isinstance(text, str) else text
    return [word for each in texts for word in _typed(option.word, each)]


def _typed(word: str, text: str) -> tuple[str, ...]:
    """Type a value as one has to that could be an option's word."""
    return (f"{word}={text}",) if text.startswith("-") else (word, text)


def by_environment(option: Option, text: Text) -> Layer:
    value = text if isinstance(text, str) else "\n".join(text)
    return from_environment({option.variable: value})


def toml(option: Option, text: Text) -> str:
    if option.kind is Kind.SWITCH:
        return f"{option.name} = {'true' if text == 'yes' else 'false'}\n"
    shown = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"{option.name} = {shown}\n"


def by_file(folder: Path, option: Option, text: Text) -> Layer:
    (folder / "mitmvcr.toml").write_bytes(toml(option, text).encode())
    return from_files(folder)[0]


def by_pyproject(folder: Path, option: Option, text: Text) -> Layer:
    lines = f'[project]\nname = "x"\n\n[tool.mitmvcr]\n{toml(option, text)}'
    (folder / "pyproject.toml").write_text(lines)
    return from_files(folder)[0]


@EACH
def test_a_value_is_the_same_whatever_way_it_comes(
    option: Option, tmp_path: Path
) -> None:
    text = SAMPLES[option.name]
    expected = option.read(text)
    (tmp_path / "own").mkdir()
    layers = [
        by_command_line(option, text),
        by_environment(option, text),
        by_file(tmp_path / "own", option, text),
        by_pyproject(tmp_path, option, text),
    ]
    for layer in layers:
        assert layer.keys() == {option.name}
        assert Values([layer])[option].read() == expected
    if option.kind is Kind.LIST:  # all of the same: it adds nothing to itself
        assert Values(layers)[option].read() == expected


LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\0"))
PARTS = LINES.map(str.strip).filter(bool)


@settings(deadline=None)
@given(st.lists(PARTS, min_size=1, max_size=3, unique=True))
def test_no_text_is_changed_on_its_way(texts: list[str]) -> None:
    layers = [
        by_command_line(PASSTHROUGH, texts),
        by_environment(PASSTHROUGH, texts),
    ]
    with TemporaryDirectory() as folder:
        layers.append(by_file(Path(folder), PASSTHROUGH, texts))
    for layer in layers:
        assert Values([layer])[PASSTHROUGH].read() == tuple(texts)


def test_settings_become_options_and_settings_again() -> None:
    chosen = {option.name: SAMPLES[option.name] for option in OF_SESSION}
    settings = parse_settings(**chosen)
    written = {name.removeprefix("vcr_"): v for name, v in as_options(settings).items()}
    assert written.keys() == chosen.keys()
    assert parse_settings(**written) == settings
    for option in OF_SESSION:  # one alone touches nothing else
        alone = settings_of({option.name: option.read(SAMPLES[option.name])})
        assert alone != Settings()
        again = parse_settings(
            **{name[4:]: value for name, value in as_options(alone).items()}
        )
        assert again == alone


@pytest.mark.parametrize("text", ["yes", "no"])
def test_a_switch_of_a_file_can_be_undone_on_the_command_line(
    text: str, tmp_path: Path
) -> None:
    other = {"yes": "no", "no": "yes"}[text]
    for option in OPTIONS:
        if option.kind is Kind.SWITCH:
            layers = [
                by_command_line(option, text),
                by_file(tmp_path, option, other),
            ]
            assert Values(layers)[option].read() is (text == "yes")


def wrong_value(option: Option) -> Text | None:
    """Something that its parser refuses, if it refuses anything."""
    for text in ("~", "a/", "=", "$[", "(", "a b", "\\", "@/"):
        value = (text,) if option.kind is Kind.LIST else text
        try:
            option.read(value)
        except OptionError:
            return value
    return None


#: They take any text.
ANY = {
    *("headers", "redact_headers", "redact_query", "keep"),
    *("passthrough", "block", "report", "receipt", "host", "dir"),
    *("upstream_ca", "client_cert"),  # looked at where an origin is reached
}


@pytest.mark.parametrize(
    "option",
    [option for option in OPTIONS if option.name not in ANY],
    ids=lambda option: option.name,
)
def test_a_wrong_value_is_told_by_the_name_it_has_there(
    option: Option, tmp_path: Path
) -> None:
    wrong = wrong_value(option)
    assert wrong is not None
    line = "\n" + toml(option, wrong).replace("true", '"~"').replace("false", '"~"')
    (tmp_path / "mitmvcr.toml").write_text(line)
    told = {
        f"mitmvcr.toml:2: {option.name}=": from_files(tmp_path)[0],
        f"{option.variable}=": by_environment(option, wrong),
    }
    if not option.flags and option.kind is not Kind.SWITCH:
        told[f"{option.word}="] = by_command_line(option, wrong)
    for start, layer in told.items():
        with pytest.raises(OptionError) as caught:
            Values([layer])[option].read()
        assert str(caught.value).startswith(start)
        assert "\n" not in str(caught.value)


# The table


def test_each_option_stands_in_the_table_and_where_it_is_used() -> None:
    """As ``vcr_name``, ``--name``, ``MITMVCR_NAME``, or as text."""
    package = TOP / "addon" / "mitmvcr"
    texts = {file: file.read_text() for file in package.rglob("*.py")}
    for option in OPTIONS:
        pattern = spelled(option)
        found = [
            str(file.relative_to(package)) for file in texts if pattern(texts[file])
        ]
        assert "options.py" in found or "_" not in option.name
        # The first is mitmproxy's own word, the other everybody's variable.
        if option.name not in ("set", "no_proxy"):
            assert len({"options.py", *found}) <= 2, (option.name, found)


def spelled(option: Option) -> Any:
    flags = [flag.word for flag in option.flags]
    names = [option.vcr, option.variable, option.word, *flags]
    if "_" in option.name:  # others are words of other things too
        names += [f'"{option.name}"', f"'{option.name}'"]
    search = re.compile(
        rf"(?<![\w-])({'|'.join(map(re.escape, names))})(?![\w-])"
    ).search
    # Nearly all hold none of them, which is known at once.
    return lambda text: any(name in text for name in names) and search(text)


def test_the_page_of_options_is_what_the_table_says() -> None:
    script = TOP / "scripts" / "docs.d" / "options_page.py"
    done = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_a_command_takes_is_grouped_in_its_help() -> None:
    @click.command(cls=GroupedCommand)
    @takes("run")
    @click.option("--other")
    @click.argument("rest")
    def command(**_: Any) -> None: ...

    said = CliRunner().invoke(command, ["--help"]).output
    headings = re.findall(r"^(\w+):$", said, re.MULTILINE)
    assert headings == [*Group, "Options"]
    for option in OPTIONS:
        words = [flag.word for flag in option.flags] or [option.word]
        for word in words:
            assert (f"{word} " in said) is (option in options_of("run"))


def test_an_option_counts_for_a_session_or_for_some_command() -> None:
    for option in OPTIONS:
        assert option.commands
        of_one = [name for name in option.commands if option in of_command(name)]
        assert bool(of_one) is (option.scope is not Scope.SESSION)


def test_one_value_stands_in_place_of_what_was_given() -> None:
    mode = BY_NAME["mode"]
    values = Values([{"mode": Given("replay_only", "--mode", "command line")}])
    other = values.instead(mode, Given("record_only", "--mode", "here"))
    assert values[mode].read() is Mode.REPLAY_ONLY
    assert other[mode].read() is Mode.RECORD_ONLY
    assert other[PASSTHROUGH].read() == values[PASSTHROUGH].read()
