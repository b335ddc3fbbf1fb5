"""What the smaller parts of learning do with what is rare."""

import json

import pytest

from mitmvcr.core.matching import Ignore, Ignoring, Matcher, MatchSpec, parse_ignore
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.echo.places import Place
from mitmvcr.learn import Class, Facts, Rule, learn, makes_one
from mitmvcr.learn.aligning import Asked
from mitmvcr.learn.guard import is_new, made_one
from mitmvcr.learn.machine import of_machine
from mitmvcr.learn.rules import fewest, rules_for, text_regexes, with_rules

A, B = "1b4e28ba-2fa1-41d2-883f-0016d3cca427", "6fa459ea-ee8a-4ca4-894e-db77e160355e"
NOTHING = ((), ())


def post(
    body: str, media: str = "application/json", url: str = "https://h/"
) -> Request:
    return Request("POST", url, body=body.encode(), headers={"Content-Type": [media]})


def parse_rule(field: Ignoring, text: str) -> Rule:
    """Return a rule as its option is written."""
    is_regex = field in (Ignoring.BODY, Ignoring.PATH)
    return Rule(field, Ignore(text) if is_regex else parse_ignore(text))


def recording(*requests: Request) -> list[Interaction]:
    return [Interaction(at, each, Response()) for at, each in enumerate(requests)]


def test_a_rule_that_is_there_already_is_not_added_again() -> None:
    rule = parse_rule(Ignoring.JSON, "$.id=")
    assert rule == Rule(Ignoring.JSON, Ignore("$.id", True))
    spec = rule.added(MatchSpec())
    assert rule.added(spec) is spec
    assert parse_rule(Ignoring.BODY, "a=").ignore == Ignore("a=")


def test_long_recordings_are_aligned_in_their_order() -> None:
    first = recording(*(post(json.dumps({"n": n, "id": 2 * n})) for n in range(70)))
    second = recording(
        *(post(json.dumps({"n": n, "id": 3 * n + 1})) for n in range(70))
    )
    found = learn(first, second, MatchSpec())
    assert [str(r.ignore) for r in found.rules] == ["$.id="]


@pytest.mark.parametrize(
    ("name", "one", "other", "new"),
    [
        ("$.id", A, B, True),
        ("$.id", True, False, False),
        ("$.id", "17", "18", True),
        ("$.page", "17", "18", False),
        ("$.page", 17, 18, False),
        ("$.at", 1764288531, 1764288532, True),
        ("$.id", None, 1.5, False),
        ("$.q", "pear", "fig", False),
    ],
)
def test_what_is_made_up_is_known_by_looks_or_name(
    name: str, one: object, other: object, new: bool
) -> None:
    assert is_new(name, one, other) is new  # type: ignore[arg-type]


def test_what_differs_in_its_places_is_not_made_one() -> None:
    rules = [parse_rule(Ignoring.JSON, "$.a")]
    held = recording(post('{"a": 1}'), post("{}"))
    assert makes_one(held, MatchSpec(), with_rules(MatchSpec(), rules)) == (0, 1)
    same = recording(post('{"a": 1}'), post('{"a": 1}'))
    assert makes_one(same, MatchSpec(), with_rules(MatchSpec(), rules)) is None


def test_boundaries_and_headers_make_no_difference() -> None:
    def form(boundary: str, value: str) -> Request:
        text = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="id"\r\n\r\n{value}'
            f"\r\n--{boundary}--\r\n"
        )
        return post(text, f"multipart/form-data; boundary={boundary}")

    held = recording(form("aa", A), form("bb", B))
    after = parse_rule(Ignoring.FORM, "id=").added(MatchSpec())
    assert makes_one(held, MatchSpec(), after) is None


def test_a_pair_is_told_once_though_it_has_two_keys() -> None:
    asked = [Asked(at, post(json.dumps({"a": at}), "text/plain")) for at in range(2)]
    before, after = (
        Matcher(),
        Matcher(parse_rule(Ignoring.JSON, "$.a").added(MatchSpec())),
    )
    assert len(list(made_one(asked, before, after))) == 1


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("a\nb", "a", []),
        ("pear", "fig", []),
        ("x\nid=pear\nid=plum", "x\nid=fig\nid=date", 1),
        (f"a {A}", "a fig", 1),
        (f"say {A} b", f"says {B} b", 1),
    ],
)
def test_texts_that_differ_in_more_than_what_is_made_up(
    one: str, other: str, found: object
) -> None:
    regexes = text_regexes(one, other)
    assert regexes == found or len(regexes) == found


def test_what_is_made_up_beside_another_is_not_known_by_that() -> None:
    """Its last letters are others in each run."""
    one, other = f"of {A} {B} both", f"of {B} {A} both"
    found = text_regexes(one, other)
    assert [each.partition("[")[0] for each in found] == ["of ", ""]


def test_rules_by_kind_of_place() -> None:
    attribute = rules_for(Place("xml", "/a@id"), "x", "y", NOTHING)
    assert attribute[0].ignore.pattern == r"""(?<=\sid=["'])[^"'<]*"""
    assert rules_for(Place("path", "1"), "a", "b", (("", "a"), ("", "b"))) == []
    assert rules_for(Place("query", ""), "a", "b", NOTHING) == []
    assert (
        rules_for(Place("query", "a[0]"), "a", "b", NOTHING)[0].ignore.pattern
        == "a[[]0]"
    )
    long = "word " * 20
    whole = rules_for(Place("json", "$.a"), long + "x", "other " * 20, NOTHING)
    assert whole == [parse_rule(Ignoring.JSON, "$.a=")]
    query = rules_for(Place("query", "a"), long, long + "x", NOTHING)
    assert query == [parse_rule(Ignoring.QUERY, "a=")]
    ids = rules_for(Place("json", "$.a"), f"{A}-{A}", f"{B}-{B}", NOTHING)
    assert ids[0].field is Ignoring.BODY


def test_a_text_of_more_lines_is_left_out_as_a_whole() -> None:
    text = "a line that is in both, and long enough\n"
    found = rules_for(Place("json", "$.a"), text, text + "b\n", NOTHING)
    assert found == [parse_rule(Ignoring.JSON, "$.a=")]


def test_places_of_a_list_that_do_not_vary_keep_their_numbers() -> None:
    rules = [parse_rule(Ignoring.JSON, f"$.a[{n}].b[2]=") for n in (0, 1)]
    assert [str(each.ignore) for each in fewest(rules)] == ["$.a[*].b[2]="]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Fri, 28 Nov 2025 00:08:51 GMT", 1),
        ("at 2025-11-28T00:08:51.5+00:00 on", 1),
        ("at 2025-13-45T00:08:51Z on", 0),
        ("at 2025-99-99 on", 0),
        ("at 1764288531 on", 1),
        ("at 12:30 on", 0),
        ("builder7", 1),
        ("builder70", 0),
    ],
)
def test_the_time_and_the_machine_are_known_in_many_spellings(
    text: str, count: int
) -> None:
    facts = Facts(1764288531, 1764288532, ("builder7",))
    asked = Asked(0, post(json.dumps({"a": text}), url="no URL"))
    found = list(of_machine(asked, facts, MatchSpec()))
    assert len(found) == count
    assert all(each.source is Class.MACHINE for each in found)


def test_a_step_of_a_path_is_not_left_out_for_the_day_in_it() -> None:
    facts = Facts(1764288531, 1764288532)
    request = Request("GET", "https://h/days/2025-11-28/1764288531")
    assert list(of_machine(Asked(0, request), facts, MatchSpec())) == []


@pytest.mark.parametrize(
    ("one", "other", "source"),
    [
        ('{"a": null}', '{"a": 1}', Class.UNKNOWN),
        ('{"a": "7"}', '{"a": "9"}', Class.MADE_UP),
        ('{"a": 1764288531}', '{"a": 1764288537}', Class.MADE_UP),
        ('{"a": "/x/tmpab12cd34"}', '{"a": "/x/tmpzz99yy88"}', Class.MACHINE),
        ('{"a": "%s"}' % ("a" * 64), '{"a": "%s"}' % ("b" * 64), Class.DERIVED),
        ('{"a": "x"}', '{"a": "y"}', Class.UNKNOWN),
    ],
)
def test_a_difference_has_a_source(one: str, other: str, source: Class) -> None:
    found = learn(recording(post(one)), recording(post(other)), MatchSpec())
    assert [each.source for each in found.findings] == [source]


def test_a_rule_that_another_covers_is_not_written() -> None:
    first, second = ({"a": each, "b": each} for each in (A, B))
    spec = MatchSpec(ignore_json=(Ignore("$.b"),))
    found = learn(
        recording(post(json.dumps(first))), recording(post(json.dumps(second))), spec
    )
    assert [str(each.ignore) for each in found.rules] == ["$.a="]


def test_what_an_echo_gave_is_made_up_all_the_same() -> None:
    def run(value: str) -> list[Interaction]:
        first = Request("GET", f"https://h/?id={value}")
        answer = Response(body=value.encode())
        later = Request("GET", f"https://h/again?of={value}")
        return [Interaction(0, first, answer), Interaction(1, later, Response())]

    found = learn(run(A), run(B), MatchSpec())
    assert [each.source for each in found.findings] == [Class.MADE_UP] * 2


def test_short_texts_are_not_looked_for() -> None:
    def run(word: str) -> list[Interaction]:
        first = Interaction(
            0, Request("GET", "https://h/"), Response(body=word.encode())
        )
        return [first, Interaction(1, post(json.dumps({"a": word})), Response())]

    found = learn(run("ab"), run("cd"), MatchSpec())
    assert [each.source for each in found.findings] == [Class.UNKNOWN]


def test_what_differs_has_no_second_rule_for_the_time_in_it() -> None:
    facts = Facts(1764288531, 1764288532)
    one, two = (f"job-1764288531-{each}" for each in ("ab12", "cd34"))
    pair = [recording(post(json.dumps({"a": each}))) for each in (one, two)]
    found = learn(pair[0], pair[1], MatchSpec(), facts)
    assert [str(each.ignore) for each in found.rules] == ["$.a="]


def test_a_time_without_a_word_before_it_is_left_out_with_its_value() -> None:
    facts = Facts(1764288531, 1764288532)
    same = recording(post(json.dumps({"a": "job-1764288531-x"})))
    found = learn(same, same, MatchSpec(), facts)
    assert [str(each.ignore) for each in found.rules] == ["$.a="]
