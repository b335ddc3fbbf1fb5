"""The commands that look after cassettes, as a user types them."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli.helpers import Cli, on_a_terminal
from mitmvcr.cli import main
from mitmvcr.core.model import Cassette, Interaction
from mitmvcr.format import reader, writer
from mitmvcr.store.store import FileStore
from patience import PATIENCE, read_line
from tools.making import URL, met

TOKEN = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bD1fG3hJ5"
#: An editor that replaces a text, given as NAME OLD NEW.
#: Nor is there any on the PATH.
NO_EDITOR = {"EDITOR": "", "VISUAL": "", "PATH": "/no/bin"}
EDITOR = (
    "import sys, pathlib; old, new, name = sys.argv[1:]; file = pathlib.Path(name);"
    " text = file.read_text(); file.write_text(text.replace(old, new))"
)


def put(path: Path, *held: Interaction) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(
        writer.dumps(Cassette([replace(e, id=n) for n, e in enumerate(held)]))
    )
    return path


def paths(path: Path) -> list[str]:
    held = reader.load(path).interactions
    return [each.request.url.removeprefix(URL) for each in held]


def report(path: Path, cassette: Path, *used: tuple[int, str], **more: object) -> Path:
    entries = [
        {"outcome": "replayed", "interaction": at, "method": "GET", "url": URL + where}
        for at, where in used
    ]
    facts = {"version": 1, "failure": None, "exit_status": 0, "cassette": str(cassette)}
    facts |= {"counts": {"missed": 0}, "entries": entries} | more
    path.write_text(json.dumps(facts))
    return path


A, B, C = met("/a", b'{"n": 1}', day=2), met("/b", b"[1]", day=3), met("/c", b"[2]")


class Here:
    """The command line in this process: a hundred processes would take seconds."""

    def __init__(self, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]):
        self._patch, self._capture = patch, capture

    def __call__(self, *words: str | Path, env: Mapping[str, str] = {}):
        with self._patch.context() as patched:
            for name, value in env.items():
                patched.setenv(name, value)
            code = main([*map(str, words)])
        shown = self._capture.readouterr()
        return SimpleNamespace(returncode=code, stdout=shown.out, stderr=shown.err)


@pytest.fixture
def here(tmp_path: Path, monkeypatch, capsys) -> Here:
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return Here(monkeypatch, capsys)


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    return put(tmp_path / "held" / "chat.yaml", A, B, C)


# ls and stats


def test_ls_is_a_line_for_each_cassette(here: Here, chat: Path, tmp_path: Path):
    put(chat.with_name("auth.yaml"), met("/t", f'{{"token": "{TOKEN}"}}'.encode()))
    chat.with_name("bad.yaml").write_text("version: 2\ninteractions: [{}]\n")
    one = report(tmp_path / "login.json", chat, (0, "/a"))
    shown = here("cassette", "ls", chat.parent, "--report", one)
    assert shown.returncode == 1
    heading, auth, own = (line.split() for line in shown.stdout.splitlines())
    assert heading[:4] == ["count", "size", "age", "format"]
    assert (auth[0], auth[-1]) == ("1", str(chat.with_name("auth.yaml")))
    assert "go-vcr v4  1        none" in shown.stdout
    assert (own[0], own[-1]) == ("3", str(chat))
    assert "go-vcr v4  0        login" in shown.stdout
    assert shown.stderr.count("\n") == 1
    assert shown.stderr.startswith(f"mitmvcr: error: {chat.with_name('bad.yaml')}: ")


def test_ls_is_narrow_whatever_a_cassette_holds(here: Here, chat: Path):
    """Odd methods made one column hundreds of characters wide, and moved the others."""
    odd = [replace(A, request=replace(A.request, method=f"M\t{n}")) for n in range(60)]
    put(chat.with_name("odd.yaml"), *odd)
    lines = here("cassette", "ls", chat.parent).stdout.splitlines()
    assert max(map(len, lines)) < 120 + len(str(chat))
    assert r"M\t0 1, M\t1 1, M\t10 1, M\t11 1, 56 others  " in lines[2]
    assert len({line.find("api.example.com") for line in lines[1:]}) == 1


def test_ls_of_nothing_has_no_headings(here: Here, tmp_path: Path):
    document = tmp_path / "a.json"
    document.write_text('{"openapi": "3.0.0", "info": {}, "paths": {}}')
    shown = here("cassette", "ls", document)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert shown.stderr.count("\n") == 1
    assert "is an OpenAPI document" in shown.stderr


def test_ls_has_json(here: Here, chat: Path, tmp_path: Path):
    shown = here("cassette", "ls", chat, "--json", "--no-secrets")
    (facts,) = json.loads(shown.stdout)
    assert facts == {
        "cassette": str(chat),
        "count": 3,
        "size": chat.stat().st_size,
        "hosts": {"api.example.com": 3},
        "methods": {"GET": 3},
        "recorded_first": "2026-11-02T10:00:00+00:00",
        "recorded_last": "2026-11-03T10:00:00+00:00",
        "format": "go-vcr v4",
        "secrets": None,
        "tests": None,
    }
    odd = tmp_path / "odd.json"
    odd.write_text("{}")
    refused = here("cassette", "ls", chat, "--report", odd)
    assert refused.returncode == 125
    assert f"--report={odd}: is not a report of a run: write one with" in refused.stderr


def test_ls_counts_the_secrets_that_scan_shows(here: Here, tmp_path: Path):
    """One is known as one only by a later interaction."""
    value = "Xk7-Lm3qR9sT2vW5yZ8b"
    early = met("/a", f'["{value}"]'.encode())
    late = met("/b", b"[1]", body=f'{{"password": "{value}"}}'.encode(), method="POST")
    path = put(tmp_path / "a.yaml", early, met("/c", b"[2]"), late)
    (facts,) = json.loads(here("cassette", "ls", path, "--json").stdout)
    scanned = here("cassette", "scan", path).stdout
    assert facts["secrets"] == len(scanned.splitlines()) == 2


def test_stats_are_numbers(here: Here, chat: Path):
    shown = here("cassette", "stats", chat.parent)
    first, hosts, *rest = shown.stdout.splitlines()
    assert first.startswith(f"{chat}: 3 interactions, ")
    assert hosts == "  hosts: api.example.com 3"
    assert rest[-1] == f"  3 B: interaction 2, {URL}/c"
    (facts,) = json.loads(here("cassette", "stats", chat, "--json").stdout)
    assert (facts["count"], facts["largest"][0]["interaction"]) == (3, 0)


# merge and split


def test_merge_makes_one_of_several(here: Here, chat: Path, tmp_path: Path):
    other = put(tmp_path / "other.yaml", B, met("/a", b'{"n": 2}', day=9), met("/d"))
    before = chat.read_bytes()
    done = here("cassette", "merge", chat, other, "-o", tmp_path / "new.yaml", "--json")
    assert done.returncode == 0
    assert paths(tmp_path / "new.yaml") == ["/a", "/b", "/c", "/d"]
    assert chat.read_bytes() == before
    (note,) = json.loads(done.stdout)["notes"]
    assert (note["url"], note["kept"]) == (f"{URL}/a", str(other))
    assert f"last at 2026-11-09 10:00:00+00:00; that of {other} is kept" in done.stderr
    assert done.stderr.endswith(
        "new.yaml: 4 interactions of 2 cassettes, 1 held twice\n"
    )
    everything = here("cassette", "merge", chat, other, "--all")
    assert everything.returncode == 0
    assert paths(chat) == ["/a", "/b", "/c", "/b", "/a", "/d"]
    assert before.removesuffix(b"\n") in chat.read_bytes()


def test_split_is_by_host_or_by_test(here: Here, tmp_path: Path):
    chat = put(tmp_path / "chat.yaml", A, met("http://b.com:80/x"), B)
    done = here("cassette", "split", chat)
    assert done.returncode == 0
    assert paths(tmp_path / "chat" / "api.example.com.yaml") == ["/a", "/b"]
    assert paths(tmp_path / "chat" / "b.com_80.yaml") == ["http://b.com:80/x"]
    again = here("cassette", "split", chat)
    assert again.returncode == 1
    assert "api.example.com.yaml: is there already: name another folder" in again.stderr
    one = report(tmp_path / "one.json", chat, (0, "/a"))
    two = report(tmp_path / "two.json", chat, (0, "/a"), (2, "/b"))
    words = ("cassette", "split", chat, "--by", "test", "-o", tmp_path / "tests")
    done = here(*words, "--report", one, "--report", two)
    assert done.returncode == 0
    assert "1 interaction that no test used in no part" in done.stderr
    assert paths(tmp_path / "tests" / "one.yaml") == ["/a"]
    assert paths(tmp_path / "tests" / "two.yaml") == ["/a", "/b"]
    assert "--by=test: name the reports" in here(*words).stderr
    other = report(tmp_path / "other.json", tmp_path / "no.yaml")
    assert (
        "no report says that a test used it" in here(*words, "--report", other).stderr
    )
    wrong = report(tmp_path / "wrong.json", chat, (0, "/b"))
    assert "has changed since report wrong" in here(*words, "--report", wrong).stderr


# trim, rename-host, sort, check --fix


def test_trim_drops_and_cuts(here: Here, chat: Path):
    words = ("cassette", "trim", chat, "--drop", "$.n", "--longest", "2")
    done = here(*words, "--json", "--url", "*/a", "--url", "*/b")
    assert done.returncode == 1
    facts = json.loads(done.stdout)
    assert facts["cassettes"] == [
        {
            "cassette": str(chat),
            "redacted": 0,
            "output": str(chat),
            "changed": True,
            "trimmed": 1,
        }
    ]
    (problem,) = facts["problems"]
    assert problem["problem"].startswith(
        f"interaction 1, {URL}/b: response body: 3 byt"
    )
    assert reader.load(chat).interactions[0].response.body == b"{}"
    for wrong, said in (
        (("--drop", "$["), "--drop=$[: is not a JSONPath"),
        (("--longest", "x"), "--longest=x: use a size, as 500k, 1m or 2g"),
        ((), "say what 'trim' cuts: --longest SIZE, or --drop"),
    ):
        refused = here("cassette", "trim", chat, *wrong)
        assert (refused.returncode, refused.stderr.count("\n")) == (125, 1)
        assert said in refused.stderr


def test_a_check_that_has_nothing_to_mend_says_so(here: Here, chat: Path):
    before = chat.read_bytes()
    done = here("cassette", "check", "--fix", chat)
    assert f"{chat.name}: nothing to restate\n" in done.stderr
    assert chat.read_bytes() == before


def test_what_nobody_touches_stays_byte_for_byte(here: Here, chat: Path):
    by_hand = chat.read_bytes().replace(b"code: 200", b"code:   200 # fine")
    chat.write_bytes(by_hand)
    cut = by_hand.index(b"    - id: 1")
    assert here("cassette", "trim", chat, "--drop", "$.n").returncode == 0
    assert chat.read_bytes().endswith(by_hand[cut:])
    assert chat.read_bytes() != by_hand
    now, stamp = chat.read_bytes(), chat.stat().st_mtime_ns
    assert here("cassette", "trim", chat, "--drop", "$.n").returncode == 0
    assert (chat.read_bytes(), chat.stat().st_mtime_ns) == (now, stamp)


def test_links_and_permissions_are_kept_and_folders_are_mirrored(
    here: Here, chat: Path, tmp_path: Path
):
    chat.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(chat)
    done = here("cassette", "rename-host", "api.example.com", "b.org", link)
    assert done.returncode == 0
    assert link.is_symlink()
    assert stat.S_IMODE(chat.stat().st_mode) == 0o640
    assert paths(chat)[0] == "https://b.org/a"
    words = ("rename-host", "b.org", "c.org:1", "--bodies")
    done = here("cassette", *words, chat.parent, "-o", tmp_path / "out")
    assert paths(tmp_path / "out" / "chat.yaml")[0] == "https://c.org:1/a"
    assert paths(chat)[0] == "https://b.org/a"
    refused = here("cassette", "rename-host", "http://b.org", "c.org", chat)
    assert "'http://b.org' cannot be a host: name one, as" in refused.stderr
    other = put(tmp_path / "chat.yaml", A)
    refused = here("cassette", "sort", chat, other, "-o", tmp_path / "both")
    assert "two of the cassettes would have the same name in it" in refused.stderr
    both = ("cassette", "sort", chat, put(tmp_path / "x.yaml", A))
    assert here(*both, "-o", f"{tmp_path}/both/").returncode == 0
    assert paths(tmp_path / "both" / "x.yaml") == ["/a"]
    assert here("cassette", "sort", chat, "-o", f"{tmp_path}/one/").returncode == 0
    assert len(paths(tmp_path / "one" / "chat.yaml")) == 3


def test_what_cannot_be_read_is_not_fixed(here: Here, tmp_path: Path):
    """With no other cassette there it was "a fault of mitmvcr"."""
    broken = tmp_path / "broken.yaml"
    broken.write_text("version: 2\ninteractions: [a]\n")
    done = here("cassette", "check", "--fix", broken)
    assert done.returncode == 1
    assert "interaction 0: a single value, where a mapping is wanted" in done.stdout


def test_sort_and_fix_restate_ids_and_lengths(here: Here, tmp_path: Path):
    wrong = replace(A, response=replace(A.response, content_length=99))
    chat = put(tmp_path / "chat.yaml", C, wrong)
    done = here("cassette", "sort", chat)
    assert done.stderr.endswith("2 of 2 interactions moved\n")
    assert paths(chat) == ["/a", "/c"]
    chat.write_bytes(chat.read_bytes().replace(b"id: 1", b"id: 7"))
    done = here("cassette", "check", "--fix", tmp_path)
    assert done.returncode == 0
    assert "lengths of 1 interaction and 1 id restated; interaction 0: " in done.stderr
    held = reader.load(chat).interactions
    assert [each.id for each in held] == [0, 1]
    assert held[0].response.content_length == len(A.response.body)
    bad = tmp_path / "bad.yaml"
    bad.write_text("version: 2\ninteractions: [{}]\n")
    done = here("cassette", "check", "--fix", "--json", tmp_path)
    assert done.returncode == 1
    assert {each["path"] for each in json.loads(done.stdout)} == {str(bad)}
    assert bad.read_text() == "version: 2\ninteractions: [{}]\n"


# prune


def test_prune_only_says_what_goes_unless_it_is_to(
    here: Here, chat: Path, tmp_path: Path
):
    idle = put(chat.with_name("idle.yaml"), A)
    one = report(tmp_path / "one.json", chat, (0, "/a"), (2, "/c"))
    words = ("cassette", "prune", chat.parent, "--report", one)
    before = chat.read_bytes()
    said = here(*words)
    assert said.returncode == 0
    assert f"{chat}: interaction 1, GET {URL}/b: no test asked for it" in said.stderr
    assert f"{idle}: no report names it: nothing uses it" in said.stderr
    assert said.stderr.endswith("nothing was changed: --yes does it\n")
    assert (chat.read_bytes(), idle.exists()) == (before, True)
    done = here(*words, "--yes", "--json")
    assert json.loads(done.stdout)["done"] is True
    assert (paths(chat), idle.exists()) == (["/a", "/c"], False)
    again = here(*words, "--yes")
    assert again.returncode == 1
    assert "has changed since report one: run the tests again" in again.stderr


def test_after_a_run_that_failed_nothing_goes(here: Here, chat: Path, tmp_path: Path):
    one = report(tmp_path / "one.json", chat, exit_status=1)
    refused = here("cassette", "prune", chat, "--report", one, "--yes")
    assert refused.returncode == 1
    assert "stays as it is: report one: the command ended with 1" in refused.stderr
    assert len(paths(chat)) == 3


def test_without_reports_nothing_is_pruned(here: Here, chat: Path):
    for words in ((), ("--report", chat.parent)):
        refused = here("cassette", "prune", chat, "--yes", *words)
        assert refused.returncode == 125
        assert "name the reports of runs of the whole suite" in refused.stderr
    assert chat.exists()


# edit


def edit(here: Here, path: Path, old: str, new: str, *words: str):
    editor = f"{sys.executable} -c '{EDITOR}' '{old}' '{new}'"
    environment = {"EDITOR": editor, "VISUAL": editor}
    return here("cassette", "edit", path, *words, env=environment)


def test_edit_writes_a_body_back_as_it_was_spelled(here: Here, chat: Path):
    before = chat.read_bytes()
    done = edit(here, chat, "1", "1000", "--id", "0")
    assert done.returncode == 0, done.stderr
    response = reader.load(chat).interactions[0].response
    assert response.body == b'{"n": 1000}'
    assert response.content_length == 11
    assert chat.read_bytes().endswith(before[before.index(b"    - id: 1") :])
    same = edit(here, chat, "none", "one", "--id", "0", "--json")
    assert json.loads(same.stdout)["cassettes"][0]["changed"] is False


def test_what_cannot_be_used_is_not_lost(here: Here, chat: Path):
    before = chat.read_bytes()
    refused = edit(here, chat, "}", "", "--id", "0")
    assert refused.returncode == 125
    assert refused.stderr.count("\n") == 1
    kept = Path(refused.stderr.rpartition(" is in ")[2].strip())
    assert kept.read_text() == '{\n  "n": 1\n\n'
    kept.unlink()
    assert chat.read_bytes() == before
    assert "--id=9: use 0 to 2" in edit(here, chat, "", "", "--id", "9").stderr
    put(chat, met("/x", b"\0"))
    assert (
        "interaction 0, response body: it is binary"
        in edit(here, chat, "", "", "--id", "0").stderr
    )
    words = ("cassette", "edit", chat, "--id", "0", "--request")
    for environment, said in (
        ({"EDITOR": "/no/editor", "VISUAL": "/no/visual"}, "VISUAL=/no/visual: "),
        ({"EDITOR": "/no/editor", "VISUAL": ""}, "EDITOR=/no/editor: "),
        (NO_EDITOR, "EDITOR has no value: name an editor, as EDITOR=vi (vi: "),
    ):
        failed = here(*words, env=environment)
        assert failed.returncode == 125
        assert failed.stderr.startswith(f"mitmvcr: error: {said}"), failed.stderr
        assert "nothing was changed" in failed.stderr
        assert failed.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_an_edit_that_is_ended_leaves_no_text_behind(
    cli: Cli, chat: Path, tmp_path: Path, name: str
):
    before, folder = chat.read_bytes(), tmp_path / "temporary"
    folder.mkdir()
    wait = "import sys, time; print(1, flush=True); time.sleep(600)"
    script = tmp_path / "editor.py"
    script.write_text(wait)
    editor = {each: f"{sys.executable} {script}" for each in ("EDITOR", "VISUAL")}
    words = [sys.executable, "-m", "mitmvcr", "cassette", "edit", chat, "--id", "0"]
    env = cli.environment(**editor, TMPDIR=str(folder))
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, env=env, start_new_session=True
    ) as process:
        read_line(process, "that the editor is there")
        assert [*folder.iterdir()]
        number = getattr(signal, name)
        os.killpg(process.pid, number)
        assert process.wait(PATIENCE) == 128 + number
    assert not [*folder.iterdir()]
    assert chat.read_bytes() == before


# All of them


def test_secrets_are_hidden_as_a_recording_hides_them(here: Here, tmp_path: Path):
    leaky = met("/t", f'{{"token": "{TOKEN}"}}'.encode())
    chat = put(tmp_path / "chat.yaml", A, leaky)
    done = here("cassette", "sort", chat, "-o", tmp_path / "sorted.yaml")
    assert done.stderr.endswith("1 interaction redacted\n")
    assert TOKEN.encode() not in (tmp_path / "sorted.yaml").read_bytes()
    done = here("cassette", "split", chat)
    assert "1 interaction redacted in its parts" in done.stderr
    assert TOKEN.encode() not in (tmp_path / "chat/api.example.com.yaml").read_bytes()
    done = here("cassette", "merge", chat, put(tmp_path / "b.yaml", B))
    assert done.stderr.endswith("; 1 interaction redacted\n")
    assert TOKEN.encode() not in chat.read_bytes()


def test_a_cassette_that_is_being_recorded_is_refused(here: Here, chat: Path):
    put(chat, met("/t", f'{{"token": "{TOKEN}"}}'.encode()))
    recorder, before = FileStore(chat), chat.read_bytes()
    other = put(chat.parent.parent / "other.yaml", B)
    recorder.begin()
    try:
        for words in (
            ("sort", chat),
            ("merge", chat, chat),
            ("trim", chat, "--drop", "$.n"),
            ("edit", chat, "--id", "0"),
            ("scrub", chat),
            ("convert", other, "-o", chat),
        ):
            refused = here("cassette", *words)
            assert refused.returncode != 0
            assert f"{chat}: is being recorded already by " in refused.stderr
            assert refused.stderr.count("\n") == 1 + (words[0] == "scrub")
    finally:
        recorder.publish()
    assert chat.read_bytes() == before
    assert [each.name for each in chat.parent.iterdir()] == ["chat.yaml"]


def test_a_damaged_file_does_not_keep_others_from_it(here: Here, chat: Path):
    bad = chat.with_name("bad.yaml")
    bad.write_text("version: 2\ninteractions: [{}]\n")
    done = here("cassette", "rename-host", "api.example.com", "b.org", chat.parent)
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert first.startswith(f"mitmvcr: error: {bad}: line 2, interaction 0")
    assert second.endswith("api.example.com is b.org in 3 of 3 interactions")


def test_compressed_cassettes_stay_compressed(here: Here, tmp_path: Path, chat: Path):
    packed = tmp_path / "chat.yaml.gz"
    assert here("cassette", "merge", chat, "-o", packed).returncode == 0
    assert packed.read_bytes()[:2] == b"\x1f\x8b"
    assert here("cassette", "split", packed, "-o", tmp_path / "p").returncode == 0
    assert paths(tmp_path / "p" / "api.example.com.yaml.gz") == ["/a", "/b", "/c"]
    assert "go-vcr v4, gzip" in here("cassette", "ls", packed).stdout


# diff


def test_folders_are_compared_by_their_names(here: Here, chat: Path, tmp_path: Path):
    other = tmp_path / "other"
    put(other / "chat.yaml", A, met("/b", b"[2]"), C)
    put(other / "more.yaml", A)
    shown = here("cassette", "diff", chat.parent, other)
    assert shown.returncode == 1
    assert "mitmvcr: more.yaml: only in B" in shown.stderr
    assert "response body[0]: 1 -> 2" in shown.stdout
    facts = json.loads(here("cassette", "diff", chat.parent, other, "--json").stdout)
    assert facts[1] == {"cassette": "more.yaml", "only_in": "B"}
    assert facts[0]["counts"]["changed"] == 1
    same = here("cassette", "diff", chat.parent, chat.parent)
    assert same.returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        *(["cassette", each] for each in ("check", "ls", "merge", "scan", "scrub")),
        *(["cassette", each] for each in ("sort", "split", "stats")),
        ["cassette", "check", "--fix"],
        ["cassette", "rename-host", "a.test", "b.test"],
        ["cassette", "trim", "--longest", "1k"],
        ["refresh"],
    ],
    ids=" ".join,
)
def test_a_folder_without_a_cassette_is_no_success(words, here, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("none of ours")
    ran = here(*words, tmp_path / "empty")
    assert ran.returncode == 125
    told = f"mitmvcr: error: {tmp_path}/empty: holds no cassette; name another folder"
    assert (ran.stdout, ran.stderr) == ("", f"{told}\n")
    assert [each.name for each in (tmp_path / "empty").iterdir()] == ["notes.txt"]


def test_folders_of_which_one_has_cassettes_are_looked_through(here, chat, tmp_path):
    (tmp_path / "empty").mkdir()
    ran = here("cassette", "check", tmp_path / "empty", chat.parent)
    assert (ran.returncode, ran.stderr[:31]) == (0, "mitmvcr: 1 cassette checked, 0 ")


def test_volatile_headers_do_not_differ_if_they_are_not_to(here: Here, tmp_path: Path):
    one, other = (
        put(tmp_path / f"{n}.yaml", met("/a", given={"X-Request-Id": n}))
        for n in ("one", "two")
    )
    assert here("cassette", "diff", one, other).returncode == 1
    assert here("cassette", "diff", one, other, "--ignore-volatile").returncode == 0


def test_much_work_shows_how_far_it_is_on_a_terminal(cli: Cli, tmp_path: Path):
    for number in range(20):
        put(tmp_path / f"{number}.yaml", A)
    assert "Reading" in on_a_terminal(cli, "cassette", "ls", tmp_path)
