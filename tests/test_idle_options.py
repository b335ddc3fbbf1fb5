"""Options that can have no effect are told with the way that works."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from mitmvcr.core.errors import OptionError
from mitmvcr.options import Settings
from mitmvcr.secrets.rules import Rules
from mitmvcr.session.opening import idle_options, open_session
from option_samples import parse_settings

EVERY = {
    "ignore_query": "a",
    "ignore_json": ["$.a"],
    "ignore_form": "a",
    "ignore_body": ["a-[0-9]"],
    "ignore_headers": "a",
}


def told(settings: Settings, environment: Mapping[str, str] | None = None) -> list[str]:
    return [each.partition(":")[0] for each in idle_options(settings, environment)]


@pytest.mark.parametrize(
    ("match", "idle"),
    [
        ("method,url,body", []),
        ("method,path,body", ["query=a"]),
        ("method,url", ["json=$.a", "form=a", "body=a-[0-9]"]),
        ("method,form", ["json=$.a", "body=a-[0-9]"]),
        ("go-vcr", ["json=$.a", "form=a", "body=a-[0-9]"]),
        ("charm", ["form=a"]),
    ],
)
def test_what_is_not_compared_cannot_be_ignored(match: str, idle: list[str]) -> None:
    settings = parse_settings(match=match, **EVERY)
    assert told(settings) == [f"vcr_ignore_{each}" for each in idle]
    for text in idle_options(settings):
        assert f"vcr_match={match} compares" in text
        assert text.endswith(": leave one of the two out")


@pytest.mark.parametrize(
    "name", ["Host", "content-length", "Connection", "Transfer-Encoding", "TE"]
)
def test_what_is_no_header_of_a_request_is_not_compared(name: str) -> None:
    settings = parse_settings(match=f"method,url,header:{name}")
    (text,) = idle_options(settings)
    assert text.startswith(f"vcr_match=header:{name}: this header ")
    remedy = "compare vcr_match=host" if name == "Host" else "leave it out"
    assert text.endswith(remedy)


def test_a_variable_that_is_not_set_hides_nothing_in_a_recording() -> None:
    settings = parse_settings(secret=["A_KEY", "B_KEY"])
    assert told(settings, {"A_KEY": "x", "B_KEY": ""}) == ["vcr_secret=B_KEY"]
    assert told(settings) == []


def test_a_clock_is_given_by_run_alone() -> None:
    (text,) = idle_options(parse_settings(time="freeze"))
    remedy = "only 'mitmvcr run' gives a command a clock: use vcr_time=shift"
    assert text == f"vcr_time=freeze: {remedy}"
    assert told(parse_settings(time="shift")) == []


@pytest.mark.parametrize("value", ["x", "ab"])
def test_a_secret_of_a_letter_or_two_is_refused(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be found in every other word, as a dummy in a replay is."""
    settings = Settings(cassette=tmp_path / "a.yaml", redaction=Rules(secrets=("X",)))
    monkeypatch.setenv("X", value)
    with pytest.raises(OptionError, match="vcr_secret=X: its value has fewer than 3"):
        open_session(settings)
    for longer in ("abc", ""):
        monkeypatch.setenv("X", longer)
        open_session(settings).close()
