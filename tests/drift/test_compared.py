"""What is found of one answer, rule by rule."""

import json
import zlib
from typing import Any

import pytest

from mitmvcr.core.model import Headers, Interaction, Request, Response
from mitmvcr.drift import RULES, Drift, Finding, Known, Tier, compared, grafted
from mitmvcr.drift.shapes import format_of
from mitmvcr.drift.text import scalars, spelled

JSON = "application/json"


def answer(
    value: Any = None, code: int = 200, kind: str = JSON, **more: str
) -> Response:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    headers: Headers = {"Content-Type": [kind], "Content-Length": [str(len(body))]}
    headers = {**headers, **{n.replace("_", "-"): [v] for n, v in more.items()}}
    return Response(code=code, body=body, content_length=len(body), headers=headers)


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def met(response: Response, url: str = "https://a.test/things/1") -> Interaction:
    return Interaction(0, Request("GET", url), response)


def found(before: Any, *now: Any, also: tuple[Any, ...] = ()) -> list[str]:
    """Compare a value with live ones; ``also`` is recorded of the same endpoint."""
    old = met(answer(before))
    known = Known([old, *(met(answer(each)) for each in also)])
    live = [answer(each) for each in now]
    if len(live) == 1:
        live *= 2
    return [*map(str, compared(old, live, known.of(old)).findings)]


@pytest.mark.parametrize(
    ("before", "now", "rule"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, "breaking key-gone $.b: number -> none"),
        ({"a": {"b": 1}}, {"a": {}}, "breaking key-gone $.a.b: number -> none"),
        ({"a": 1}, {"a": "1"}, "breaking type-changed $.a: number -> string"),
        ([{"a": 1}], [{"a": True}], "breaking type-changed $[*].a: number -> boolean"),
        ({"a": [1]}, {"a": {}}, "breaking type-changed $.a: array -> object"),
        ({"a": "x"}, {"a": None}, "dangerous null-new $.a: string -> null"),
        ({"a": None}, {"a": 1}, "additive null-filled $.a: null -> number"),
        ({"a": 1}, {"a": 1, "b": []}, "additive key-new $.b: array"),
        ({"a": 1}, {"a": 1, "b c": 1}, 'additive key-new $["b c"]: number'),
        (
            {"status": "open"},
            {"status": "shut"},
            "dangerous enum-new $.status: open -> shut",
        ),
        (
            {"at": "2026-01-01"},
            {"at": "1 January"},
            "dangerous format-changed $.at: date -> any",
        ),
        ({"a": [1, 2, 3]}, {"a": [3, 2, 1]}, "dangerous order-changed $.a"),
        (
            {"a": [{"id": n} for n in "xyz"]},
            {"a": [{"id": n} for n in "zyx"]},
            "dangerous order-changed $.a",
        ),
        (
            [[{"b": [1, 2, 3]}]],
            [[{"b": [2, 1, 3]}]],
            "dangerous order-changed $[0][0].b",
        ),
    ],
)
def test_a_change_of_shape_has_its_rule(before: Any, now: Any, rule: str) -> None:
    assert rule in found(before, now)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"price": 3}, {"price": 3.5}),
        ({"name": "one"}, {"name": "another one"}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": [1, 2, 3]}, {"a": []}),
        ({"a": []}, {"a": [1]}),
        ({"a": [1, 1, 2]}, {"a": [2, 1, 1]}),
        ({"at": "2026-01-01"}, {"at": "2026-02-02"}),
        ({"at": "any"}, {"at": "2026-02-02"}),
        ([{"id": 1}], [{"id": 1}, {"id": 2}]),
        ("text", "text"),
    ],
)
def test_another_value_is_no_change(before: Any, now: Any) -> None:
    assert found(before, now) == []


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"a": 1, "b": 1}, ({"a": 1}, {"a": 1, "b": 1})),
        ({"a": 1}, ({"a": None}, {"a": 2})),
        ({"a": 1}, ({"a": 1, "c": 1}, {"a": 1})),
        ({"status": "open"}, ({"status": "shut"}, {"status": "gone"})),
        ({"at": "2026-01-01"}, ({"at": "soon"}, {"at": "2026-02-02"})),
        ({"a": [1, 2, 3]}, ({"a": [3, 2, 1]}, {"a": [2, 3, 1]})),
        ({"a": {"b": 1}}, ({"a": {"b": 1}}, {"a": "b"})),
    ],
)
def test_what_is_not_so_in_all_live_answers_is_volatile(
    before: Any, now: tuple[Any, Any]
) -> None:
    assert found(before, *now) == []
    old = met(answer(before))
    drift = compared(old, [answer(each) for each in now], Known([old]).of(old))
    assert drift == Drift([], is_volatile=True)
    assert drift.tier is Tier.VOLATILE


def test_what_the_cassette_shows_elsewhere_counts() -> None:
    assert found({"a": 1, "b": 1}, {"a": 1}, also=({"a": 1},)) == []
    assert found({"a": 1}, {"a": None}, also=({"a": None},)) == []
    assert found({"status": "on"}, {"status": "off"}, also=({"status": "off"},)) == []
    assert found({"state": "x y"}, {"state": "z"}) == []


def test_words_that_come_again_and_again_are_an_enum() -> None:
    items = [{"colour": each} for each in ("red", "blue") * 4]
    now = [{"colour": "green"}]
    assert found(items, now) == ["dangerous enum-new $[*].colour: blue/red -> green"]
    many = [{"colour": f"w{'abcdefghijklmnopqrstuvwx'[n]}"} for n in range(20)]
    assert found(many, now) == []


def test_a_member_that_only_some_have_any_more_is_gone() -> None:
    items = [{"a": 1, "b": n} for n in range(9)]
    assert found(items, [{"a": 1, "b": 1}, {"a": 1}]) == [
        "breaking key-gone $[*].b: in some"
    ]
    assert found(items[:2], [{"a": 1, "b": 1}, {"a": 1}]) == []


@pytest.mark.parametrize(
    ("old", "now", "rules"),
    [
        (answer({}), answer({}, 404), ["status-class"]),
        (answer({}), answer({"e": 1}, 422), ["required-new"]),
        (answer({}), answer({}, 201), ["status"]),
        (answer({}), answer({}, kind="text/html"), ["media-type"]),
        (answer({}), answer(b""), ["body-gone"]),
        (answer({}), answer(b"{"), ["body-broken"]),
        (answer({}, Link="x"), answer({}), ["header-gone"]),
        (answer({}), answer({}, Sunset="soon"), ["deprecated"]),
        (answer(b"x", kind="text/plain"), answer(b"y", kind="text/plain"), []),
        (answer({}, kind=""), answer({}), []),
    ],
)
def test_a_head_has_its_rules(old: Response, now: Response, rules: list[str]) -> None:
    drift = compared(met(old), [now, now], Known([met(old)]).of(met(old)))
    assert [each.rule for each in drift.findings] == rules
    assert drift.tier is max((RULES[each][0] for each in rules), default=Tier.SAME)


def test_a_body_that_is_broken_now_and_then_is_volatile() -> None:
    old = met(answer({}))
    drift = compared(old, [answer({}), answer(b"{")], Known([old]).of(old))
    assert drift == Drift([], is_volatile=True)


def test_answers_of_one_endpoint_are_known_by_its_path() -> None:
    one, other = (met(answer({"a": 1}), f"https://a.test/t/{n}/x") for n in (1, 23))
    html = met(answer(b"", kind="text/html"))
    known = Known([one, html])
    assert known.of(other).present == {"a": 1}
    assert known.of(html).kinds == {}


def test_places_are_spelled_as_json_path() -> None:
    assert spelled(("a", 0, "b-c")) == '$.a[0]["b-c"]'
    text = ' {"a\\"b": [1, {"c": "x\\\\"}, []], "d" : true}'
    places = {each.path: text[each.start : each.end] for each in scalars(text)}
    assert places == {
        ('a"b', 0): "1",
        ('a"b', 1, "c"): '"x\\\\"',
        ("d",): "true",
    }


def test_formats_are_told_by_what_they_alone_have() -> None:
    assert format_of("2026-01-01T00:00:00Z") == "date-time"
    assert format_of("anything") == ""


# The new answer


def test_a_new_answer_keeps_what_has_not_changed() -> None:
    old = answer({"id": 1, "seen": 5, "at": "2026-01-01"}, X_Request_Id="old", A="1")
    now = answer(
        {"seen": 9, "id": "1", "at": "soon", "more": [7]}, X_Request_Id="new", A="2"
    )
    changes = [Finding("type-changed", "$.id"), Finding("key-new", "$.more")]
    kept = grafted(old, now, changes, {"x-request-id"})
    assert json.loads(kept.body) == {"seen": 5, "id": "1", "at": "soon", "more": [7]}
    assert kept.headers["X-Request-Id"] == ["old"]
    assert kept.headers["A"] == ["2"]
    assert kept.headers["Content-Length"] == [str(len(kept.body))]
    assert kept.content_length == len(kept.body)


def test_a_finding_about_a_list_holds_for_all_that_is_in_it() -> None:
    old, now = answer({"a": [1, 2, 3], "b": 1}), answer({"a": [3, 2, 1], "b": 2})
    kept = grafted(old, now, [Finding("order-changed", "$.a")], ())
    assert json.loads(kept.body) == {"a": [3, 2, 1], "b": 1}
    old, now = answer([{"s": "a"}]), answer([{"s": "b"}])
    kept = grafted(old, now, [Finding("enum-new", "$[*].s")], ())
    assert json.loads(kept.body) == [{"s": "b"}]


def test_a_body_that_is_no_json_is_the_new_one() -> None:
    old, now = answer(b"old", kind="text/plain"), answer(b"new", kind="text/plain")
    assert grafted(old, now, (), ()).body == b"new"
    assert grafted(old, answer({}), (), ()).body == b"{}"


def test_a_compressed_body_is_compressed_again() -> None:
    body = zlib.compress(b'{"a": 2, "b": 1}')
    now = answer(body, Content_Encoding="deflate")
    object.__setattr__(now, "content_length", -1)
    kept = grafted(answer({"a": 1}), now, [Finding("key-new", "$.b")], ())
    assert zlib.decompress(kept.body) == b'{"a": 1, "b": 1}'
    assert kept.content_length == -1
    undone = answer(b'{"a": 2}', Content_Encoding="deflate")
    assert grafted(answer({"a": 1}), undone, (), ()).body == b'{"a": 1}'


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (b'\xef\xbb\xbf{"a": 1}', b'\xef\xbb\xbf{"a": 2}', b'\xef\xbb\xbf{"a": 1}'),
        (b'{"a": 1}', b'\xef\xbb\xbf{"a": 2}', b'\xef\xbb\xbf{"a": 1}'),
        (b'\xef\xbb\xbf{"a": 1}', b'{"a": 2}', b'{"a": 1}'),
        (_wide('{"a": 1}'), _wide('{"a": 2}'), _wide('{"a": 2}')),
        (b'{"a": 1}', _wide('{"a": 2}'), _wide('{"a": 2}')),
    ],
)
def test_a_byte_order_mark_is_no_value(
    before: bytes, after: bytes, wanted: bytes
) -> None:
    """.NET writes one. What is in UTF-16 is recorded whole."""
    assert grafted(answer(before), answer(after), (), ()).body == wanted


def test_a_value_of_xml_keeps_its_quotes() -> None:
    before = "<a b='\"x' c='1'>é</a>".encode()
    old, now = (
        answer(each, kind="application/xml")
        for each in (before, b'<a b="y" c="2">e</a>')
    )
    assert grafted(old, now, (), ()).body == before


@pytest.mark.parametrize(
    ("code", "kind"), [(404, JSON), (400, JSON), (200, "application/problem+json")]
)
def test_an_answer_of_another_kind_is_recorded_whole(code: int, kind: str) -> None:
    """Its values are not those of the old one, though they have the same names."""
    old = met(answer({"message": "done", "id": 1}))
    now = answer({"message": "it is gone", "code": 7}, code, kind)
    drift = compared(old, [now, now], Known([old]).of(old))
    assert grafted(old.response, now, drift.findings, ()).body == now.body
