"""Options in the environment and in files: what counts, and what is refused."""

from contextlib import chdir
from pathlib import Path

import pytest

from mitmvcr.config import ConfigError, from_environment, from_files, in_force
from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.options import BY_NAME, CASSETTE, MODE, OF_SESSION, REPORT, Settings
from mitmvcr.values import Given, Value, Values

IGNORE = BY_NAME["ignore_json"]
LATENCY = BY_NAME["latency"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def write(folder: Path, text: str, name: str = "mitmvcr.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def values(folder: Path, **environment: str) -> Values:
    with chdir(folder):
        return in_force({}, environment)


# Which counts


def test_the_command_line_comes_first_and_defaults_last(project: Path) -> None:
    own = write(project, "mode = 'replay'")
    shared = write(project, "tool.mitmvcr.mode = 'all'", "pyproject.toml")
    last = {MODE.name: Given("passthrough", "x", "CI")}
    typed = {MODE.name: Given("once", "--mode", "command line")}
    environment = {MODE.variable: "new_episodes"}

    def found(*layers: object) -> tuple[object, str]:
        with chdir(project):
            value = in_force(*layers, last)[MODE]  # type: ignore[arg-type] # put together below
        return value.text, value.source

    assert found(typed, environment) == ("once", "command line")
    assert found({}, environment) == ("new_episodes", "MITMVCR_MODE")
    assert found({}, {}) == ("replay", str(own))
    own.unlink()
    assert found({}, {}) == ("all", str(shared))
    shared.unlink()
    assert found({}, {}) == ("passthrough", "CI")
    assert values(project)[MODE] == Value(MODE)
    assert (values(project)[MODE].text, values(project)[MODE].source) == (
        "record_once",
        "default",
    )


def test_lists_add_up_from_the_general_to_the_particular(project: Path) -> None:
    write(project, "[tool.mitmvcr]\nignore-json = ['$.a', '$.b']", "pyproject.toml")
    write(project, "ignore_json = '$.c'")
    typed = {IGNORE.name: Given(("$.a", "$.e"), IGNORE.word, "command line")}
    with chdir(project):
        found = in_force(typed, {IGNORE.variable: "$.d\n\n $.b \n"})[IGNORE]
    assert found.text == ("$.a", "$.b", "$.c", "$.d", "$.e")
    assert [str(each) for each in found.read()] == [*found.text]
    assert found.source.endswith("mitmvcr.toml + MITMVCR_IGNORE_JSON + command line")


def test_the_nearest_file_counts_up_to_the_top_of_the_repository(
    project: Path,
) -> None:
    inner = project / "a" / "b"
    write(project.parent, "mode = 'outside'")
    write(project, "latency = 1")
    write(project, "[tool.mitmvcr]\nlatency = 2\nspool = 7", "pyproject.toml")
    write(inner, "[tool.other]\nmitmvcr = 1", "pyproject.toml")
    try:
        assert values(inner)[LATENCY].text == "1"
        assert values(inner)[BY_NAME["spool"]].text == "7"
        assert values(inner)[MODE].source == "default"
        write(project / "a", "spool = 8")
        assert values(inner)[LATENCY].text == "2"
        assert values(inner)[BY_NAME["spool"]].text == "8"
    finally:
        (project.parent / "mitmvcr.toml").unlink()


def test_outside_of_a_project_and_of_home_only_the_folder_itself_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "a"
    inner.mkdir()
    write(tmp_path, "latency = 1")
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    assert values(inner)[LATENCY].source == "default"
    assert values(tmp_path)[LATENCY].text == "1"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert values(inner)[LATENCY].text == "1"


def test_paths_in_a_file_are_relative_to_it(project: Path) -> None:
    lines = "cassette = 'c/chat.yaml'\nreport = ['r.json', '-', '~/r.xml', '/r.xml']"
    write(project, lines)
    inner = project / "a"
    inner.mkdir()
    assert values(project)[CASSETTE].text == "c/chat.yaml"
    assert values(inner)[CASSETTE].text == f"{project}/c/chat.yaml"
    assert values(inner)[REPORT].text == (
        f"{project}/r.json",
        *("-", "~/r.xml", "/r.xml"),
    )
    write(project, "cassette = 's3://bucket/chat.yaml'")
    assert values(inner)[CASSETTE].text == "s3://bucket/chat.yaml"


def test_what_nobody_gave_is_the_default(project: Path) -> None:
    write(project, "latency = 2")
    found = values(project)
    assert found.settings(OF_SESSION) == Settings(latency=2.0)
    assert found.settings([MODE]) == Settings()
    assert found.read([BY_NAME["port"], BY_NAME["ui"]]) == {"port": 8080, "ui": "dump"}


# The environment


def test_an_empty_variable_is_not_set_and_others_are_not_ours() -> None:
    others = {"MITMVCR_HOME": "/x", "MITMVCR_VERSION": "1", "MODE": "x", "mitmvcr": "y"}
    assert from_environment({MODE.variable: "", **others}) == {}


def test_a_run_tells_its_command_the_cassette_and_that_is_no_option() -> None:
    told = {CASSETTE.variable: "outer.yaml", MODE.variable: "replay"}
    assert from_environment(told).keys() == {"cassette", "mode"}
    inside = told | {"MITMVCR_PROXY_URL": "http://127.0.0.1:1"}
    assert from_environment(inside).keys() == {"mode"}


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("MITMVCR_MOED", "MITMVCR_MODE"),
        ("MITMVCR_IGNORE_JSN", "MITMVCR_IGNORE_JSON"),
        ("MITMVCR_mode", "MITMVCR_MODE"),
        ("MITMVCR_CASETTE", "MITMVCR_CASSETTE"),
    ],
)
def test_a_mistyped_variable_is_told(variable: str, meant: str) -> None:
    """Without its value, which may be a secret."""
    with pytest.raises(ConfigError) as caught:
        from_environment({variable: "x"})
    assert str(caught.value) == f"{variable}: no such option; did you mean {meant}?"


# Files that cannot be used


def test_a_working_folder_that_is_gone_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(ConfigError, match="the working folder cannot be read: No such"):
        in_force({}, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nmoed = 'x'", "mitmvcr.toml:2: moed: no such option; did you mean mode?"),
        (
            "# x\n'ignore-jsn' = 1",
            "mitmvcr.toml:2: ignore-jsn: no such option; did you mean ignore_json?",
        ),
        ("vcr_mode = 'x'", "mitmvcr.toml:1: mode: stands here without vcr_ before it"),
        (
            "vcr-ignore-json = 1",
            "mitmvcr.toml:1: ignore_json: stands here without vcr_ before it",
        ),
        ("MODE = 'x'", "mitmvcr.toml:1: MODE: no such option; did you mean mode?"),
        (
            "nonsense = 1",
            "mitmvcr.toml:1: nonsense: no such option; 'mitmvcr config' shows them all",
        ),
        (
            "[tool.mitmvcr]\nmode = 'x'",
            "mitmvcr.toml: [tool]: is a table; here options stand in none",
        ),
        (
            "[run]",
            "mitmvcr.toml: [run]: is a table; here options stand in none",
        ),
        (
            "ignore_json=[]\nignore-json=[]",
            "mitmvcr.toml:2: ignore-json: is given twice",
        ),
        ("latency = [1]", "mitmvcr.toml:1: latency=[1]: use a single value"),
        ("keep = ['a', 1]", "mitmvcr.toml:1: keep=['a', 1]: use a list of texts"),
        ("mode = 2020-01-01", "mitmvcr.toml:1: mode=2020-01-01: use a single value"),
    ],
)
def test_a_wrong_key_or_type_is_one_line(project: Path, text: str, said: str) -> None:
    write(project, text)
    with pytest.raises(VcrError) as caught:
        from_files(project)
    assert str(caught.value) == said


def test_the_line_is_that_of_our_table(project: Path) -> None:
    lines = "[a]\nmoed = 1\n[tool.mitmvcr]\nlatency = 1\nmoed = 1"
    write(project, lines, "pyproject.toml")
    with pytest.raises(ConfigError, match=r"^pyproject\.toml:5: moed: no such option"):
        from_files(project)


def test_a_table_within_ours_is_told(project: Path) -> None:
    write(project, "[tool.mitmvcr]\n[tool.mitmvcr.run]\nmode='x'", "pyproject.toml")
    with pytest.raises(ConfigError) as caught:
        from_files(project)
    assert str(caught.value) == (
        "pyproject.toml: [tool.mitmvcr.run]: is a table; options stand in"
        " [tool.mitmvcr] itself"
    )


@pytest.mark.parametrize("text", ["mode = replay_only", "cassette = a.yaml"])
def test_a_text_without_its_quotes_is_told(project: Path, text: str) -> None:
    write(project, text)
    remedy = r"not TOML: .* \(at line 1.*\); put texts in quotes"
    with pytest.raises(ConfigError, match=rf"^mitmvcr\.toml: {remedy}"):
        from_files(project)


def test_toml_that_is_none_is_told_with_its_place(project: Path) -> None:
    inner = project / "a"
    inner.mkdir()
    path = write(project, "mode = \n")
    with pytest.raises(ConfigError, match=rf"^{path}: .*line 1"):
        from_files(inner)


def test_toml_that_is_nested_too_deeply_is_told(project: Path) -> None:
    write(project, f"mode = {'[' * 20_000}{']' * 20_000}\n")
    with pytest.raises(ConfigError, match=r"^mitmvcr\.toml: is nested too deeply$"):
        from_files(project)


def test_a_file_that_cannot_be_read_is_told(project: Path) -> None:
    path = project / "mitmvcr.toml"
    path.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=rf"^{path}: cannot be read: it is not UTF-8"):
        from_files(project)
    path.unlink()
    path.mkdir()
    with pytest.raises(ConfigError, match=rf"^{path}: cannot be read: Is a directory"):
        from_files(project)


def test_a_byte_order_mark_is_none_of_the_file(project: Path) -> None:
    path = project / "mitmvcr.toml"
    path.write_bytes(b'\xef\xbb\xbfmode = "replay_only"\r\n')
    assert values(project)[MODE].text == "replay_only"


def test_a_link_that_leads_nowhere_is_told(project: Path) -> None:
    (project / "pyproject.toml").symlink_to("gone")  # not ours to judge
    assert from_files(project) == []
    path = project / "mitmvcr.toml"
    path.symlink_to("gone")
    with pytest.raises(ConfigError, match=rf"^{path}: cannot be read: the link leads"):
        from_files(project)


def test_a_pyproject_that_is_not_about_us_is_left_alone(project: Path) -> None:
    for text in ("broken =", "[tool.other]", "dependencies = ['mitmvcr']", "tool = 1"):
        write(project, text, "pyproject.toml")
        assert from_files(project) == []


def test_our_table_in_pyproject_has_to_be_one(project: Path) -> None:
    write(project, "tool.mitmvcr = 1", "pyproject.toml")
    with pytest.raises(ConfigError, match=r"^pyproject.toml: \[tool.mitmvcr\] is not"):
        from_files(project)
    write(project, "[tool.mitmvcr", "pyproject.toml")
    with pytest.raises(ConfigError, match=r"^pyproject.toml: "):
        from_files(project)


def test_a_later_error_names_the_option_as_the_user_did(project: Path) -> None:
    write(project, "\npassthrough = '~~'")
    found = values(project)
    with pytest.raises(OptionError, match=r"^mitmvcr.toml:2: passthrough=~~: no"):  # noqa: SIM117
        with found.spelled():
            raise OptionError("vcr_passthrough", "~~", "no filter")
    with pytest.raises(OptionError, match=r"^--cassette=x: y"), found.spelled():
        raise OptionError(CASSETTE.vcr, "x", "y")
    assert repr(found) == f"<Values passthrough ({project}/mitmvcr.toml)>"
