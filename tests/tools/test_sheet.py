"""A cassette as pieces of its file: what nobody touches stays byte for byte."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

import mitmvcr.tools.sheet as sheet_module
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.format.faults import Fault
from mitmvcr.format.lines import Columns
from mitmvcr.tools import Entry, Sheet, assembled, fitting, spliced
from mitmvcr.tools.comments import begin
from tools.making import data, met, of, sheet

GOLDEN = sorted((Path(__file__).parents[1] / "golden" / "cassettes").rglob("*.yaml"))
#: As somebody else may have laid it out: other quotes, and a comment.
BY_HAND = data(met("/a"), met("/b")).replace(b"code: 200", b"code:   200 # fine")
SORTED = b"""\
---
interactions:
  - id: 0
    request:
      body: ""
      headers: {}
      url: https://api.example.com/a
      method: GET
    response:
      body: ""
      code: 200
      duration: 0s
version: 2
"""
#: As 2 blanks indent, and lists begin where their name does.
COMPACT = b"""\
---
version: 2
interactions:
- id: 0
  request:
    host: api.example.com
    headers:
      Accept:
      - "*/*"
    url: "https://api.example.com/a"
    method: GET
  response:
    body: |
      {
        "a": 1
      }
    headers:
      Content-Type:
      - application/json
    status: 200 OK
    code: 200
    duration: 1ms
- id: 1
  request:
    url: https://api.example.com/b
    method: GET
  response:
    code: 200
    duration: 1ms
"""
BY_YAML = b"""\
version: 2
interactions:
- {request: {url: 'http://a/', method: GET}, response: {code: 200, duration: 0s}}
"""


def joined(entries, target, **how) -> bytes:
    return b"".join(assembled(entries, target, **how))


def test_what_nobody_touches_stays_byte_for_byte():
    for written in (data(met("/a"), met("/b")), BY_HAND, SORTED):
        held = of(written)
        assert joined(held.entries, held) == written
        assert joined(held.entries, held, renumber=False) == written


@pytest.mark.parametrize(
    "file", GOLDEN, ids=lambda file: f"{file.parent.name}-{file.stem}"
)
def test_what_go_vcr_wrote_stays_byte_for_byte(file):
    written = file.read_bytes()
    held = of(written, file.name)
    assert joined(held.entries, held) == written


def test_what_changed_is_written_anew_and_nothing_else():
    held = of(BY_HAND)
    first = held.entries[0]
    old = first.interaction
    entries = [first.changed(old, met("/new")), held.entries[1]]
    written = joined(entries, held)
    assert written.endswith(held.written(1))
    assert reader.loads(written).interactions[0].request.url.endswith("/new")
    assert first.changed(old, old) is first


def test_ids_are_the_places_in_the_file():
    held = sheet(met("/a"), met("/b"), met("/c"))
    some = [held.entries[2], held.entries[0]]
    assert re.findall(rb"id: (\d)", joined(some, held)) == [b"0", b"1"]
    assert re.findall(rb"id: (\d)", joined(some, held, renumber=False)) == [b"2", b"0"]
    changed = [held.entries[2].changed(met(), replace(met("/d"), id=7))]
    assert re.findall(rb"id: (\d)", joined(changed, held, renumber=False)) == [b"7"]
    assert held.misnumbered == 0
    assert of(joined(some, held, renumber=False)).misnumbered == 2


def test_an_item_without_an_id_has_none_after():
    bare = data(met("/a"), met("/b")).replace(b"- id: 0\n      req", b"- req")
    bare = bare.replace(b"- id: 1\n      req", b"- req")
    held = of(bare)
    assert joined(held.entries[::-1], held).count(b"id: ") == 0
    assert held.misnumbered == 0


def test_nothing_is_an_empty_cassette():
    assert joined([], sheet(met())) == writer.dumps(Cassette())


def test_a_file_whose_lines_begin_elsewhere_keeps_them_where_nothing_changes():
    for old in (SORTED, COMPACT):
        held = of(old)
        assert held.columns not in (None, fitting.OURS)
        last = held.entries[-1]
        new = met("/new", b"one\n  two\n\n   \nthree\n", media="text/plain")
        changed = last.changed(last.interaction, replace(new, id=last.number))
        written = joined([*held.entries[:-1], changed], held)
        assert written.startswith(old[: old.rindex(b"request:")])
        assert of(written).columns == held.columns
        *others, found = reader.loads(written).interactions
        assert others == [*held.interactions[:-1]]
        assert found == replace(reader.loads(data(new)).interactions[0], id=last.number)
        again = of(written)
        assert joined([*again.entries[:-1], changed], again) == written


def test_what_is_tried_in_other_columns_is_not_kept():
    held, more = of(COMPACT), sheet(met("/a"), met("/b"), met("/c"))
    parts = assembled([*held.entries, *more.entries], held)
    assert next(parts) == held.head  # all of them have been tried
    assert repr(more.interactions).endswith(", 0 read>")
    assert len(reader.loads(held.head + b"".join(parts)).interactions) == 5


def test_what_would_be_read_otherwise_elsewhere_has_all_written_anew(monkeypatch):
    held = of(SORTED)
    first = held.entries[0]
    changed = first.changed(first.interaction, met("/new"))

    def refuse(item, parser):
        raise Fault("no item")

    other = iter(range(99))
    for read in (lambda item, parser: met(f"/{next(other)}"), refuse):
        monkeypatch.setattr(fitting, "read_item", read)
        assert joined([changed], held) == data(met("/new"))
    monkeypatch.undo()
    assert fitting.fitted(b"    - id: 0\n       odd: 1\n", held.columns) is None


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"", "text/plain"),
        (b"one line", "text/plain"),
        (b'{"a": [1, 2]}\n', "application/json"),
        (b"  first is indented\n\n\nlast\n\n", "text/plain"),
        (b"- a\n        - b: |\n  c\n", "application/yaml"),
        (b"\n", "text/plain"),
        (b"tab\there: |", "text/plain"),
        (b"\xff\x00\x01" * 40, "image/png"),
        ("ü".encode() * 300, "text/plain"),
    ],
)
@pytest.mark.parametrize(
    "columns",
    [
        Columns(0, 4, 6, 6, 4),
        Columns(2, 6, 8, 10, 8),
        Columns(3, 9, 12, 15, 12),
        Columns(8, 16, 24, 32, 24),
    ],
)
def test_an_item_means_the_same_in_other_columns(body, media, columns):
    """As a reader of YAML has it that is not ours."""
    asked = met("/a", body, media=media, body=body, method="POST")
    item = data(asked).partition(b"interactions:\n")[2]
    moved = fitting.fitted(item, columns)
    assert moved is not None
    assert yaml.safe_load(moved) == yaml.safe_load(item)
    assert moved.startswith(b" " * columns.dash + b"- ")
    assert f"\n{' ' * columns.field}url:".encode() in moved
    assert f"\n{' ' * columns.value}- ".encode() in moved


def test_an_item_of_another_style_is_written_in_that_of_the_target():
    held, other = sheet(met("/b")), of(SORTED)
    written = joined([*held.entries, *other.entries], held)
    assert of(written).written(0) == held.written(0)
    urls = [each.request.url[-2:] for each in reader.loads(written).interactions]
    assert urls == ["/b", "/a"]


def test_what_was_read_whole_is_written_anew():
    held = of(BY_YAML)
    assert (held.columns, held.written(0), held.tail) == (None, None, b"")
    assert held.head == writer.preamble()
    assert held.urls == ["http://a/"]
    assert held.request(0).url == "http://a/"
    held.forget(0)
    assert joined(held.entries, held).startswith(writer.preamble())
    assert held.misnumbered == 0
    assert len(held.digests) == 1
    assert repr(held) == "<Sheet chat.yaml 1 read whole>"


def test_what_is_read_whole_is_copied_where_each_item_can_be_read_alone(monkeypatch):
    alone = data(met("/a"), met("/b")).replace(b"url: http", b"url: !!str http", 2)
    assert joined(of(alone).entries, of(alone)) == alone

    def refuse(item, parser):
        raise Fault("no item")

    for read in (lambda item, parser: met("/c"), refuse):
        monkeypatch.setattr(sheet_module, "read_item", read)
        assert of(alone).columns is None


def test_the_last_line_gets_its_end():
    held = of(data(met("/a"), met("/b")).rstrip(b"\n"))
    assert joined(held.entries[::-1], held).endswith(b"\n")


def test_the_layout_is_that_of_the_file():
    old = of(data(met("/a"), layout="v3"))
    assert (old.layout, sheet(met()).layout, of(BY_YAML).layout) == ("v3", "v4", "v4")
    assert Sheet([]).layout == "v4"
    first = old.entries[0]
    new = joined([first.changed(first.interaction, met("/b"))], old)
    assert b"transfer_encoding: []" in new


def test_the_date_is_that_of_the_response():
    own = met("/a", day=3)
    asked = replace(own.request, headers={"Date": ["Sun, 09 Nov 2026 10:00:00 GMT"]})
    both, only_asked = replace(own, request=asked), replace(met("/b"), request=asked)
    for held in (
        sheet(both, only_asked, met("/c")),
        Sheet([both, only_asked, met("/c")]),
    ):
        days = [each.date and each.date.day for each in held.entries]
        assert days == [3, None, None]


def test_a_digest_is_that_of_the_content():
    one, other = sheet(met("/x"), met("/a")), sheet(met("/a"))
    assert one.digests[1] == other.entries[0].digest
    assert one.digests[0] != one.digests[1]
    assert repr(one) == "<Sheet chat.yaml 2 as written>"
    entry = Entry(one, 0)
    assert entry.request.url.endswith("/x")
    assert entry.changed(met(), met("/new")).request.url.endswith("/new")
    assert list(one.urls) == [each.request.url for each in one.interactions]
    entry.forget()


def put_in(data: bytes, changes: dict[int, Interaction]) -> bytes:
    read = reader.loads(data, "a").interactions
    return b"".join(spliced(Sheet(read, "a", data), changes))


def test_an_interaction_is_put_in_place_and_every_other_byte_stays() -> None:
    held = [Interaction(n, Request(url=f"http://h/{n}"), Response()) for n in range(3)]
    data = b"# mine\n" + writer.dumps(Cassette(held)) + b"# the end\n"
    new = replace(held[1], response=Response(code=404))
    written = put_in(data, {1: new})
    before, after = data.split(b"    - id: "), written.split(b"    - id: ")
    assert len(before) == len(after) == 4
    assert [before[n] == after[n] for n in range(4)] == [True, True, False, True]
    last = put_in(data, {2: replace(held[2], response=Response(code=404))})
    assert last.endswith(b"        duration: 0s\n# the end\n")
    assert last.count(b"code: 404") == 1
    assert put_in(data, {}) == data
    foreign = (
        b"{version: 2, interactions: [{request: {url: 'http://h/0', method: GET},"
        b" response: {code: 200}}]}\n"
    )
    kept = reader.loads(put_in(foreign, {0: new}), "a")
    assert [each.response.code for each in kept.interactions] == [404]


def test_equal_requests_have_one_digest() -> None:
    a, b, c = sheet(met("/a", b"1"), met("/a", b"2"), met("/b")).entries
    assert a.request_digest == b.request_digest != c.request_digest
    assert Sheet([met("/a")]).entries[0].request_digest is None


#: What somebody may have written between the lines of a cassette: before which of them,
#: and what.
COMMENTS = {
    "---": "# of all\n\n",
    "version": "# of the version\n",
    "interactions": "  # of the list\n",
    "    - id: 0": "\n    # of /a\n# and more of it\n\n",
    "    - id: 1": "    # of /b\n",
    "    - id: 2": "# - id: 7\n  # of /c " + "c" * 5000 + "\n",
    "": "# the end\n\n",
}


def commented(written: bytes) -> bytes:
    text = written.decode()
    for start, comment in COMMENTS.items():
        at = text.index(f"\n{start}") + 1 if start.strip("-") else 0
        at = len(text) if not start else at
        text = text[:at] + comment + text[at:]
    return text.replace("version: 2", "version: 2 # two").encode()


def test_comments_between_interactions_stay_whatever_changes() -> None:
    held = [met(f"/{name}", answer=b"{}\n") for name in "abc"]
    written = commented(data(*held))
    given = of(written)
    assert b"".join(assembled(given.entries, given)) == written
    changes = {
        at: replace(each, request=met("/z").request)
        for at, each in enumerate(given.interactions)
    }
    changed = b"".join(spliced(given, changes))
    assert [line for line in changed.splitlines() if b"#" in line or not line] == [
        line for line in written.splitlines() if b"#" in line or not line
    ]
    assert len(reader.loads(changed, "x").interactions) == 3


def test_comments_go_with_the_interaction_behind_them() -> None:
    given = of(commented(data(*(met(f"/{name}") for name in "abc"))))
    one, two, three = given.entries
    text = b"".join(assembled([three, two], given)).decode()
    order = ["# of /c", "/c", "# of /b", "/b", "# the end"]
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    assert of(commented(data(met("/a"), met("/b"), met("/c")))).digests == [
        *sheet(met("/a"), met("/b"), met("/c")).digests
    ]
    assert one.sheet.lead(0) == b""
    assert Sheet([met()]).lead(1) == b""


def test_what_is_no_comment_of_its_own_stays_where_it_is() -> None:
    """Deeper than where items begin it may be a line of a text."""
    block = met("/a", answer=b"a\n# no comment\n")
    given = of(
        data(block, met("/b")).replace(
            b"duration: 0s\n", b"duration: 0s\n      # deep\n", 1
        )
    )
    assert given.lead(1) == b""
    assert b"# deep" in (given.written(0) or b"")


def test_a_piece_may_be_nothing_but_comments() -> None:
    assert begin(b"  # one\n\n# two\n", 4) == 0
