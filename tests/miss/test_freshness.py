"""What is made anew for each request is known by its looks."""

import re

import pytest

from mitmvcr.miss.freshness import fresh, made_up, one_regex, pieces

UUIDS = "1b4e28ba-2fa1-41d2-883f-0016d3cca427", "6fa459ea-ee8a-4ca4-894e-db77e160355e"


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (*UUIDS, "looks like a UUID"),
        (*(f"urn:uuid:{each}" for each in UUIDS), "looks like a UUID"),
        (*("{" + each.upper() + "}" for each in UUIDS), "looks like a UUID"),
        (*(f"run-{each}" for each in UUIDS), "looks like a UUID"),
        (
            "2026-11-28T00:08:51Z",
            "2025-01-02T10:00:00.123+01:00",
            "looks like a time stamp",
        ),
        (
            "Sat, 28 Nov 2026 00:08:51 GMT",
            "Fri, 27 Nov 2026 10:08:51 GMT",
            "looks like a time stamp",
        ),
        ("20261128T000851Z", "20250102T100000Z", "looks like a time stamp"),
        ("1764288531", "1764288999", "looks like a time stamp"),
        ("1764288531.25", "1764288999.5", "looks like a time stamp"),
        ("1764288531123", "1764288999456", "looks like a time stamp"),
        ("1764288531123456789", "1764288999456123789", "looks like a time stamp"),
        ("2026-11-28", "2025-01-02", "looks like a date"),
        ("a" * 64, "0b" * 32, "looks like a signature"),
        ("sha256=" + "a" * 64, "sha256=" + "b" * 64, "looks like a signature"),
        ("a" * 40, "b" * 40, "looks like a signature"),
        ("A" * 43 + "=", "b" * 43 + "=", "looks like a signature"),
        ("a1" * 16, "b2" * 16, "looks like a hexadecimal id"),
        (
            "507f1f77bcf86cd799439011",
            "507f191e810c19729de860ea",
            "looks like an object id",
        ),
        (
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "01BX5ZZKBKACTAV9WEVGEMMVRZ",
            "looks like a ULID",
        ),
        (
            "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.x",
            "eyJhbGciOiJub25lIn0.eyJhIjoyfQ.y",
            "looks like a JWT",
        ),
        (
            "00-" + "a1" * 16 + "-" + "b2" * 8 + "-01",
            "00-" + "c1" * 16 + "-" + "d2" * 8 + "-00",
            "looks like a trace id",
        ),
        ("msg_011CSHoEeqs5C35K2", "msg_01Xb7a9YyQw3R5T7u", "looks like a random id"),
        (
            "--------boundary-a1b2c3d4",
            "--------boundary-x9y8z7w6",
            "looks like a boundary",
        ),
        (*(f"run {each} of it" for each in UUIDS), "differs only in a UUID"),
        (
            "1B2M2Y8AsgTpgAmY7PhCfg==",
            "XrY7u+Ae7tCTyyK7j1rNww==",
            "looks like a signature",
        ),
        ("A" * 26 + "+=", "b" * 26 + "/=", "looks like a signature"),
        ("A" * 85 + "+==", "b" * 85 + "/==", "looks like a signature"),
        ("1-5759e988-" + "a1" * 12, "1-5759e989-" + "b2" * 12, "looks like a trace id"),
        ("20261128", "20250102", "looks like a date"),
        ("11/28/2026", "1/2/2025", "looks like a date"),
        ("08:15:30", "09:16:31.5", "looks like a time of day"),
        ("V1StGXR8_Z5jdHi6B-myT", "4f90d13a42ZzXq_8K1-Qw", "looks like a random id"),
        (
            "/tmp/tmpa1b2c3d4/x",
            "/tmp/tmpz9y8_7w6/x",
            "differs only in a temporary name",
        ),
        (
            "http://127.0.0.1:41231/cb",
            "http://127.0.0.1:58123/cb",
            "differs only in a port",
        ),
        ("http://localhost:4123/", "http://localhost:5812/", "differs only in a port"),
        (
            *(
                f"{each} at {day}"
                for each, day in zip(UUIDS, ("2026-11-28", "2025-01-02"), strict=True)
            ),
            "differs only in a UUID and a date",
        ),
    ],
)
def test_what_is_fresh_is_named(one: str, other: str, words: str) -> None:
    found = fresh(one, other)
    assert found is not None
    assert found.words == words
    left = [re.sub("|".join(found.patterns), "", each) for each in (one, other)]
    assert left[0] == left[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("gpt-4o-2024x", "gpt-4o-2024y"),
        ("Count to 3", "Count to 4"),
        (UUIDS[0], "2026-11-28"),
        (f"a {UUIDS[0]}", f"b {UUIDS[1]}"),
        (UUIDS[0], f"{UUIDS[0]} {UUIDS[1]}"),
        ("claude-sonnet-4-5", "claude-opus-4-5"),
        ("2000000000", "1764288531"),
        ("a1" * 40000, "b2" * 40000),
        ("", "x"),
    ],
)
def test_what_is_not_is_not(one: str, other: str) -> None:
    assert fresh(one, other) is None


def test_a_whole_text_is_made_up_or_not() -> None:
    assert made_up(UUIDS[0]) == "a UUID"
    assert made_up(f"run-{UUIDS[0]}") == "a UUID"
    assert made_up(f"run {UUIDS[0]} of all") == ""
    assert made_up("x" * 70_000) == ""
    assert made_up("8xLOxBtZp8mN2kQ4-rT6_w") == "a random id"
    assert made_up("X-Amz-Meta-Some-Header-Name") == ""


def test_pieces_of_a_text_are_told_in_reading_order() -> None:
    found = pieces(f"on 2026-11-28 as {UUIDS[0]}")
    assert [(each.at, each.kind.name) for each in found] == [
        (3, "a date"),
        (17, "a UUID"),
    ]
    assert pieces("x" * 70_000) == []


def test_one_regex_finds_both_texts_or_there_is_none() -> None:
    regex = one_regex(f"run.{UUIDS[0]}", f"run.{UUIDS[1]}")
    assert all(re.fullmatch(regex, f"run.{each}") for each in UUIDS)
    assert not re.fullmatch(regex, f"run-{UUIDS[0]}")
    assert one_regex("pear", "fig") == ""


@pytest.mark.parametrize(
    "text",
    [
        "November 28, 2026",
        "Saturday, November 28, 2026",
        "28 Nov 2026",
        "Nov 3rd, 2026",
    ],
)
def test_dates_in_words_are_dates(text: str) -> None:
    assert made_up(text) == "a date"
