"""The names of tests' cassettes: what is hidden in them, and what older ones had."""

from pathlib import Path

import pytest

from mitmvcr.control.office import Problem
from mitmvcr.options import Settings
from mitmvcr.proxy.desk import Desk
from mitmvcr.proxy.naming import Names
from mitmvcr.proxy.sessions.shared import Worker
from mitmvcr.secrets.rules import DEFAULT, Rules
from mitmvcr.store.names import session_name
from rig import Rig, in_loop

TOKEN = "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789AB"
SECOND = "ghp_" + "zyxwvutsrqponmlkjihgfedcba9876543210AB"
BOT = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw4"


def hidden(name: str, test: str, rules: Rules = DEFAULT) -> str:
    return Names().hidden(name, test, rules)


def test_a_token_in_a_name_is_hidden_and_another_makes_another_name() -> None:
    first, second = (
        hidden(f"test_a/test[{token}]", f"test_a.py::test[{token}]")
        for token in (TOKEN, SECOND)
    )
    assert first.startswith("test_a/test[REDACTED-github-long-token]~")
    assert first[:-8] == second[:-8]
    assert first != second
    assert first == hidden(f"test_a/test[{TOKEN}]", f"/any/where::test[{TOKEN}]")
    for name in (first, second):
        assert session_name(name) == name


def test_a_secret_that_stands_elsewhere_changes_no_name() -> None:
    """The folder of a suite is another on each machine."""
    name = f"test[{TOKEN}]"
    found = [hidden(name, f"/{where}/a.py::{name}") for where in ("x", SECOND)]
    assert found[0] == found[1]
    assert hidden("test", f"/{TOKEN}/a.py::test") == "test"


def test_a_name_without_secrets_stays() -> None:
    for name in ("a/test_token[b]", "a/logs in: token: is refused", "test[secret=x]"):
        assert hidden(name, name) == name


def test_a_secret_is_known_by_the_test_where_its_name_has_lost_what_shows_it() -> None:
    """A helper puts a dash for what no file has in its name."""
    for secret in (BOT, "https://me:correcthorse7@example.test/"):
        name = f"test[{secret.replace(':', '-').replace('/', '-')}]"
        found = hidden(f"test_a/{name}", f"test_a.py::test[{secret}]")
        assert "REDACTED-" in found
        assert "AAHdqTcv" not in found
        assert "correcthorse7" not in found


def test_the_value_of_a_secret_variable_is_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "zu8eiTh3aiGh5oo")
    name = hidden("a/logs in with zu8eiTh3aiGh5oo", "a > logs in with zu8eiTh3aiGh5oo")
    assert name.startswith("a/logs in with REDACTED-SHOP_PASSWORD~")
    kept = "a/logs in with zu8eiTh3aiGh5oo"
    assert hidden(kept, kept, Rules(keep=("SHOP_PASSWORD",))) == kept


def test_a_password_that_is_a_word_is_none_in_a_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a machine where it is not set, the cassette is to be found, too."""
    monkeypatch.setenv("DB_PASSWORD", "postgres1")
    monkeypatch.setenv("DATABASE_URL", "postgres://postgres1:postgres1@db/shop")
    name = "tests/test_postgres1/test_connects[postgres1]"
    assert hidden(name, name) == name
    assert "postgres1" not in hidden(name, name, Rules(secrets=("DB_PASSWORD", "NO")))


def test_what_is_left_of_a_token_where_a_helper_cut_a_name_is_hidden() -> None:
    for left in (9, 25, len(TOKEN) - 1):
        title = "x" * (179 - left) + f" {TOKEN} and more"
        found = hidden(f"a/{title[:180]}...{'0' * 16}", f"a > {title}")
        assert TOKEN[:9] not in found
        assert session_name(found) == found


def test_a_name_that_gets_longer_is_still_one() -> None:
    secret = "https://me:pass-word@h"
    for name in (f"{'x' * 180}pass-word", f"{'é' * 95}pass-word/b", f"{'x' * 198}"):
        found = hidden(name, f"{name} {secret}")
        assert session_name(found) == found
        assert "pass-word" not in found


def test_what_a_user_keeps_stays() -> None:
    name = f"test[{TOKEN}]"
    assert hidden(name, name, Rules(off=True)) == name
    assert hidden(name, name, Rules(keep=("github-long-token",))) == name
    names = Names()  # whose rules may change
    assert names.hidden(name, name, Rules(off=True)) == name
    assert names.hidden(name, name, DEFAULT) != name
    assert names.hidden(name, name, Rules(keep=("github-long-token",))) == name


def test_a_cassette_keeps_the_name_that_an_older_version_gave_it(
    tmp_path: Path,
) -> None:
    root, names = Settings(dir=tmp_path), Names()
    wish = {"cassette": "A.B.test", "formerly": "B.test", "test": "t", "name": "w"}
    fresh = {"cassette": "A.B.test", "test": "t", "name": "w"}
    assert names.named(wish, root) == fresh
    (tmp_path / "B.test.yaml").touch()
    assert names.named(wish, root) == {**fresh, "cassette": "B.test"}
    (tmp_path / "A.B.test.yaml").touch()
    assert names.named(wish, root) == fresh
    with pytest.raises(Problem, match=r"formerly: .* leaves the folder"):
        names.named({**wish, "formerly": "../x"}, root)
    (tmp_path / "B.test.yaml").touch()  # it is not asked for in place of no name
    with pytest.raises(Problem, match="cassette: "):
        names.named({**wish, "cassette": "A\x0fB"}, root)


def test_one_with_a_secret_in_its_name_is_still_found(tmp_path: Path) -> None:
    root, names = Settings(dir=tmp_path), Names()
    wish = {"cassette": f"t[{TOKEN}]", "test": TOKEN, "name": f"t[{TOKEN}]@gw1"}
    new = names.named(wish, root)
    assert TOKEN not in f"{new['cassette']}{new['name']}"
    assert new["name"] == f"{new['cassette']}@gw1"
    (tmp_path / f"t[{TOKEN}].yaml").touch()
    assert names.named(wish, root) == wish
    (tmp_path / f"{new['cassette']}.yaml").touch()
    assert names.named(wish, root) == new


def test_what_is_chosen_by_name_stays(tmp_path: Path) -> None:
    root, names = Settings(dir=tmp_path), Names()
    for wish in ({"cassette": f"t[{TOKEN}]"}, {"cassette": 1}, {"name": 1}, {}):
        assert names.named(wish, root) == wish
    assert names.named({"name": "a"}, root) == {"name": "a", "cassette": "a"}
    assert names.named({"cassette": "a", "formerly": "b"}, None) == {"cassette": "a"}


def test_a_session_of_another_name_holds_no_secret(tmp_path: Path) -> None:
    root, names = Settings(dir=tmp_path), Names()
    for wish in ({"cassette": "a"}, {}):
        new = names.named({**wish, "name": f"b {TOKEN}", "test": TOKEN}, root)
        assert TOKEN not in f"{new['name']}{new['cassette']}"


@in_loop
async def test_the_session_that_is_opened_has_the_names(tmp_path: Path) -> None:
    rig = Rig(vcr_dir=str(tmp_path))
    desk = Desk(rig.vcr.sessions)
    wish = {"cassette": f"t[{TOKEN}]", "test": f"t.py::t[{TOKEN}]", "port": False}
    opened = await desk.open(wish)
    rig.answer(rig.begin(str(opened["name"])))
    await desk.end(str(opened["name"]))
    (path,) = tmp_path.iterdir()
    assert path.name == f"{opened['name']}.yaml"
    assert TOKEN not in f"{opened}"
    rig.vcr.done()


def test_what_some_disks_take_for_one_cassette_is_one_workers() -> None:
    worker = Worker(0, 64)
    for name in ("test[GET]", "Straße"):
        assert worker.owner(name) == worker.owner(name.swapcase().upper())
