"""Answers that are no JSON, compared by shape all the same."""

import pytest

from drift.test_compared import answer, met
from mitmvcr.core.model import Response
from mitmvcr.drift import Finding, Known, compared, grafted
from mitmvcr.drift.markup import scalars, value
from mitmvcr.drift.values import value_of

XML, SSE, LINES = "application/xml", "text/event-stream", "application/x-ndjson"
CSV, FORM = "text/csv", "application/x-www-form-urlencoded"


def found(kind: str, before: str, now: str) -> list[str]:
    old = met(answer(before.encode(), kind=kind))
    live = [answer(now.encode(), kind=kind)] * 2
    return [*map(str, compared(old, live, Known([old]).of(old)).findings)]


FEED = "<feed><entry id='1'><at>2026-01-01</at><state>open</state></entry></feed>"
CHAT = 'data: {"role":"a","d":{"c":"x"}}\n\ndata: {"d":{"c":"y"}}\n\ndata: [DONE]\n\n'
NAMED = 'event: start\ndata: {"id": 1}\n\nevent: end\ndata: {"n": 2}\n\n'


@pytest.mark.parametrize(
    ("kind", "before", "now", "rule"),
    [
        (
            XML,
            FEED,
            FEED.replace(" id='1'", ""),
            'breaking key-gone $.feed.entry[*]["@id"]: string -> none',
        ),
        (
            "application/atom+xml; charset=utf-8",
            FEED,
            FEED.replace("<at>2026-01-01</at>", ""),
            "breaking key-gone $.feed.entry[*].at: array -> none",
        ),
        (
            XML,
            FEED,
            FEED.replace("2026-01-01", "today"),
            'dangerous format-changed $.feed.entry[*].at[*]["#text"]: date -> any',
        ),
        (
            XML,
            FEED,
            FEED.replace("open", "shut"),
            'dangerous enum-new $.feed.entry[*].state[*]["#text"]: open -> shut',
        ),
        (
            XML,
            FEED,
            FEED.replace("</entry>", "<x/></entry>"),
            "additive key-new $.feed.entry[*].x: array",
        ),
        (
            XML,
            FEED,
            FEED.replace("feed>", "rss>"),
            "breaking key-gone $.feed: object -> none",
        ),
        (XML, FEED, "<feed>", "breaking body-broken body"),
        (
            SSE,
            CHAT,
            CHAT.replace('"c":"x"', '"c":1').replace('"c":"y"', '"c":2'),
            "breaking type-changed $.message[*].d.c: string -> number",
        ),
        (
            SSE,
            CHAT,
            CHAT.replace('{"d":{"c":"y"}}', '{"d":{"c":"y"},"u":1}').replace(
                '{"role":"a",', '{"u":2,"role":"a",'
            ),
            "additive key-new $.message[*].u: number",
        ),
        (
            SSE,
            NAMED,
            NAMED.replace("event: end", "event: stop"),
            "breaking key-gone $.end: array -> none",
        ),
        (
            LINES,
            '{"a":1,"b":1}\n{"a":2}\n',
            '{"b":1}\n{"b":2}\n',
            "breaking key-gone $[*].a: number -> none",
        ),
        (
            CSV,
            "id,name\n1,x\n2,y\n",
            "id,title\n1,x\n",
            "breaking key-gone $[*].name: string -> none",
        ),
        (
            FORM,
            "access_token=x&scope=a",
            "access_token=y&scope=a&more=1",
            "additive key-new $.more: array",
        ),
        (
            FORM,
            "at=2026-01-01&at=2026-01-02",
            "at=soon&at=later&at=now",
            "dangerous format-changed $.at[*]: date -> any",
        ),
        (
            CSV,
            "at,at\n2026-01-01,2026-01-02\n",
            "at,at\nsoon,later\n",
            "dangerous format-changed $[*].at[*]: date -> any",
        ),
    ],
)
def test_a_change_of_shape_has_its_rule(
    kind: str, before: str, now: str, rule: str
) -> None:
    assert found(kind, before, now)[0] == rule


@pytest.mark.parametrize(
    ("kind", "before", "now"),
    [
        (XML, FEED, FEED.replace("'1'", "'2'").replace("2026-01-01", "2027-02-02")),
        (XML, FEED, FEED.replace("<entry", "<entry id='7'/><entry")),
        (XML, "<a><list/></a>", "<a><list><b/><b>x</b></list></a>"),
        (XML, "<a><list><b>x</b></list></a>", "<a><list/></a>"),
        (
            XML,
            "<s:a xmlns:s='u'><s:b s:c='1'/></s:a>",
            "<t:a xmlns:t='u'><t:b t:c='2'/></t:a>",
        ),
        (SSE, CHAT, CHAT.replace("x", "z") + 'data: {"cut": '),
        (SSE, NAMED, ": a comment\r\n\r\n" + NAMED.replace("\n", "\r\n")),
        (SSE, "", ""),
        (LINES, '{"a":1}\n', '{"a":2}\n{"a":3}\n'),
        ("application/json-seq", '\x1e{"a":1}\n', '\x1e{"a":2}\n'),
        (CSV, "id,name\n1,x,\n", "id,name\n1,z\n3,y\n"),
        ("text/html", "<p>one", "<b>other"),
    ],
)
def test_another_value_is_no_change(kind: str, before: str, now: str) -> None:
    assert found(kind, before, now) == []


def test_what_cannot_be_read_has_no_value() -> None:
    for kind, body in (
        (XML, b"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"),
        (LINES, b"{"),
        (SSE, b"\xff\n\n"),
        (CSV, b'a,b\n"x"y,2\n'),
    ):
        assert value_of(answer(body, kind=kind)) is None


def test_a_new_answer_of_xml_keeps_what_has_not_changed() -> None:
    old = (
        "<?xml version='1.0'?>\n<!-- old --><r xmlns='u' n='1/2'><id>a</id><t>\n one"
        "</t><c><![CDATA[<x>]]></c><e/><m>p<b>1</b>q</m></r>"
    )
    new = (
        "<?xml version='1.0'?>\n<r xmlns='u' n='2/3' more='x'><id>b</id><t>\n two"
        "</t><c><![CDATA[<y>]]></c><e/><m>r<b>2</b>s</m><z>9</z></r>"
    )
    before, now = (answer(each.encode(), kind=XML) for each in (old, new))
    changes = [Finding("format-changed", "$.r.t")]
    made = grafted(before, now, changes, ())
    assert made.body.decode() == (
        "<?xml version='1.0'?>\n<r xmlns='u' n='1/2' more='x'><id>a</id><t>\n two"
        "</t><c><![CDATA[<y>]]></c><e/><m>p<b>1</b>s</m><z>9</z></r>"
    )
    assert made.content_length == len(made.body)
    other = answer(b'{"a": 1}')
    assert grafted(before, other, changes, ()).body == other.body


def test_an_element_is_what_it_has() -> None:
    text = "<a x=\"1\">\n t <b y='2'> u </b><b/>v</a>"
    assert value(text.encode()) == {
        "a": {"@x": "1", "#text": "t", "b": [{"@y": "2", "#text": "u"}]}
    }
    assert [(each.path, text[each.start : each.end]) for each in scalars(text)] == [
        (("a", "@x"), '"1"'),
        (("a", "#text"), "t"),
        (("a", "b", 0, "@y"), "'2'"),
        (("a", "b", 0, "#text"), "u"),
    ]


def test_a_stream_keeps_its_pace_where_it_is_the_new_one() -> None:
    from dataclasses import replace

    from mitmvcr.core.chunks import Chunk

    old = answer(CHAT.encode(), kind=SSE)
    new = replace(answer(NAMED.encode(), kind=SSE), chunks=(Chunk(0, 5),))
    assert grafted(old, new, (), ()).chunks == new.chunks


def test_a_call_that_goes_both_ways_still_does_when_it_was_asked_again() -> None:
    """It was asked at once; a replay would have waited for the end of the request."""
    old = Response(code=200, body=b"\0\0\0\0\1x", turns=(1, 1, 2))
    new = Response(code=200, body=b"\0\0\0\0\1y")
    assert grafted(old, new, (), ()).turns == (1, 1, 2)


@pytest.mark.parametrize(
    ("kind", "before", "now"),
    [
        (FORM, "scope=a&scope=2026-01-01", "scope=2026-01-01"),
        (FORM, "scope=7", "scope=soon&scope=7"),
        (CSV, "id,at,at\n1,x\n\n2,y,z,more\n", "id,at,at\n2,y,z\n3,x\n"),
    ],
)
def test_fields_of_one_name_may_be_few_or_many(
    kind: str, before: str, now: str
) -> None:
    assert found(kind, before, now) == []
