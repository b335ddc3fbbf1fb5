"""Differences of XML are told by the way to the element, with a rule for that alone."""

import re

import pytest

from mitmvcr.core.bodies import BodyRules
from mitmvcr.core.model import Request
from mitmvcr.miss.body_differences import NO_BODY, body_differences, content
from mitmvcr.miss.masking import masked
from mitmvcr.miss.report import Difference, Miss, Near

XML = "application/soap+xml"


def sent(body: str) -> Request:
    headers = {"Content-Type": (XML,)}
    return Request("POST", "https://api.test/a", headers=headers, body=body.encode())


def found(asked: str, recorded: str) -> list[Difference]:
    sides = [content(sent(each), BodyRules()) for each in (asked, recorded)]
    return body_differences(*sides)


def soap(*items: str, more: str = "") -> str:
    listed = "\n    ".join(f"<p:item>{each}</p:item>" for each in items)
    space = 'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p="urn:p"'
    return (
        f"<?xml version='1.0'?>\n<s:Envelope {space}>\n <s:Body>\n  <p:GetPrice>\n"
        f"    {listed}{more}\n  </p:GetPrice>\n </s:Body>\n</s:Envelope>"
    )


WAY = "body /Envelope/Body/GetPrice"


@pytest.mark.parametrize(
    ("asked", "recorded", "said"),
    [
        (soap("A", "B"), soap("A", "C"), [f'{WAY}/item[2]: "B" was "C"']),
        (soap("A"), soap("C"), [f'{WAY}/item: "A" was "C"']),
        (
            soap("A", "B", "D"),
            soap("A"),
            [f'{WAY}/item[2]: "B" was absent', f'{WAY}/item[3]: "D" was absent'],
        ),
        (soap("A"), soap("A", more="<x><y/></x>"), [f"{WAY}/x: absent was present"]),
        (
            soap("A", more="<p:x a='1'/>"),
            soap("A", more="<p:x a='2'/>"),
            [f'{WAY}/x/@a: "1" was "2"'],
        ),
        (
            soap("A", more="<p:x a='1'/>"),
            soap("A", more="<p:x/>"),
            [f'{WAY}/x/@a: "1" was absent'],
        ),
        ("<a>x<b/>y</a>", "<a>x<b/>z</a>", ['body /a/text(): "y" was "z"']),
        ("<a/>", "<b/>", ['body /a name: "a" was "b"']),
        # Optional elements: each goes with its own
        (
            "<a><b>1</b><c>2</c></a>",
            "<a><c>3</c></a>",
            ['body /a/b: "1" was absent', 'body /a/c: "2" was "3"'],
        ),
        # What has no way is told by line
        ("<a>\n<b/></a>", "<a><b/>\n</a>", None),
        ("<a>\n<b/><c/></a>", "<a>\n<c/><b/></a>", None),
        ("<a>\n<b></a>", "<a>\n<c></a>", None),
        (f"<a>{'<b/>' * 200000}<c/></a>", f"<a>{'<b/>' * 200000}<d/></a>", None),
        (
            f"<a>{'same ' * 20}one</a>",
            f"<a>{'same ' * 20}two</a>",
            ['body /a at character 100: "same same one" was "same same two"'],
        ),
    ],
)
def test_a_difference_has_the_way_to_its_element(asked, recorded, said) -> None:
    told = [str(each) for each in found(asked, recorded)]
    if said is None:
        assert told
        assert all(each.startswith(("body line", "body at")) for each in told)
    else:
        assert told == said


PLACES = {
    "an element": ("<a><k>1</k><b>2</b></a>", "<k>1", "<k>9"),
    "one of several": (soap("A", "B", "D"), ">B<", ">E<"),
    "an attribute": ('<a><k x="1" y="1"/></a>', 'y="1', 'y="9'),
    "in single quotes": ("<a><k x='1' y='1'/></a>", "y='1", "y='9"),
    "a prefixed attribute": ('<a xmlns:p="u"><k p:y="1"/></a>', 'y="1', 'y="9'),
    "with attributes": ('<a><k y="(1)">1</k><k y="2">1</k></a>', '"2">1', '"2">9'),
    "before a comment": ('<a><k y="1"/><!-- k --></a>', 'y="1', 'y="9'),
    "with blanks in": ("<a>\r\n\t<k>1\r\n2</k></a>", "2<", "3<"),
}


@pytest.mark.parametrize("name", PLACES)
def test_the_rule_leaves_out_that_place_alone(name: str) -> None:
    recorded, one, other = PLACES[name]
    assert recorded.count(one) == 1
    asked = recorded.replace(one, other)
    (told,) = found(asked, recorded)
    assert told.ignoring is not None
    assert told.ignoring[0] == "ignore_body"
    regex = told.ignoring[1]
    assert "\n" not in regex
    gone = [re.subn(regex, "", text) for text in (asked, recorded)]
    assert gone[0] == gone[1]
    assert gone[0][1] == 1


@pytest.mark.parametrize(
    ("asked", "recorded"),
    [
        ("<a><k/></a>", "<a><k>1</k></a>"),
        ("<a><!-- <k> --><k>1</k></a>", "<a><!-- <k> --><k>2</k></a>"),
        ("<a><k>1</k><k>1</k><k>1</k></a>", "<a><k>2</k><k>2</k><k>2</k></a>"),
        ("<a><![CDATA[1]]></a>", "<a><![CDATA[2]]></a>"),
        ("<a>1</a>", "<a><![CDATA[2]]></a>"),
        ("<a>1<!-- b -->1</a>", "<a>2<!-- b -->2</a>"),
        ("<a>1<?b c?>1</a>", "<a>1<?b c?>2</a>"),
        ("<a xmlns:p='u' p:b='1' b='1'/>", "<a xmlns:p='u' p:b='1' b='2'/>"),
        ("<a xmlns:p='u' b='1' p:b='1'/>", "<a xmlns:p='u' b='1' p:b='2'/>"),
        ("<a z='1'><k>1</k></a>".replace("<k", "<k a='1'"), "<a><k a='2'>2</k></a>"),
    ],
)
def test_where_no_rule_is_for_the_place_alone_none_is_named(asked, recorded) -> None:
    assert found(asked, recorded)[-1].ignoring == NO_BODY


def test_a_secret_element_is_hidden() -> None:
    for asked, recorded in (
        ("<a><Password>one1</Password></a>", "<a><Password>two2</Password></a>"),
        ('<a><b Password="one1"/></a>', '<a><b Password="two2"/></a>'),
    ):
        near = Near(0, "POST", "https://h/", False, (), tuple(found(asked, recorded)))
        shown = str(masked(Miss("POST", "https://h/", "", (near,), 0, 1)))
        assert "one1" not in shown
        assert "two2" not in shown
