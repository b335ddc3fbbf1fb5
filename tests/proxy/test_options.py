"""The options as mitmproxy has them: defaults, ``--set``, and what files give."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from mitmproxy import exceptions
from mitmproxy.addonmanager import Loader
from mitmproxy.test import taddons

from mitmvcr.config import in_force
from mitmvcr.core.errors import OptionError
from mitmvcr.options import OF_SESSION, Kind, Settings, Text
from mitmvcr.proxy.options import NAMES, VcrOptions
from mitmvcr.values import Given, Values
from option_samples import SAMPLES, parse_settings


class Asker:
    """An addon that has the options alone."""

    def __init__(self, configured: Values | None = None) -> None:
        self.options, self._configured = VcrOptions(), configured

    def load(self, loader: Loader) -> None:
        self.options.add(loader, self._configured)


def ask(
    sets: Mapping[str, Text], configured: Values | None = None
) -> tuple[Settings, Mapping[str, object]]:
    """What ``--set`` makes, as settings and as mitmproxy shows it."""

    async def main() -> tuple[Settings, Mapping[str, object]]:
        asker = Asker(configured)
        with taddons.context(asker, loadcore=False) as context:
            context.options.set(*words(sets))
            asker.options.add_lists(context.options)
            shown = {name: getattr(context.options, name) for name in NAMES}
            return asker.options.parse(context.options), shown

    return asyncio.run(main())


def words(sets: Mapping[str, Text]) -> Iterator[str]:
    for name, text in sets.items():
        for each in [text] if isinstance(text, str) else text:
            yield f"vcr_{name}={each}"


def given(**texts: Text) -> Values:
    return Values([{n: Given(t, f"file: {n}", "file") for n, t in texts.items()}])


def test_nothing_set_is_the_default() -> None:
    settings, shown = ask({})
    assert settings == Settings()
    assert shown.keys() == {option.vcr for option in OF_SESSION}


@pytest.mark.parametrize("option", OF_SESSION, ids=lambda option: option.name)
def test_a_value_comes_by_set_as_by_any_other_way(option) -> None:
    sample = {option.name: SAMPLES[option.name]}
    expected = parse_settings(**sample)
    assert expected != Settings()
    assert ask(sample)[0] == ask({}, given(**sample))[0] == expected
    assert ask(sample, given(**sample))[0] == expected


def test_set_wins_and_lists_add_up() -> None:
    configured = given(mode="replay", keep=("jwt",), spool="7", redact_json=("$.a",))
    settings, shown = ask({"mode": "once", "redact_json": ["$.b", ""]}, configured)
    assert settings == parse_settings(
        mode="once", keep=["jwt"], spool="7", redact_json=["$.a", "$.b"]
    )
    assert shown["vcr_mode"] == "once"
    assert shown["vcr_keep"] == ["jwt"]
    assert shown["vcr_redact_json"] == ["$.a", "$.b", ""]


def test_a_wrong_value_is_named_by_where_it_stands() -> None:
    with pytest.raises(OptionError, match=r"^file: latency=x: use a factor"):
        ask({}, given(latency="x"))
    with pytest.raises(OptionError, match=r"^vcr_latency=y: use a factor"):
        ask({"latency": "y"}, given(latency="x"))


def test_every_option_is_text_so_that_our_parsers_see_a_wrong_value() -> None:
    for option in OF_SESSION:
        if option.kind is not Kind.LIST:
            with pytest.raises(exceptions.OptionsError, match="multiple values"):
                ask({option.name: ["a", "b"]})


def test_an_empty_list_of_mitmproxy_is_one() -> None:
    for name in [option.name for option in OF_SESSION if option.kind is Kind.LIST]:
        assert ask({name: [""]})[0] == Settings()


def test_what_a_project_says_is_the_default_of_the_addon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mitmvcr.toml").write_text("latency = 0.5")
    monkeypatch.chdir(tmp_path)
    assert ask({}, in_force({}, {}))[0].latency == 0.5
