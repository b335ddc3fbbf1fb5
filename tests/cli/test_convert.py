"""``mitmvcr cassette convert``."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from convert.samples import BINARY, RICH, interaction
from mitmvcr.cli import main
from mitmvcr.convert import BY_NAME, READ, WRITTEN, write
from mitmvcr.core.model import Interaction
from mitmvcr.format import reader

OLD = """---
version: 1
interactions:
- request: {body: "", form: {}, headers: {}, url: http://h.test/, method: GET}
  response: {body: hi, headers: {}, status: 200 OK, code: 200, duration: ""}
"""
PLAIN = (interaction(),)


def save(path: Path, name: str, items: Sequence[Interaction] = PLAIN) -> Path:
    data = write(items, BY_NAME[name]).data
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else b"".join(data))
    return path


def convert(*words: object) -> int:
    return main(["cassette", "convert", *map(str, words)])


def held(path: Path) -> Sequence[Interaction]:
    return reader.load(path).interactions


@pytest.mark.parametrize("name", [each for each in WRITTEN if each in READ])
def test_each_format_becomes_a_cassette(tmp_path, capsys, name) -> None:
    path = save(tmp_path / "a.txt", name)
    origin = ("--origin", "https://api.test", "--from", name)
    assert convert(path, "-o", tmp_path / "b.yaml", *origin) == 0
    (one,) = held(tmp_path / "b.yaml")
    assert (one.request.url, one.response.body) == (RICH[0].request.url, b"hello\n")
    said = capsys.readouterr().err
    assert f"{tmp_path / 'b.yaml'}: 1 interaction in the format go-vcr\n" in said


@pytest.mark.parametrize("name", WRITTEN)
def test_a_cassette_becomes_each_format(tmp_path, capsys, name) -> None:
    path = save(tmp_path / "a.yaml", "go-vcr", RICH)
    assert convert(path, "-o", tmp_path / "b", "--to", name) == 0
    assert (tmp_path / "b").stat().st_size
    said = capsys.readouterr().err
    for line in said.splitlines()[:-1]:
        words = "has no place for it", "the request alone", "no answer says its date"
        assert any(each in line for each in words)


def test_the_extension_says_what_to_write(tmp_path) -> None:
    path = save(tmp_path / "a.yaml", "go-vcr")
    assert convert(path, "-o", tmp_path / "b.har") == 0
    assert "log" in json.loads((tmp_path / "b.har").read_text())
    assert convert(path, "-o", tmp_path / "b.yaml.gz") == 0
    assert gzip.decompress((tmp_path / "b.yaml.gz").read_bytes()) == path.read_bytes()


def test_a_file_to_write_is_no_second_input(tmp_path, capsys) -> None:
    path = save(tmp_path / "a.yaml", "go-vcr")
    assert convert(path, tmp_path / "b.har") == 2
    said = capsys.readouterr().err
    assert f"b.har' does not exist; to write it, give -o {tmp_path}/b.har (" in said


@pytest.mark.parametrize("words", [("-o", "b.json"), ("-o", "b.mitm")])
def test_one_that_says_nothing_needs_a_format(tmp_path, capsys, words) -> None:
    path = save(tmp_path / "a.yaml", "go-vcr")
    assert convert(path, *words) == 125
    assert "its extension names no format: say --to go-vcr|" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["--from", "--to"])
def test_a_format_that_is_none_is_a_wrong_use(tmp_path, capsys, word) -> None:
    assert convert(save(tmp_path / "a", "har"), "-o", "b", word, "vrc") == 2
    said = capsys.readouterr().err
    assert f"Invalid value for '{word}': 'vrc' is none of go-vcr, " in said


def test_to_stdout(tmp_path, capfdbinary) -> None:
    path = save(tmp_path / "a.har", "har")
    assert convert(path, "-o", "-", "--to", "curl") == 0
    assert capfdbinary.readouterr().out.startswith(b"#!/bin/sh\ncurl --request GET ")
    assert convert(path, "-o", "-") == 0
    assert capfdbinary.readouterr().out.startswith(b"---\nversion: 2\n")


def test_several_become_one_in_order(tmp_path) -> None:
    for number, name in enumerate(("har", "vcrpy", "go-vcr")):
        save(tmp_path / name, name, [interaction(body=b"%d" % number)])
    paths = [tmp_path / name for name in ("vcrpy", "har", "go-vcr")]
    assert convert(*paths, "-o", tmp_path / "b.yaml") == 0
    assert [each.response.body for each in held(tmp_path / "b.yaml")] == [
        b"1",
        b"0",
        b"2",
    ]


def test_a_folder_becomes_a_folder(tmp_path, capsys) -> None:
    save(tmp_path / "in" / "a.yaml", "vcrpy")
    save(tmp_path / "in" / "deep" / "b.har", "har")
    save(tmp_path / "in" / "own.yaml", "go-vcr")
    (tmp_path / "in" / "package.json").write_text('{"name": "a"}')
    (tmp_path / "in" / "notes.yaml").write_text("a: 1\n")
    assert convert(tmp_path / "in", "-o", tmp_path / "out") == 0
    made = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert [f"{path.relative_to(tmp_path)}" for path in made] == [
        "out/a.yaml",
        "out/deep/b.yaml",
        "out/own.yaml",
    ]
    assert len(capsys.readouterr().err.splitlines()) == 4  # HAR has a time


def test_a_folder_becomes_one_file(tmp_path) -> None:
    save(tmp_path / "in" / "a.yaml", "vcrpy")
    save(tmp_path / "in" / "b.har", "har")
    assert convert(tmp_path / "in", "-o", tmp_path / "out.yaml") == 0
    assert len(held(tmp_path / "out.yaml")) == 2
    folder = tmp_path / "out"
    folder.mkdir()
    assert convert(tmp_path / "in" / "a.yaml", "-o", folder, "--to", "wiremock") == 0
    assert json.loads((folder / "a.json").read_text())["mappings"]


def test_the_folder_of_wiremock_has_its_bodies_beside(tmp_path, capsys) -> None:
    root = tmp_path / "wiremock"
    (root / "mappings" / "deep").mkdir(parents=True)
    (root / "__files").mkdir()
    (root / "__files" / "a.bin").write_bytes(BINARY)
    (tmp_path / "secret").write_bytes(b"outside")
    for name, file in (("a", "a.bin"), ("deep/b", "../../secret")):
        mapping = {
            "request": {"method": "GET", "url": f"/{name}"},
            "response": {"status": 200, "bodyFileName": file},
        }
        (root / "mappings" / f"{name}.json").write_text(json.dumps(mapping))
    words = ("-o", tmp_path / "out.yaml", "--origin", "https://api.test")
    assert convert(root, *words) == 1
    (one,) = held(tmp_path / "out.yaml")
    assert (one.request.url, one.response.body) == ("https://api.test/a", BINARY)
    assert convert(root, "-o", f"{tmp_path / 'many'}/", *words[2:]) == 1
    assert len(held(tmp_path / "many" / "wiremock.yaml")) == 1
    bad = root / "mappings" / "c.json"
    bad.write_text('{"mappings": ')
    assert convert(root, *words) == 125
    assert f"error: {bad}: is not complete JSON" in capsys.readouterr().err
    bad.write_text("[" * 200_000)
    assert convert(root, *words) == 125
    assert f"error: {bad}: is nested too deeply" in capsys.readouterr().err


def test_secrets_are_redacted_as_a_recording_redacts_them(tmp_path, capsys) -> None:
    body = b'{"password": "x9y8z7"}'
    asked = {"headers": {"Authorization": ("Bearer abcdefghijkl",)}}
    path = save(tmp_path / "a.har", "har", [interaction(request=asked, body=body)])
    assert convert(path, "-o", tmp_path / "b.yaml") == 0
    text = (tmp_path / "b.yaml").read_text()
    assert "x9y8z7" not in text
    assert "abcdefghijkl" not in text
    assert "1 of them redacted" in capsys.readouterr().err
    assert main(["cassette", "scan", str(tmp_path / "b.yaml")]) == 0
    assert convert(path, "-o", tmp_path / "c.yaml", "--redact", "none") == 0
    assert "x9y8z7" in (tmp_path / "c.yaml").read_text()


def test_a_secret_of_one_letter_is_refused(tmp_path, capsys, monkeypatch) -> None:
    path = save(tmp_path / "a.har", "har", [interaction()])
    monkeypatch.setenv("X", "e")
    assert convert(path, "-o", tmp_path / "b.yaml", "--secret", "X") == 125
    assert "--secret=X: its value has fewer than 3" in capsys.readouterr().err


def test_json_says_all_of_it(tmp_path, capsys) -> None:
    path = save(tmp_path / "a.har", "har", [interaction(), interaction("https://b/")])
    text = path.read_text().replace("https://b/", "ftp://b/")
    path.write_text(text)
    target = tmp_path / "b.yaml"
    assert convert(path, "-o", target, "--json") == 1
    out, err = capsys.readouterr()
    assert err == ""
    (one,) = json.loads(out)["converted"]
    notes = one.pop("notes")
    assert one == {
        "target": str(target),
        "format": "go-vcr",
        "files": [str(path)],
        "interactions": 1,
        "redacted": 0,
        "errors": [],
    }
    assert {
        "file": str(path),
        "interactions": [1],
        "field": "request.url",
        "problem": "left out: ftp://b/: it is not an http or https URL",
        "left_out": True,
    } in notes


def test_a_file_that_cannot_be_read_leaves_the_others(tmp_path, capsys) -> None:
    good = save(tmp_path / "a.har", "har")
    bad = tmp_path / "b.har"
    bad.write_text('{"log": ')
    assert convert(good, bad, "-o", tmp_path / "c.yaml") == 1
    said = capsys.readouterr().err
    assert (
        f"error: {bad}: is not read as an HTTP archive (HAR): is not complete" in said
    )
    assert len(held(tmp_path / "c.yaml")) == 1
    assert convert(tmp_path, "-o", tmp_path / "out") == 0  # it is none that is known
    assert convert(bad, "-o", tmp_path / "d.yaml") == 125
    assert not (tmp_path / "d.yaml").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"imposters": []}', "is imposters of mountebank, and no cassette of go-vcr"),
        ("hello", "is of no format that is known: say --from go-vcr|"),
        ("import { http } from 'msw'\n", "they are code, so record"),
    ],
)
def test_what_cannot_be_converted_is_one_line(tmp_path, capsys, text, said) -> None:
    path = tmp_path / "a.js"
    path.write_text(text)
    assert convert(path, "-o", tmp_path / "b.yaml") == 125
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"mitmvcr: error: {path}: ")
    assert said in line


def test_where_all_is_left_out_nothing_is_written(tmp_path, capsys) -> None:
    """It was an empty cassette, in the place of a good one."""
    path, target = tmp_path / "a.json", tmp_path / "b.yaml"
    path.write_text("[1]")
    target.write_text("as it was")
    assert convert(path, "-o", target, "--from", "vcrpy") == 1
    assert target.read_text() == "as it was"
    error, line = capsys.readouterr().err.splitlines()
    assert error == f"mitmvcr: error: {target} is not written: all was left out"
    assert line.endswith("interaction 0: left out: 1, where a mapping is wanted")


def test_a_target_that_cannot_be_written_stays(tmp_path, capsys) -> None:
    path = save(tmp_path / "a.har", "har")
    target = path / "x.yaml"
    assert convert(path, "-o", target) == 125
    assert f"{target}: cannot be written: " in capsys.readouterr().err
    assert convert(path) == 125
    told = "is not changed in place: name the file to write, as -o "
    assert f"{path} {told}a.yaml, " in capsys.readouterr().err
    assert convert(path, "--to", "har") == 125
    assert f"{path} {told}new-a.har, " in capsys.readouterr().err
    cassette = tmp_path / "chat.yaml"
    assert convert(path, "-o", cassette) == 0
    capsys.readouterr()
    assert convert(cassette, "--to", "har") == 125
    assert f"{cassette} {told}chat.har, " in capsys.readouterr().err


def test_a_cassette_of_format_1_is_converted_in_place_or_elsewhere(tmp_path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(OLD)
    assert convert(old, "--output", new) == 0
    assert old.read_text() == OLD
    assert convert(old) == 0
    assert old.read_bytes() == new.read_bytes()
    assert len(held(old)) == 1


def test_one_of_format_2_has_nothing_to_convert_in_place(tmp_path, capsys) -> None:
    path = save(tmp_path / "a.yaml", "go-vcr")
    assert convert(path) == 125
    told = "there is nothing to convert: name a format, as --to har -o a.har\n"
    assert capsys.readouterr().err.endswith(told)
    assert convert(path, "--to", "go-vcr-v3") == 0
    assert b"remote_addr" in path.read_bytes()


@pytest.mark.parametrize("command", ["check", "scrub"])
def test_a_foreign_file_is_one_line_to_what_writes_or_checks(
    tmp_path, capsys, command
) -> None:
    path = save(tmp_path / "a.har", "har")
    assert main(["cassette", command, str(path)]) != 0
    out, err = capsys.readouterr()
    remedy = f"'mitmvcr cassette convert {path} -o {tmp_path / 'a.govcr.yaml'}' makes"
    (line,) = [each for each in (out + err).splitlines() if remedy in each]
    assert "is an HTTP archive (HAR), and no cassette of go-vcr's: " in line


def test_no_secret_stands_in_what_is_said_of_a_file(tmp_path, capsys) -> None:
    """What cannot be converted is named, as an extension's request of a browser, and
    may have a password in its URL."""
    key = "q7Rk2Zp9Wm4Xc8Vb3Nt6"
    urls = f"chrome-extension://x/?password={key}", f"https://h.test/?api_key={key}"
    entries = [
        {
            "request": {"method": "GET", "url": url, "headers": []},
            "response": {"status": status, "content": {"text": "x"}, "headers": []},
        }
        for url, status in zip((*urls, urls[1]), (200, 200, 0), strict=True)
    ]
    entries[2]["response"]["statusText"] = key
    entries[2]["_error"] = f"net::ERR at {key}"  # type: ignore[assignment]
    path = tmp_path / "a.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}))
    for more in ((), ("--json",)):
        assert convert(path, "-o", tmp_path / "a.yaml", *more) == 1
        said = "".join(capsys.readouterr())
        assert "chrome-extension://x/?password=[REDACTED:password]" in said
        assert "net::ERR at [REDACTED:api_key]" in said
        assert key not in said + (tmp_path / "a.yaml").read_text()


def test_the_secrets_of_a_collection_are_hidden_where_its_variables_stand(
    tmp_path, capsys
) -> None:
    names = {
        "apiKey": "k3yOfThe4pi77",
        "who": "s0me0ne4tHome",
        "base": "https://h.test",
    }
    variables = [{"key": name, "value": value} for name, value in names.items()]
    variables[1]["type"] = "secret"
    request = {
        "method": "GET",
        "header": [{"key": "X-Custom", "value": "{{apiKey}}"}],
        "url": {"raw": "{{base}}/x?q={{apiKey}}&w={{who}}"},
    }
    answer = {"originalRequest": request, "code": 200, "body": "hi s0me0ne4tHome"}
    collection = {
        "info": {
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
        },
        "variable": variables,
        "item": [{"name": "x", "request": request, "response": [answer]}],
    }
    path, target = tmp_path / "a.json", tmp_path / "a.yaml"
    path.write_text(json.dumps(collection))
    assert convert(path, "-o", target) == 0
    (one,) = held(target)
    assert one.request.url == "https://h.test/x?q=[REDACTED:apiKey]&w=[REDACTED:who]"
    assert [*one.request.headers["X-Custom"]] == ["[REDACTED:apiKey]"]
    assert one.response.body == b"hi [REDACTED:who]"
    assert convert(path, "-o", target, "--keep", "apiKey,who") == 0
    (one,) = held(target)
    assert one.request.url == "https://h.test/x?q=k3yOfThe4pi77&w=s0me0ne4tHome"
    capsys.readouterr()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "the file is empty: delete it, or fetch it anew"),
        (b"version: 2\ninteractions: [\n", "line 3: not YAML: did not find expected"),
    ],
)
def test_a_damaged_cassette_is_told_as_such_in_place(tmp_path, capsys, data, told):
    path = tmp_path / "a.yaml"
    path.write_bytes(data)
    assert convert(path) == 125
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"mitmvcr: error: {path}: {told}")
    assert path.read_bytes() == data
