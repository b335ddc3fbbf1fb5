"""Two streams side by side, piece by piece."""

import gzip

from mitmvcr.core.matching import Matcher, MatchSpec
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.show import streams
from mitmvcr.show.changes import changes
from mitmvcr.show.compared import compared

SSE = "text/event-stream"


def met(body: bytes, media: str = SSE, **headers: str) -> Interaction:
    given = {
        name: [value] for name, value in {"Content-Type": media, **headers}.items()
    }
    request = Request("GET", "https://api.example.com/")
    return Interaction(0, request, Response(headers=given, body=body, code=200))


def differ(one: Interaction, other: Interaction, **how: bool) -> list[str]:
    found = changes(one, other, Matcher(MatchSpec()), **how).found
    return [f"{each.place}: {each.asked} -> {each.recorded}" for each in found]


def events(*data: str) -> bytes:
    return "".join(f"data: {each}\n\n" for each in data).encode()


def test_events_differ_by_the_place_in_their_json():
    one, other = events('{"a": 1}', '{"b": 2}'), events('{"a": 1}', '{"b": 3}')
    assert differ(met(one), met(other)) == ["response body event 1.data.b: 2 -> 3"]


def test_an_event_that_only_one_has_is_absent_in_the_other():
    one, other = events("one", "two", "three"), events("one", "three")
    place = "response body event 1: "
    assert differ(met(one), met(other)) == [place + '"data: two" -> absent']
    assert differ(met(other), met(one)) == [place + 'absent -> "data: two"']


def test_fields_of_an_event_are_compared_by_name():
    one = met(b": hello\nevent: start\ndata: a\ndata: b\n\n")
    other = met(b"id: 7\nevent: stop\ndata: a\ndata: c\n\n")
    assert differ(one, other) == [
        'response body event 0.comment: "hello" -> absent',
        'response body event 0.event: "start" -> "stop"',
        'response body event 0.data: "a\\nb" -> "a\\nc"',
        'response body event 0.id: absent -> "7"',
    ]


def test_what_is_spelled_otherwise_is_the_same():
    assert differ(met(events('{"a": 1}')), met(events('{ "a":1 }'))) == []
    assert differ(met(b"data: a\n\n"), met(b"data:a\n\n")) == []


def test_lines_and_messages_are_compared_too():
    lines = "application/x-ndjson"
    one, other = met(b'{"a": 1}\n{"b": 2}\n', lines), met(b'{"a": 1}\nend\n', lines)
    assert differ(one, other) == ['response body line 1: "{\\"b\\": 2}" -> "end"']
    grpc = "application/grpc"
    one, other = met(b"\0\0\0\0\1a", grpc), met(b"\0\0\0\0\1b", grpc)
    assert differ(one, other) == ['response body message 0: "a" -> "b"']


def test_what_only_the_frame_of_a_message_says_counts():
    grpc = "application/grpc"
    packed, cut = met(b"\1\0\0\0\1a", grpc), met(b"\0\0\0\0", grpc)
    assert len(differ(met(b"\0\0\0\0\1a", grpc), packed)) == 1
    assert len(differ(met(b"\0\0\0\0\0", grpc), cut)) == 1


def test_an_event_that_no_client_sees_is_another():
    """It has no blank line behind it."""
    assert differ(met(b"data: a\n\n"), met(b"data: a\n")) == [
        "response body event 0.blank line: empty -> absent"
    ]
    lines = "application/x-ndjson"
    assert differ(met(b"1\n2\n", lines), met(b"1\n2", lines)) == []


def test_codings_are_undone_first():
    one = met(gzip.compress(events("a")), **{"Content-Encoding": "gzip"})
    other = met(gzip.compress(events("b")), **{"Content-Encoding": "gzip"})
    assert differ(one, other) == ['response body event 0.data: "a" -> "b"']


def test_streams_of_two_kinds_are_not_compared_by_pieces():
    found = differ(met(events("a")), met(b"a\n", "application/x-ndjson"))
    assert not any(" event " in each for each in found)
    assert found


def test_long_streams_are_compared_in_place(monkeypatch):
    monkeypatch.setattr(streams, "_MOST", 2)
    found = differ(met(events("a", "b", "c")), met(events("b", "b")))
    assert [each.partition(":")[0] for each in found] == [
        "response body event 0.data",
        "response body event 2",
    ]


def test_what_is_made_anew_each_time_does_not_count_if_it_is_not_to():
    id_of = "6f1c0c4e-8f5d-4d0a-9a52-0c7e5b1d2a3{}"
    sides = [
        met(f'{{"id": "{id_of.format(n)}"}}'.encode(), "application/json", **more)
        for n, more in enumerate([{"X-Request-Id": "a"}, {"X-Request-Id": "b"}])
    ]
    assert len(differ(*sides)) == 2
    assert differ(*sides, ignore_volatile=True) == []
    rows = compared(*([each] for each in sides), MatchSpec(), ignore_volatile=True)
    assert [each.outcome for each in rows] == ["same"]


def test_what_is_known_to_be_the_same_is_not_compared():
    one, other = [met(b"a"), met(b"b")], [met(b"b"), met(b"c")]
    other[0] = one[1]
    rows = compared(one, other, MatchSpec(), {1: 0})
    assert [(each.outcome, *each.pair.positions) for each in rows] == [
        ("same", 1, 0),
        ("changed", 0, 1),
    ]
