"""Each field by go-yaml's rules: every line here was asked of go-vcr v4.0.7."""

import pytest

from format.reading import one, read_one, refusal, response


@pytest.mark.parametrize(
    ("yaml", "text"),
    [
        ("123", "123"),
        ("1_000", "1_000"),
        ("017", "017"),
        ("12:30:45", "12:30:45"),
        ("on", "on"),
        ("true", "true"),
        ("2.50", "2.50"),
        (".inf", ".inf"),
        ("=", "="),
        ("<<", "<<"),
        ("~", ""),
        ("null", ""),
        ("'null'", "null"),
        ("2024-13-01", "2024-13-01"),
        ("2023-02-29", "2023-02-29"),
        ("2024-01-01T25:00:00Z", "2024-01-01T25:00:00Z"),
        ("2024-01-01T00:00:00", "2024-01-01T00:00:00"),
        ("2024-01-01x", "2024-01-01x"),
        ("'2024-01-01'", "2024-01-01"),
        ("!!str 2024-01-01", "2024-01-01"),
        ("! 123", "123"),
        ("!mine text", "text"),
        ("!!merge text", "text"),
        ("!!int 12", "12"),
        ("!!float 1", "1"),
        ("!!null ''", ""),
        ("!!binary YWI=", "ab"),
        ("!!binary ''", ""),
        ("a#b", "a#b"),
        ("?a", "?a"),
        ("-a", "-a"),
        ("a\\", "a\\"),
        ("a\tb", "a\tb"),
        (r'"\N\_\L\P\0\a\b\v\f"', "\x85\xa0\u2028\u2029\0\a\b\v\f"),
    ],
)
def test_a_text_is_what_stands_there(yaml: str, text: str) -> None:
    assert response(f"status: {yaml}").status == text
    assert response(f"body: {yaml}").body == text.encode()


@pytest.mark.parametrize(
    "yaml",
    [
        "2024-01-01",
        "2024-1-1",
        "2024-02-29",
        "2000-02-29",
        "2024-01-01T00:00:00Z",
        "2024-01-01t1:2:3.5+07:00",
        "2024-01-01T00:00:00,5-24:60",
        "2024-01-01   0:0:0.5",
        "!!timestamp '2024-01-01'",
    ],
)
def test_a_date_is_its_letters(yaml: str) -> None:
    """Refused by go-vcr 4.0.7 alone: 4.0.8 was asked."""
    text = yaml.removeprefix("!!timestamp ").strip("'")
    assert response(f"status: {yaml}").status == text
    assert response(f"body: {yaml}").body == text.encode()
    headers = read_one(f"headers:\n  {yaml}:\n  - {yaml}").request.headers
    assert headers == {text: (text,)}


@pytest.mark.parametrize(
    "yaml",
    [
        "!!int x",
        "!!bool yes",
        "!!null x",
        "!!float x",
        "!!timestamp x",
        "!!binary YQ",
        "!!binary YQ==YQ==",
        "!!binary Y Q==",
        "!!binary YWJj====",
        "!!binary é===",
        "[a]",
        "{a: b}",
        '"\\ud83d\\ude00"',
        "*a",
        "a: b",
        "@a",
        "`a",
        "%a",
        "- a",
    ],
)
def test_what_go_vcr_refuses_for_a_text_is_refused(yaml: str) -> None:
    assert refusal(one(response=f"status: {yaml}"))


@pytest.mark.parametrize(
    ("yaml", "number"),
    [
        ("200", 200),
        ("+5", 5),
        ("-1", -1),
        ("-0", 0),
        ("0", 0),
        ("00", 0),
        ("017", 15),
        ("08", 8),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b101", 5),
        ("1_0", 10),
        ("200.0", 200),
        ("2e2", 200),
        (".5e1", 5),
        ("9223372036854775807", (1 << 63) - 1),
        ("-9223372036854775808", -(1 << 63)),
        ("-9223372036854775809", -(1 << 63)),  # it goes by way of a float
        ("!!int '5'", 5),
        ("!!float 5", 5),
        ("~", 0),
        ("", 0),
    ],
)
def test_a_number_is_one_as_go_reads_it(yaml: str, number: int) -> None:
    assert response(f"content_length: {yaml}").content_length == number


@pytest.mark.parametrize(
    "yaml",
    [
        "'200'",
        '""',
        "true",
        "5.5",
        ".nan",
        ".inf",
        "-.inf",
        "1e400",
        ".1e400",
        "._5",
        "9223372036854775808",
        "18446744073709551616",
        "-9223372036854775810000",
        "9223372036854775807.0",
        "+9223372036854775808",
        "0x1ffffffffffffffff",
        "0x" + "f" * 100,
        "1" * 2000,
        "-",
        "!!binary MQ==",
        "!mine 1",
        "! 1",
        "2024-01-01",
        "200 OK",
        "[200]",
        "<<",
    ],
)
def test_what_is_no_number_is_refused(yaml: str) -> None:
    assert refusal(one(response=f"content_length: {yaml}"))


@pytest.mark.parametrize(
    ("yaml", "flag"),
    [
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("yes", True),
        ("'on'", True),
        ("!!str y", True),
        ("off", False),
        ("~", False),
    ],
)
def test_a_flag_may_be_of_yaml_1_1(yaml: str, flag: bool) -> None:
    assert response(f"uncompressed: {yaml}").uncompressed is flag


@pytest.mark.parametrize("yaml", ["1", "'true'", "!!bool yes", "maybe", "[]", "<<"])
def test_what_is_no_flag_is_refused(yaml: str) -> None:
    assert refusal(one(response=f"uncompressed: {yaml}"))


@pytest.mark.parametrize(
    ("yaml", "nanoseconds"),
    [
        ("1.171848125s", 1_171_848_125),
        ("712ms", 712_000_000),
        ("0s", 0),
        ("250µs", 250_000),
        ("250us", 250_000),
        ("1m30.7s", 90_700_000_000),
        ("1h2m3s", 3_723_000_000_000),
        ("-1.5h", -5_400_000_000_000),
        ("'3s'", 3_000_000_000),
        ("'0'", 0),
        ("0", 0),
        ('""', 0),  # go-vcr refuses it; real cassettes have it
        ("", 0),
        ("~", 0),
        ("1500", 1500),  # go-vcr refuses it; real cassettes have it
        ("1e3", 1000),
        ("5.0", 5),
    ],
)
def test_a_duration_is_text_or_nanoseconds(yaml: str, nanoseconds: int) -> None:
    assert response(f"duration: {yaml}").duration == nanoseconds


def test_a_duration_may_be_absent() -> None:
    assert response("").duration == 0


@pytest.mark.parametrize(
    "yaml", ["5 s", "abc", "'5'", "true", "!!binary MXM=", "9999999h", "1.5", "[]"]
)
def test_what_is_no_duration_is_refused(yaml: str) -> None:
    assert refusal(one(response=f"duration: {yaml}"))


@pytest.mark.parametrize(
    ("yaml", "status"), [("200", "200"), ("'200'", "200"), ("'200 '", "200 ")]
)
def test_a_status_may_be_a_bare_number(yaml: str, status: str) -> None:
    assert response(f"status: {yaml}").status == status


@pytest.mark.parametrize(
    ("yaml", "headers"),
    [
        ("{A: ~}", {"A": ()}),
        ("{A: []}", {"A": ()}),
        ("{A: [~, b, ~]}", {"A": ("b",)}),
        ("{A: [1, true, 2.5, <<]}", {"A": ("1", "true", "2.5", "<<")}),
        ("{~: [a], b: [c]}", {"b": ("c",)}),
        ("{1: [a], true: [c]}", {"1": ("a",), "true": ("c",)}),
        ("{'<<': [b]}", {"<<": ("b",)}),
        ("!mine {A: [b]}", {"A": ("b",)}),
        ("{a: [b], A: [c]}", {"a": ("b",), "A": ("c",)}),
        ("{!!binary YQ==: [b]}", {"a": ("b",)}),
        ("{? a : [b]}", {"a": ("b",)}),
    ],
)
def test_headers_are_a_map_of_lists(
    yaml: str, headers: dict[str, tuple[str, ...]]
) -> None:
    assert read_one(f"headers: {yaml}").request.headers == headers


@pytest.mark.parametrize(
    "yaml",
    [
        "[]",
        "''",
        "a",
        "{A: b}",
        "{A: ''}",
        "{A: {}}",
        "{A: [[b]]}",
        "{A: [{b: c}]}",
        "{[a]: [a]}",
        "{A: [a], A: [b]}",
        "{A: [a], 'A': [b]}",
        "{<<: {A: [b]}}",
        "{!!merge x: {A: [b]}}",
        "!!null {A: [b]}",
    ],
)
def test_headers_that_are_none_are_refused(yaml: str) -> None:
    assert refusal(one(f"headers: {yaml}"))


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("x: &a 1\nstatus: *a", "YAML aliases (*name) are not read"),
        ("<<: {code: 5}", "YAML merge keys (<<) are not read"),
        ("headers: <<", "YAML merge keys (<<) are not read"),
        ("headers: {A: <<}", "YAML merge keys (<<) are not read"),
        ("code: 5\ncode: 6", "`code` is set twice"),
        ("? [a]\n: b", "a list, where a single value is wanted"),
    ],
)
def test_keys_that_are_no_names_are_refused(lines: str, problem: str) -> None:
    assert problem in refusal(one(response=lines))


@pytest.mark.parametrize(
    ("lines", "remedy"),
    [
        ('code: "404"', "`404` is text, as it stands in quotes: take them away"),
        ("code: !!str 404", "`404` is text, as it stands in quotes: take them away"),
        ('uncompressed: "true"', "`true` is text, as it stands in quotes: take them"),
        ("headers: {A: b}", "a list is wanted: put it on a line of its own, behind"),
        ("body: {a: 1}", "a single value is wanted: put it in quotes, 'as this'"),
        ("x: &a 1\nstatus: *a", "are not read: write the value out"),
        ("<<: {code: 5}", "are not read: write the values out"),
        ("body: !!binary QUJD*A==", "`*`, which is not base64"),
        ("body: !!binary 'QUJ DQQ=='", "` `, which is not base64"),
        ("body: !!binary QUJDQ", "base64 that lacks 3 characters"),
        ("body: !!binary QU=DQQ==", "something that is not base64"),
        ("headers: {A: [*/*]}", "put a value that begins with * or & in quotes"),
        ("status: @x", "put it in quotes"),
        ("status: a: b", "is the line indented as its neighbours"),
    ],
)
def test_what_an_editor_leaves_is_refused_with_the_remedy(
    lines: str, remedy: str
) -> None:
    assert remedy in refusal(one(response=lines))


def test_another_charset_is_named() -> None:
    """The parser says of it that character #x0022 is unacceptable."""
    told = refusal(one(response="status: na?ve").replace(b"?", b"\xef"))
    assert "line 9" in told
    assert "not UTF-8 (invalid" in told
    assert "): save the file as UTF-8" in told


def test_an_anchor_alone_is_harmless() -> None:
    assert response("status: &a text").status == "text"


def test_a_long_value_is_shortened_in_the_message() -> None:
    assert f"`{'x' * 37}...` is not a whole" in refusal(one("proto_major: " + "x" * 99))


def test_a_value_with_control_characters_is_escaped_in_the_message() -> None:
    assert r"'a\n' is not a whole number" in refusal(one('proto_major: "a\\n"'))
