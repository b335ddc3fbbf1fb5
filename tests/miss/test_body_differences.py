"""Where two bodies differ is said by place, in few words."""

import pytest

from mitmvcr.core.bodies import BodyRules
from mitmvcr.core.model import Request
from mitmvcr.miss.body_differences import body_differences, content
from mitmvcr.miss.report import MOST_DIFFERENCES, Difference

JSON = "application/json"


def found(
    asked: bytes | str,
    recorded: bytes | str,
    media: str = JSON,
    media_recorded: str | None = None,
    rules: BodyRules | None = None,
) -> list[Difference]:
    one, other = (
        Request(
            body=body.encode() if isinstance(body, str) else body,
            headers={"Content-Type": [kind]},
        )
        for body, kind in ((asked, media), (recorded, media_recorded or media))
    )
    rules = rules or BodyRules()
    return body_differences(content(one, rules), content(other, rules))


def bodies(asked: bytes | str, recorded: bytes | str, media: str = JSON) -> list[str]:
    return [str(each) for each in found(asked, recorded, media)]


# JSON


@pytest.mark.parametrize(
    ("asked", "recorded", "said"),
    [
        ('{"a":1}', '{"a":2}', ["body.a: 1 was 2"]),
        ('{"a":1}', '{"a":"1"}', ['body.a: 1 was "1"']),
        ('{"a":1}', '{"a":true}', ["body.a: 1 was true"]),
        ('{"a":[]}', '{"a":{}}', ["body.a: [] was {}"]),
        ('{"a":null}', "{}", ["body.a: null was absent"]),
        ("{}", '{"a":{"b":[1]}}', ['body.a: absent was {"b": [1]}']),
        ('{"m":[{"c":"x"}]}', '{"m":[{"c":"y"}]}', ['body.m[0].c: "x" was "y"']),
        ("[1,2,3]", "[1,2]", ["body[2]: 3 was absent"]),
        ("[1]", "[1,2]", ["body[1]: absent was 2"]),
        ('{"a b":1}', '{"a b":2}', ['body["a b"]: 1 was 2']),
        ('{"":1}', '{"":2}', ['body[""]: 1 was 2']),
        ('{"b":1,"a":1}', '{"b":2,"a":2}', ["body.a: 1 was 2", "body.b: 1 was 2"]),
        ("1", "2", ["body: 1 was 2"]),
        (
            "[9007199254740992]",
            "[9007199254740993.0]",
            ["body[0]: 9007199254740992 was 9007199254740993"],
        ),
        (
            "[12345678901234567.89]",
            "[12345678901234567.8]",
            ["body[0]: 12345678901234567.89 was 12345678901234567.8"],
        ),
        (
            '[{"a":0.10000000000000000001}]',
            "[1]",
            ['body[0]: {"a": "0.10000000000000000001"} was 1'],
        ),
    ],
)
def test_json_differs_by_place(asked: str, recorded: str, said: list[str]) -> None:
    assert bodies(asked, recorded) == said


def test_json_with_a_name_twice_differs_as_it_stands() -> None:
    (told,) = bodies('{"a":1,"a":2}', '{"a":2}')
    assert "byte 5" in told, told


def test_only_the_first_differences_of_json_are_told() -> None:
    told = bodies(f"{[0] * 1000}", f"{[1] * 1000}")
    assert told == [f"body[{i}]: 0 was 1" for i in range(MOST_DIFFERENCES)]


def test_long_texts_are_shown_from_where_they_differ() -> None:
    start = "word " * 1000
    told = bodies(f'["{start}one"]', f'["{start}two"]')
    assert told == ['body[0] at character 5000: "word word one" was "word word two"']


def test_long_values_are_cut() -> None:
    (told,) = bodies(f'["a{"x" * 1000}"]', f'["b{"x" * 1000}"]')
    assert len(told) < 200
    assert told.startswith('body[0]: "axxx')


def test_a_deep_place_is_cut_in_front() -> None:
    deep = '{"name":' * 500 + "%d" + "}" * 500
    (told,) = bodies(deep % 1, deep % 2)
    assert told.startswith("...")
    assert told.endswith(".name.name: 1 was 2")
    assert len(told) < 250


def test_json_too_deep_to_be_read_differs_by_byte() -> None:
    deep = "[" * 100_000
    (told,) = bodies(deep, deep + "1")
    assert told.startswith("body at byte 100000: ")


def test_json_of_very_many_bytes_differs_by_byte() -> None:
    many = "[" + "0," * 1_100_000
    (told,) = bodies(many + "1]", many + "2]")
    assert told == 'body at byte 2200001: "0,0,0,0,0,1]" was "0,0,0,0,0,2]"'


# Bytes


@pytest.mark.parametrize(
    ("asked", "recorded", "said"),
    [
        (b"=a", b"=b", 'body at byte 1: "=a" was "=b"'),
        (b"=abc", b"=ab", 'body at byte 3: "=abc" was "=ab"'),
        (b"=\xff", b"=\xfe", r'body at byte 1: "=\\xff" was "=\\xfe"'),
        (b"", b"x", 'body: empty was "x"'),
        (b"x", b"", 'body: "x" was empty'),
        (b"{}", b"", 'body: "{}" was empty'),
        (b"{}", b"not JSON", 'body at byte 0: "{}" was "not JSON"'),
        (
            b"0123456789" * 10 + b"A" * 50,
            b"0123456789" * 10 + b"B" * 50,
            f'body at byte 100: "0123456789{"A" * 30}" was "0123456789{"B" * 30}"',
        ),
    ],
)
def test_bytes_differ_at_the_first_place(
    asked: bytes, recorded: bytes, said: str
) -> None:
    assert bodies(asked, recorded) == [said]


def test_the_same_bytes_differ_by_their_content_type() -> None:
    (told,) = found(b"1.0", b"1.0", JSON, "text/plain")
    assert str(told) == 'content-type: "application/json" was "text/plain"'


# By what would let them pass


@pytest.mark.parametrize(
    ("asked", "recorded", "path"),
    [
        ('{"a":[{"b":1}]}', '{"a":[{"b":2}]}', ("ignore_json", "$.a[0].b")),
        ('{"a b":1}', '{"a b":2}', ("ignore_json", '$["a b"]')),
        ('{"a-b":1}', '{"a-b":2}', ("ignore_json", '$["a-b"]')),
        ("[1]", "{}", ("parts", "body")),
    ],
)
def test_json_may_pass_by_its_place(
    asked: str, recorded: str, path: tuple[str, str]
) -> None:
    assert [each.ignoring for each in found(asked, recorded)] == [path]


def test_a_place_too_long_for_an_option_may_not_pass() -> None:
    deep = '{"name":' * 100 + "%d" + "}" * 100
    assert [each.ignoring for each in found(deep % 1, deep % 2)] == [None]


# Forms, multiparts and texts


def test_forms_differ_by_field() -> None:
    form = "application/x-www-form-urlencoded"
    (told,) = found("a=1&b=2", "b=2&a=3", form)
    assert str(told) == 'body.a: "1" was "3"'
    assert told.ignoring == ("ignore_form", "a")


def test_a_file_that_is_called_a_form_differs_by_byte() -> None:
    (told,) = found("\0a=1&b=2", "\0a=1&b=3", "application/x-www-form-urlencoded")
    assert str(told) == r'body at byte 7: "\u0000a=1&b=2" was "\u0000a=1&b=3"'


def part(content: str, disposition: str = 'form-data; name="f"') -> str:
    return f"--b\r\nContent-Disposition: {disposition}\r\n\r\n{content}\r\n"


@pytest.mark.parametrize(
    ("asked", "recorded", "said"),
    [
        (part("1"), part("2"), ['body part 0 (f) at byte 0: "1" was "2"']),
        (part("1"), part("1") * 2, ["body part 1: absent was present"]),
        (part("1") * 2, part("1"), ["body part 1: present was absent"]),
        (
            part("1"),
            part("1", "form-data"),
            [
                "body part 0 (f) content-disposition:"
                ' "form-data; name=\\"f\\"" was "form-data"'
            ],
        ),
        (
            part("1", "x"),
            "--b\r\n\r\n2\r\n",
            [
                'body part 0 content-disposition: "x" was absent',
                'body part 0 at byte 0: "1" was "2"',
            ],
        ),
    ],
)
def test_multiparts_differ_by_part(asked: str, recorded: str, said: list[str]) -> None:
    assert bodies(
        f"{asked}--b--", f"{recorded}--b--", "multipart/mixed; boundary=b"
    ) == (said)


def test_a_form_in_another_order_differs_by_its_field() -> None:
    def form(*fields: str) -> str:
        each = (part(it[1], f'form-data; name="{it[0]}"') for it in fields)
        return "".join([*each, "--b--"])

    told = bodies(form("b2", "a1"), form("a1", "b3"), "multipart/form-data; boundary=b")
    assert told == ['body part 0 (b) at byte 0: "2" was "3"']


def test_what_is_no_multipart_differs_by_byte() -> None:
    told = bodies("--b\r\n\r\nx", "--b\r\n\r\ny", "multipart/mixed; boundary=b")
    assert told == [r'body at byte 7: "--b\r\n\r\nx" was "--b\r\n\r\ny"']


@pytest.mark.parametrize(
    ("asked", "recorded", "said"),
    [
        ("a\r\nb", "a\nc", 'body line 2: "b" was "c"'),
        ("a", "a\nb", 'body line 2: absent was "b"'),
        (
            f"a\n{'<a>same</a>' * 20}<b>one</b>",
            f"a\n{'<a>same</a>' * 20}<b>two</b>",
            'body line 2 at character 223: "me</a><a>same</a><b>one</b>" was'
            ' "me</a><a>same</a><b>two</b>"',
        ),
        ("x", "y", 'body at byte 0: "x" was "y"'),
    ],
)
def test_texts_differ_by_line(asked: str, recorded: str, said: str) -> None:
    assert bodies(asked, recorded, "text/plain") == [said]


def test_the_id_of_a_message_of_soap_is_no_difference() -> None:
    def soap(number: str, action: str) -> str:
        space = "http://www.w3.org/2005/08/addressing"
        return f'<E xmlns="{space}">\n<MessageID>{number}</MessageID>\n{action}</E>'

    told = bodies(soap("1", "a"), soap("2", "b"), "application/soap+xml")
    assert told == ['body /E/text(): "\\na" was "\\nb"']


def test_bodies_of_two_types_differ_by_byte() -> None:
    (told,) = found("a=1", "a=2", "application/x-www-form-urlencoded", "text/plain")
    assert str(told) == 'body at byte 2: "a=1" was "a=2"'


def test_folded_bodies_are_taken_apart_as_json() -> None:
    rules = BodyRules(folds=True)
    (told,) = found('{"a":"x\\r\\ny","b":1}', '{"a":"x\\ny","b":2}', rules=rules)
    assert str(told) == "body.b: 1 was 2"
