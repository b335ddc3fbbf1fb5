"""Options as text become typed values; what cannot be used is told with its remedy."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mitmvcr import parsing
from mitmvcr.cassette_options import parse_cassette as parse_chosen
from mitmvcr.core.errors import OptionError, UnusableValueError
from mitmvcr.core.modes import Mode, Repeats
from mitmvcr.network_options import Address
from mitmvcr.options import BY_NAME, Settings, Text, as_options
from mitmvcr.secrets.rules import Rules
from option_samples import parse_settings

parse_dir = BY_NAME["dir"].read
parse_fsync = BY_NAME["fsync"].read
parse_hooks = BY_NAME["hooks"].read
parse_latency = BY_NAME["latency"].read
parse_layout = BY_NAME["layout"].read
parse_mode = BY_NAME["mode"].read
parse_partial = BY_NAME["partial"].read
parse_repeats = BY_NAME["allow_repeats"].read
parse_view = BY_NAME["view"].read
# Where there has to be one.
parse_cassette = replace(BY_NAME["cassette"], parse=parse_chosen).read


def parse_switch(option: str, text: str) -> bool:
    return BY_NAME["websocket"].read(text, option)


def parse_size(option: str, text: str) -> int:
    return BY_NAME["spool"].read(text, option)


def parse_redaction(**texts: Text) -> Rules:
    return parse_settings(**texts).redaction


# Mode


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("record_only", Mode.RECORD_ONLY),
        ("replay_only", Mode.REPLAY_ONLY),
        ("replay_with_new_episodes", Mode.REPLAY_WITH_NEW_EPISODES),
        ("record_once", Mode.RECORD_ONCE),
        ("passthrough", Mode.PASSTHROUGH),
        ("record", Mode.RECORD_ONLY),
        ("replay", Mode.REPLAY_ONLY),
        ("new_episodes", Mode.REPLAY_WITH_NEW_EPISODES),
        ("once", Mode.RECORD_ONCE),
        ("all", Mode.RECORD_ONLY),
        ("none", Mode.REPLAY_ONLY),
        (" Replay_Only ", Mode.REPLAY_ONLY),
    ],
)
def test_a_mode_goes_by_go_vcrs_name_a_short_one_or_vcrpys(
    text: str, mode: Mode
) -> None:
    assert parse_mode(text) is mode


def test_a_mistyped_mode_is_told_with_the_nearest() -> None:
    with pytest.raises(OptionError, match=r"vcr_mode=Reply: did you mean replay\?"):
        parse_mode("Reply")


@pytest.mark.parametrize("text", ["", "x", "compact"])
def test_an_unknown_mode_is_told_with_the_known_ones(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse_mode(text)
    given = f"vcr_mode={text}" if text else "vcr_mode has no value"
    assert str(caught.value) == (
        f"{given}: use one of record_only, replay_only,"
        " replay_with_new_episodes, record_once, passthrough, record, all, replay,"
        " none, new_episodes, once"
    )


def test_a_comparison_is_no_mode_of_a_session() -> None:
    with pytest.raises(OptionError) as caught:
        parse_mode("Compare")
    assert str(caught.value) == (
        "vcr_mode=Compare: only a run compares: mitmvcr run -m compare -- COMMAND"
    )


# Cassette


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("chat", "chat.yaml"),
        ("a.b/chat", "a.b/chat.yaml"),
        ("chat.yaml", "chat.yaml"),
        ("chat.yml", "chat.yml"),
        ("chat.v1", "chat.v1"),
        ("a b/chät", "a b/chät.yaml"),
        (".chat", ".chat.yaml"),
    ],
)
def test_a_cassette_with_no_extension_gets_yaml(text: str, path: str) -> None:
    assert parse_cassette(text) == Path(path)


def test_a_cassette_may_be_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert parse_cassette("~/chat") == tmp_path / "chat.yaml"


def test_the_home_of_nobody_known_is_told() -> None:
    with pytest.raises(OptionError, match=r"^vcr_cassette=~no-such-user/x: "):
        parse_cassette("~no-such-user/x")


@pytest.mark.parametrize("text", ["", "  "])
def test_a_cassette_needs_a_name(text: str) -> None:
    with pytest.raises(OptionError, match=r"name a file, as cassettes/chat\.yaml"):
        parse_cassette(text)


def test_a_folder_is_no_cassette(tmp_path: Path) -> None:
    for text in (str(tmp_path), f"{tmp_path}/new/", "new\\"):
        with pytest.raises(OptionError, match="is a folder; name a file in it, as "):
            parse_cassette(text)


def test_a_folder_of_wiremock_s_is_to_be_converted(tmp_path: Path) -> None:
    folder = tmp_path / "wire mock"
    (folder / "mappings").mkdir(parents=True)
    with pytest.raises(OptionError) as refused:
        parse_cassette(str(folder))
    become = f'mitmvcr cassette convert "{folder}" -o cassettes/chat.yaml'
    assert become in str(refused.value)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("s3://bucket/chat.yaml", "s3://bucket/chat.yaml"),
        (" s3://bucket/v1.2/chat ", "s3://bucket/v1.2/chat.yaml"),
        ("memory://chat", "memory://chat.yaml"),
    ],
)
def test_a_url_is_kept_as_it_is(text: str, url: str) -> None:
    assert parse_cassette(text) == url
    assert as_options(parse_settings(cassette=text, mode="once"))["vcr_cassette"] == url


@pytest.mark.parametrize("text", ["s3://", "s3://bucket/"])
def test_a_url_of_a_folder_is_no_cassette(text: str) -> None:
    with pytest.raises(OptionError, match="is a folder; name a file in it, as s3://b"):
        parse_cassette(text)


def test_a_drive_is_no_protocol() -> None:
    assert isinstance(parse_cassette("c://chat.yaml"), Path)


def test_a_path_with_nul_is_no_cassette() -> None:
    with pytest.raises(OptionError, match=r"^vcr_cassette='a\\x00b': a path cannot"):
        parse_cassette("a\0b")


def test_a_name_that_no_system_takes_is_left_to_who_opens_it() -> None:
    assert parse_cassette("x" * 5000).suffix == ".yaml"


# Repeats and latency


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        ("", Repeats.NO),
        ("no", Repeats.NO),
        ("false", Repeats.NO),
        ("all", Repeats.ALL),
        ("yes", Repeats.ALL),
        (" TRUE ", Repeats.ALL),
    ],
)
def test_repeats_are_no_or_all(text: str, repeats: Repeats) -> None:
    assert parse_repeats(text) is repeats


def test_other_repeats_are_told_with_the_remedy() -> None:
    with pytest.raises(OptionError) as caught:
        parse_repeats("twice")
    assert str(caught.value) == "vcr_allow_repeats=twice: use no, last or all"


@pytest.mark.parametrize(
    ("text", "factor"), [("0", 0.0), ("1", 1.0), (" 0.5 ", 0.5), ("1e1", 10.0)]
)
def test_latency_is_a_factor(text: str, factor: float) -> None:
    assert parse_latency(text) == factor


@pytest.mark.parametrize("text", ["", "fast", "-1", "-0.1", "nan", "inf", "1e999"])
def test_latency_that_is_no_factor_is_told_with_the_remedy(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse_latency(text)
    given = f"vcr_latency={text}" if text else "vcr_latency has no value"
    assert str(caught.value) == (
        f"{given}: use a factor of the recorded duration, as 0, 0.5 or 1"
    )


# The folder of sessions


def test_the_folder_of_sessions_need_not_exist_yet(tmp_path: Path) -> None:
    assert parse_dir("") is None
    assert parse_dir(" ") is None
    assert parse_dir(str(tmp_path)) == tmp_path
    assert parse_dir("~/cassettes") == Path.home() / "cassettes"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        (__file__, "is a file; name a folder, as cassettes"),
        ("s3://bucket/tests", "use a folder of this machine, as cassettes"),
        ("a\0b", "a path cannot hold NUL"),
        ("~nobody-at-all/a", "Could not determine home directory. Name it in full"),
    ],
)
def test_what_is_no_folder_is_told_with_the_remedy(text: str, remedy: str) -> None:
    with pytest.raises(OptionError, match=re.escape(remedy)) as caught:
        parse_dir(text)
    assert str(caught.value).startswith("vcr_dir=")


def test_the_address_of_the_api_is_this_machines_unless_it_is_named() -> None:
    read, write = BY_NAME["control"].read, BY_NAME["control"].write
    addresses = {
        "": None,
        " 0": Address(0),
        "8081": Address(8081),
        "localhost:0": Address(0, "localhost"),
        "0.0.0.0:80": Address(80, "0.0.0.0"),
        "[::1]:80": Address(80, "::1"),
        "127.0.0.1:80": Address(80),
    }
    assert {text: read(text) for text in addresses} == addresses
    for address in addresses.values():
        assert read(write(address)) == address
    for text, remedy in [
        ("70000", "use a port"),
        ("a:b", "vcr_control=a:b: use a port"),
        ("::1:80", "use PORT, HOST:PORT or [IPv6]:PORT"),
        ("[a]:80", "use PORT, HOST:PORT or [IPv6]:PORT"),
        (":80", "use PORT, HOST:PORT or [IPv6]:PORT"),
        ("http://a:80", "use PORT, HOST:PORT or [IPv6]:PORT"),
    ]:
        with pytest.raises(OptionError, match=re.escape(remedy)) as caught:
            read(text)
        assert str(caught.value).startswith("vcr_control=")


# Together


def test_nothing_chosen_records_once_to_no_cassette_yet() -> None:
    assert parse_settings(cassette="", mode="record_once") == Settings(
        cassette=None,
        mode=Mode.RECORD_ONCE,
        allow_repeats=Repeats.NO,
        latency=0.0,
        passthrough=(),
    )


def test_all_options_are_parsed_together() -> None:
    assert parse_settings(
        cassette="chat",
        mode="replay",
        allow_repeats="all",
        latency="0.5",
        passthrough=["~d a.example", "", "~d b.example"],
    ) == Settings(
        cassette=Path("chat.yaml"),
        mode=Mode.REPLAY_ONLY,
        allow_repeats=Repeats.ALL,
        latency=0.5,
        passthrough=("~d a.example", "~d b.example"),
    )


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("vcr_cassette", {"cassette": "a/"}),
        ("vcr_mode", {"mode": "x"}),
        ("vcr_allow_repeats", {"allow_repeats": "x"}),
        ("vcr_latency", {"latency": "x"}),
        ("vcr_fsync", {"fsync": "always"}),
        ("vcr_write_empty", {"write_empty": "x"}),
        ("vcr_save_failed", {"save_failed": ""}),
        ("vcr_keep_volatile", {"keep_volatile": "x"}),
        ("vcr_spool", {"spool": "0"}),
    ],
)
def test_the_wrong_option_is_named(option: str, values: dict[str, str]) -> None:
    with pytest.raises(OptionError) as caught:
        parse_settings(**({"cassette": "a", "mode": "once"} | values))  # type: ignore[arg-type] # all are text
    assert caught.value.option == option


@pytest.mark.parametrize(
    ("text", "layout"),
    [("v4", "v4"), (" V3 ", "v3"), ("v3", "v3"), ("V4.0.8", "v4.0.8")],
)
def test_a_layout_is_known_by_its_library(text: str, layout: str) -> None:
    assert parse_layout(text) == layout


def test_another_layout_names_those_that_there_are() -> None:
    with pytest.raises(OptionError, match=r"vcr_layout=v5: use v4, v4\.0\.8 or v3"):
        parse_layout("v5")


def test_a_stream_that_was_cut_is_kept_or_dropped() -> None:
    assert parse_partial("Keep ") == "keep"
    assert parse_partial("drop") == "drop"
    with pytest.raises(OptionError, match="vcr_partial=half: use keep or drop"):
        parse_partial("half")


def test_the_disk_is_forced_with_each_interaction_or_at_the_close() -> None:
    assert parse_fsync(" Each ")
    assert not parse_fsync("close")
    with pytest.raises(OptionError, match="vcr_fsync=2: use each or close"):
        parse_fsync("2")


@pytest.mark.parametrize(
    ("text", "value"),
    [("yes", True), (" True ", True), ("no", False), ("false", False)],
)
def test_a_switch_is_yes_or_no(text: str, value: bool) -> None:
    assert parse_switch("vcr_x", text) is value


def test_a_switch_that_is_neither_is_told_with_its_name() -> None:
    with pytest.raises(OptionError, match="vcr_x=maybe: use yes or no"):
        parse_switch("vcr_x", "maybe")


@pytest.mark.parametrize(
    ("text", "size"), [("7", 7), (" 2K ", 2048), ("1MB", 1 << 20), ("3g", 3 << 30)]
)
def test_a_size_is_in_bytes_or_larger_units(text: str, size: int) -> None:
    assert parse_size("vcr_x", text) == size


@pytest.mark.parametrize("text", ["", "k", "1.5m", "-1", "1t", "0", "²"])
def test_what_is_no_size_is_told_with_examples(text: str) -> None:
    with pytest.raises(OptionError, match="use a size, as 500k, 1m or 2g"):
        parse_size("vcr_x", text)


@pytest.mark.parametrize(("text", "view"), [("go", "go"), (" Wire ", "wire")])
def test_a_view_is_gos_or_the_wires(text: str, view: str) -> None:
    assert parse_view(text) == view


def test_another_view_names_those_that_there_are() -> None:
    with pytest.raises(OptionError, match="vcr_view=tcp: use go or wire"):
        parse_view("tcp")


def test_settings_as_options_are_parsed_to_the_same_settings() -> None:
    settings = parse_settings(
        cassette="a.yaml",
        mode="replay_only",
        allow_repeats="all",
        latency="0.5",
        passthrough=["~d a", "~d b"],
        layout="v3",
        record_chunks="yes",
        record_errors="yes",
        partial="drop",
        websocket="yes",
        fsync="each",
        write_empty="yes",
        save_failed="no",
        keep_volatile="yes",
        spool="3k",
        view="wire",
        redact="none",
        headers="minimal",
        redact_headers=["X-Mine, X-Yours", "X-Theirs"],
        redact_query=["mine"],
        redact_json=["$.a.b"],
        redact_regex=["acct_([0-9]+)"],
        redact_hosts=["*.example.com"],
        keep=["jwt"],
        secret=["OPENAI_API_KEY"],
    )
    options = {n.removeprefix("vcr_"): v for n, v in as_options(settings).items()}
    assert parse_settings(**options) == settings
    assert as_options(Settings())["vcr_cassette"] == ""


@pytest.mark.parametrize("text", ["dump", "Console", " web "])
def test_a_ui_is_one_of_mitmproxys(text: str) -> None:
    assert BY_NAME["ui"].read(text) == text.strip().lower()


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "http", "²"])
def test_a_port_is_a_number_that_can_be_listened_on(text: str) -> None:
    assert BY_NAME["port"].read(" 65535 ") == 65535
    with pytest.raises(OptionError, match="use a port, from 1 to 65535"):
        BY_NAME["port"].read(text)


# Hooks


def test_a_file_of_hooks_has_to_be_there(tmp_path: Path) -> None:
    file = tmp_path / "hooks.py"
    assert parse_hooks(" ") is None
    with pytest.raises(OptionError, match=r"^vcr_hooks=.*: there is no such file$"):
        parse_hooks(str(file))
    with pytest.raises(OptionError, match=r": is a folder; name a file in it, as .*"):
        parse_hooks(str(tmp_path))
    file.touch()
    assert parse_hooks(f" {file} ") == file


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"redact": "all"}, "vcr_redact=all: use default or none"),
        ({"redact_json": ["$["]}, r"vcr_redact_json=\$\[: not a JSONPath"),
        ({"redact_regex": ["(a"]}, r"vcr_redact_regex=\(a: not a regular expression"),
        ({"redact_hosts": ["a/b"]}, "vcr_redact_hosts=a/b: use a host name"),
        ({"secret": ["sk-value"]}, r"vcr_secret=\.\.\.: name a variable"),
    ],
)
def test_what_cannot_be_redacted_is_told(options: dict, problem: str) -> None:
    with pytest.raises(OptionError, match=problem):
        parse_redaction(**options)


def test_json_paths_need_their_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonpath", None)
    with pytest.raises(OptionError, match="install python-jsonpath"):
        parse_redaction(redact_json=["$.never.asked.before"])


def test_request_headers_are_chosen_by_name() -> None:
    assert parse_redaction(headers="Accept, X-Mine").headers_kept == {
        "accept",
        "x-mine",
    }
    assert parse_redaction(headers="all").headers_kept is None
    assert parse_redaction(headers="minimal").headers_kept == {
        "accept",
        "content-type",
        "user-agent",
    }


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", None), ("30d", 2592000), ("2w", 1209600), ("12h", 43200), (" 1D ", 86400)],
)
def test_an_age_has_days_and_weeks_too(text: str, seconds: float | None) -> None:
    assert parsing.parse_age(text) == seconds


@pytest.mark.parametrize("text", ["d", "-1d", "0s", "old", "-5m"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(UnusableValueError, match="30d"):
        parsing.parse_age(text)
