"""A large cassette is indexed at once, and its items are read when asked for."""

import re
from collections.abc import Callable, Iterator

import pytest

from format.reading import NASTY, by_yaml, cassette, refusal
from mitmvcr.core.deck import Deck
from mitmvcr.core.errors import CassetteDamagedError
from mitmvcr.core.model import Cassette, Interaction, Layout, Request, Response
from mitmvcr.core.modes import Repeats
from mitmvcr.format import layout, reader, source, writer
from mitmvcr.format.lazy import LazyInteractions
from mitmvcr.format.source import Held, Window, in_windows


def written(count: int = 3, url: str = "http://x/{}") -> bytes:
    return writer.dumps(
        Cassette(
            [
                Interaction(
                    number,
                    Request("GET", url.format(number), headers={"A": ("b",)}),
                    Response(code=200, body=b"- id: 0\n  request:\n", status="200 OK"),
                )
                for number in range(count)
            ]
        )
    )


def lazy(data: bytes) -> LazyInteractions:
    found = reader.loads(data, "lazy.yaml", lazy=True).interactions
    assert isinstance(found, LazyInteractions)
    return found


def test_it_behaves_as_the_list_of_all() -> None:
    data = writer.dumps(cassette(4, seed=2))
    items, all_of_them = lazy(data), list(reader.loads(data).interactions)
    assert len(items) == 4
    assert items == all_of_them
    assert items != all_of_them[:-1]
    assert items != 4
    assert items[-1] == all_of_them[-1]
    assert items[1:3] == all_of_them[1:3]
    assert items[::-1] == all_of_them[::-1]
    assert all_of_them[2] in items
    with pytest.raises(IndexError):
        items[4]


def test_an_item_is_read_once_and_only_when_asked_for() -> None:
    items = lazy(written())
    assert repr(items) == "<3 interactions of lazy.yaml, 1 read>"
    assert items[0] is items[0]
    assert repr(items) == "<3 interactions of lazy.yaml, 2 read>"


def test_an_item_that_was_played_is_not_kept() -> None:
    items = lazy(written())
    deck = Deck(items)
    played = deck.take(Request("GET", "http://x/0"))
    assert played is not None
    assert repr(items) == "<3 interactions of lazy.yaml, 1 read>"
    assert items[0] == played[1]


def test_what_is_next_is_read_ahead() -> None:
    long = b"http://x/1%b\n" % (b"?" + b"1" * (1 << 14))
    data = written(6).replace(b"http://x/1\n", long)
    at = data.index(b"http://x/2\n")
    items = lazy(data[:at] + data[at:].replace(b"code: 200", b"code: x", 1))
    deck = Deck(items)
    assert deck.take(Request("GET", "http://x/4"))
    assert [*deck.reading_ahead()] == []  # a start has read the last
    assert deck.take(Request("GET", "http://x/0"))
    assert [*deck.reading_ahead()] == [None, None]
    assert repr(items) == "<6 interactions of lazy.yaml, 2 read>"
    assert [*deck.reading_ahead()] == [None]  # what is damaged, again
    with pytest.raises(CassetteDamagedError):
        deck.take(Request("GET", "http://x/2"))
    assert deck.take(Request("GET", "http://x/3"))


def test_an_item_that_may_be_played_again_is_kept() -> None:
    items = lazy(written())
    Deck(items, Repeats.ALL).take(Request("GET", "http://x/0"))
    assert repr(items) == "<3 interactions of lazy.yaml, 2 read>"


def test_a_request_is_read_without_its_item_and_not_kept() -> None:
    items = lazy(written())
    assert items.request(0) == by_yaml(written()).interactions[0].request
    assert repr(items) == "<3 interactions of lazy.yaml, 1 read>"
    assert items.request(2) is items[2].request


def test_a_request_that_is_spelled_otherwise_is_read_with_its_item() -> None:
    data = written().replace(
        b"        url:", b'        body: "a\\\n  b"\n        url:', 1
    )
    items = lazy(data)
    assert items.request(0).body == b"ab"
    assert repr(items) == "<3 interactions of lazy.yaml, 2 read>"


def test_a_request_that_has_another_url_than_its_line_is_damage() -> None:
    items = lazy(written())
    items.urls = ["http://another/", *items.urls[1:]]
    with pytest.raises(CassetteDamagedError, match="url is not where"):
        items.request(0)


def test_damage_that_is_not_in_the_request_is_found_with_the_item() -> None:
    items = lazy(written().replace(b"code: 200", b"code: two", 1))
    assert items.request(0).url == "http://x/0"
    with pytest.raises(CassetteDamagedError, match=r"response\.code"):
        items[0]
    items = lazy(written().replace(b"method: GET", b"method: [GET]", 1))
    with pytest.raises(CassetteDamagedError, match=r"request\.method"):
        items.request(0)


def test_about_how_long_a_body_is_shows_beforehand() -> None:
    def body_size(body: bytes) -> int:
        request = Request("POST", "http://x/", body=body, headers={"A": ("b",)})
        recorded = [Interaction(n, request, Response(code=200)) for n in range(2)]
        return lazy(writer.dumps(Cassette(recorded))).body_size(0)

    assert body_size(b"=" + b"x" * 1000) == 1001
    assert 1000 < body_size(b"a b\n" * 250) < 5000
    assert body_size(b"") == 0


def test_the_urls_are_known_beforehand() -> None:
    items = lazy(written())
    assert items.urls == ["http://x/0", "http://x/1", "http://x/2"]
    assert repr(items) == "<3 interactions of lazy.yaml, 1 read>"


class InPieces(Held):
    """Bytes that are read as a file is."""

    def windows(self, start: int, end: int, ahead: int) -> Iterator[Window]:
        return in_windows(self, start, end, ahead)


@pytest.mark.parametrize("window", [500, 700, 1 << 20])
@pytest.mark.parametrize("place", [0, 3, 8])
def test_urls_are_found_in_the_pass_that_finds_the_items(
    window: int, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that is longer than what is read at once."""
    monkeypatch.setattr(source, "WINDOW", window)
    long = b"http://x/%d%b\n" % (place, b"?" + b"1" * 2000)
    data = written(9).replace(b"http://x/%d\n" % place, long)
    items = reader.loads(InPieces(data), lazy=True).interactions
    assert isinstance(items, LazyInteractions)
    assert list(items.urls) == list(lazy(data).urls)
    assert list(items) == list(lazy(data))


@pytest.mark.parametrize("nasty", NASTY)
def test_a_url_of_any_kind_is_known_exactly(nasty: str) -> None:
    data = written(url=nasty.replace("{", "{{").replace("}", "}}") + "{}")
    found = reader.loads(data, lazy=True).interactions
    urls = getattr(found, "urls", [each.request.url for each in found])
    assert list(urls) == [each.request.url for each in by_yaml(data).interactions]
    assert list(urls) == [f"{nasty}{number}" for number in range(3)]


def test_a_damaged_item_is_found_when_it_is_asked_for() -> None:
    data = written().replace(b"code: 200", b"code: two", 1)
    items = lazy(data)
    assert items[1].response.code == 200
    with pytest.raises(CassetteDamagedError) as caught:
        items[0]
    error = caught.value
    line = data[: data.index(b"two")].count(b"\n") + 1
    assert (error.line, error.interaction) == (line, 0)
    assert error.field == "response.code"
    assert str(error) == refusal(data).replace("<bytes>", "lazy.yaml")


@pytest.mark.parametrize(
    "cut",
    [b"duration: 0s\n", b"code: 200\n        duration: 0s\n", b"200 OK\n"],
)
def test_a_file_that_was_cut_short_is_found_at_once(cut: bytes) -> None:
    data = written()
    shorter = data[: data.rindex(cut)] + b"cod"
    with pytest.raises(CassetteDamagedError, match="interaction 2"):
        reader.loads(shorter, lazy=True)


CHANGES: list[Callable[[bytes], bytes]] = [
    lambda data: data.replace(b"\n", b"\r\n"),
    lambda data: data.replace(b"interactions:\n", b"interactions: # mine\n"),
    lambda data: data.replace(b"      request:\n", b"      request: # mine\n"),
    lambda data: data.replace(b"        url: ", b"        url:  "),
    lambda data: re.sub(rb"url: (.*)", rb'url: "\1\\/"', data),
    lambda data: data.replace(b"url: http://x/1", b"url: http://x/1\n         b"),
    lambda data: data.replace(b"url: http://x/1", b"url: \xc2\x80"),
    lambda data: data.replace(b"response:\n", b"response: # mine\n"),
    lambda data: data.replace(b"    - id: 1\n", b"    -\n      id: 1\n"),
    lambda data: data.replace(b"---\n", b"--- # mine\n"),
    lambda data: data.replace(b"version: 2\n", b"version: +2\n"),
    lambda data: b"\xef\xbb\xbf" + data,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_in_another_layout_is_read_whole(
    change: Callable[[bytes], bytes],
) -> None:
    data = change(written())
    found = reader.loads(data, lazy=True).interactions
    assert found == by_yaml(data).interactions
    assert not isinstance(found, LazyInteractions)


@pytest.mark.parametrize("name", ["v4", "v3"])
def test_a_file_without_any_header_is_indexed_too(name: Layout) -> None:
    items = [Interaction(n, Request(url="u"), Response(code=200)) for n in range(3)]
    assert lazy(writer.dumps(Cassette(items), name)) == items


def test_a_map_whose_name_is_quoted_is_read_item_by_item() -> None:
    data = written().replace(b"        headers:\n", b"        'headers':\n")
    assert lazy(data) == by_yaml(data).interactions


def test_a_url_in_a_quoted_body_is_not_taken_for_the_url() -> None:
    """A body over several lines, as go-vcr never writes it, with all that is sought."""
    inner = b"\n        url: http://other/\n        method: GET\n      response:\n"
    body = b'body: "' + inner + b'        "\n        headers:'
    data = written().replace(b"headers:", body, 1)
    items = lazy(data)
    with pytest.raises(CassetteDamagedError, match="not where go-vcr writes it"):
        items[0]
    assert items[1].request.url == "http://x/1"


def test_without_a_header_the_layout_is_not_known() -> None:
    bare = Interaction(0, Request("GET", "http://x/"), Response(code=200))
    data = writer.dumps(Cassette([bare]))
    assert reader.loads(data, lazy=True).interactions == [bare]


@pytest.mark.parametrize("indent", [b"       ", b"      ", b"     "])
def test_columns_that_cannot_be_are_left_to_the_slow_way(indent: bytes) -> None:
    data = written().replace(b"\n        proto:", b"\n" + indent + b"proto:", 1)
    with pytest.raises(CassetteDamagedError):
        reader.loads(data, lazy=True)


def test_what_is_written_anew_is_not_kept() -> None:
    shared = {"A": ["b"]}
    asked = [
        Request(method="GET", url=f"http://h/{n}", headers=shared) for n in range(70)
    ]
    many = [Interaction(n, each, Response()) for n, each in enumerate(asked)]
    data = writer.dumps(Cassette(many))
    found = reader.loads(data, lazy=True)
    assert writer.dumps(found) == data
    assert ", 0 read>" in repr(found.interactions)


@pytest.mark.parametrize("more", [b"mine: 1\n", b"id: 0", b"body: |\n  a\n"])
def test_what_stands_behind_the_interactions_is_passed_over(more: bytes) -> None:
    data = writer.dumps(cassette(3, 1)) + more
    assert list(reader.loads(data, lazy=True).interactions) == list(
        by_yaml(data).interactions
    )


@pytest.mark.parametrize("has_library", [True, False])
@pytest.mark.parametrize("layout_name", ["v4", "v3"])
def test_items_are_found_alike_in_a_large_file(
    layout_name: Layout, has_library: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tricky = b"\n    - id: 1\n      request:\n- x\n\n    -"
    made = [
        Interaction(
            n,
            Request(url=f"http://h/{n}", body=tricky * n, headers={"A": ("b",)}),
            Response(),
        )
        for n in range(4)
    ]
    data = writer.dumps(Cassette(made), layout_name)
    usual = layout.index(data)
    monkeypatch.setattr(layout, "_LARGE", 0)
    if not has_library:
        monkeypatch.setattr(layout, "searcher", lambda text: None)
    found = layout.index(data)
    assert usual is not None
    assert found is not None
    assert found.starts == usual.starts
    assert len(found) == 4


def test_words_of_an_item_are_looked_for_without_reading_it() -> None:
    made = [
        Interaction(0, Request(url="http://h/1"), Response(body=b"plain")),
        Interaction(1, Request(url="http://h/2"), Response(turns=(1, 1, 2))),
    ]
    words = b"turns", b"both ways"
    deck = Deck(lazy(writer.dumps(Cassette(made))))
    assert [deck.may_have(at, words) for at in (0, 1)] == [False, True]
    assert deck.may_have(deck.add(made[0]), words)
    assert Deck(made).may_have(0, words)
