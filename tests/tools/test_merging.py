"""Two cassettes made one, with what both came from or without."""

from dataclasses import replace

import pytest

from mitmvcr.core.matching import Matcher
from mitmvcr.tools import Sheet
from mitmvcr.tools.merging import equal, joined, merged
from tools.making import data, met, of, paths, sheet
from tools.test_sheet import BY_HAND, BY_YAML


def merge(ours, theirs, base=()):
    sides = (sheet(*held, name=name) for name, held in (("a", ours), ("b", theirs)))
    return merged(
        *(each.entries for each in sides),
        Matcher(),
        sheet(*base).entries if base else (),
    )


def held(found) -> list[str]:
    return paths(found.entries)


A, B, C, D = (met(f"/{name}") for name in "abcd")


def test_what_both_hold_is_kept_once():
    found = merge([A, B], [B, C])
    assert (held(found), found.same) == (["/a", "/b", "/c"], 1)
    assert found.notes == []


def test_equal_requests_stay_as_often_as_one_has_them():
    assert held(merge([A, A], [A, A, A])) == ["/a", "/a", "/a"]


@pytest.mark.parametrize(
    ("days", "kept"), [((3, 4), "b"), ((4, 3), "a"), ((3, 0), "a"), ((0, 3), "b")]
)
def test_of_a_request_recorded_twice_the_newer_answer_stays(days, kept):
    one, other = met("/x", b"1", day=days[0]), met("/x", b"2", day=days[1])
    found = merge([one], [other])
    assert [each.sheet.name for each in found.entries] == [kept]
    (note,) = found.notes
    assert (note.kept, note.method) == (kept, "GET")
    last = max(days)
    assert note.why == f"it was recorded twice, last at 2026-11-0{last} 10:00:00+00:00"
    assert str(note).startswith("GET https://api.example.com/x: it was recorded")


def test_where_nothing_says_when_ours_stays():
    found = merge([met("/x", b"1")], [met("/x", b"2")])
    assert [each.sheet.name for each in found.entries] == ["a"]
    (note,) = found.notes
    assert note.why == "it was recorded twice, and nothing says when"


def test_what_a_test_made_up_before_an_answer_that_goes_stays():
    """Else a replay ended with "was not recorded"."""
    gone = met("/x", b"1", day=3)
    gone = replace(gone, request=replace(gone.request, variables={"n": ("42",)}))
    new, other = met("/x", b"2", day=4), met("/y")
    found = merge([other, gone], [new])
    assert [each.request.variables for each in found.entries] == [{"n": ("42",)}, {}]
    again = replace(other, request=replace(other.request, variables={"n": ("7",)}))
    found = merge([gone], [new, again])
    assert [each.request.variables for each in found.entries] == [{}, {"n": ("7",)}]


def test_what_both_branches_made_up_stays_though_each_drops_another_holder():
    def holding(each):
        return replace(each, request=replace(each.request, variables={"n": ("42",)}))

    one, two = holding(A), holding(B)
    found = merge([one, C], [two, C], base=[one, two, C])
    assert [each.request.variables for each in found.entries] == [{"n": ("42",)}]
    found = merge([C], [one, two, C], base=[one, two, C])  # which asks for none
    assert [each.request.variables for each in found.entries] == [{}]
    assert merge([], [], base=[one]).entries == []
    assert merge([one], [two], base=[one, two]).entries == []


def having(met, **variables):
    own = {name: (value,) for name, value in variables.items()}
    return replace(met, request=replace(met.request, variables=own))


def test_two_values_for_one_name_that_tests_made_up_are_told_of():
    """A replay sends the first, and what was recorded with the other missed."""
    one, other, newer = met("/a/42"), met("/b/7"), met("/b/7", b"2", day=9)
    found = merge([having(one, n="42"), B], [B, having(other, n="7", m="1"), A])
    (note,) = found.notes
    assert str(note) == (
        "GET https://api.example.com/b/7: its test made up another n, and may not"
        " match: record it again; that of a is kept"
    )
    first = merge([one, having(other, n="7")], [one, having(met("/d"), n="1")])
    assert [(each.url[-2:], each.kept) for each in first.notes] == [("/d", "a")]
    gone = merge([having(other, n="7"), C], [having(newer, n="9")])
    assert [(each.url[-2:], each.kept) for each in gone.notes] == [
        ("/7", "b"),
        ("/c", "b"),
    ]


def test_a_value_that_nothing_goes_by_any_more_is_not_told_of():
    newer = having(met("/b/7", b"2", day=9), n="9")
    assert merge([having(A, n="42"), B], [having(C, n="42")]).notes == []
    replaced = merge([having(met("/b/7", b"1"), n="7"), C], [newer, C])
    assert [each.why[:19] for each in replaced.notes] == ["it was recorded twi"]


def test_cassettes_joined_as_they_are_tell_of_two_values_too():
    sides = [
        sheet(having(each, n=each.request.url), name=each.request.url[-1:])
        for each in (A, B, C)
    ]
    found = joined([each.entries for each in sides], lambda request: request)
    assert held(found) == ["/a", "/b", "/c"]
    assert [(each.url[-1:], each.kept) for each in found.notes] == [
        ("b", "a"),
        ("c", "a"),
    ]


@pytest.mark.parametrize("laid_out", ["v3", "v4"])
def test_what_is_laid_out_otherwise_is_the_same_too(laid_out):
    """Else the first of several answers was another's older one, and went."""
    first, second = met("/x", b"1", day=5), met("/x", b"2", day=7)
    ours, theirs = sheet(second), of(data(first, second, layout=laid_out))
    found = merged(ours.entries, theirs.entries, Matcher())
    assert [each.interaction.response.body for each in found.entries] == [b"2", b"1"]
    assert (found.same, found.notes) == (1, [])


@pytest.mark.parametrize("laid_out", ["v3", "v4"])
def test_what_one_branch_laid_out_anew_it_has_not_recorded_anew(laid_out):
    """What the other has dropped is gone, and what it has recorded again is taken."""
    base, theirs = sheet(A, met("/x", b"1")), sheet(met("/x", b"2"))
    ours = of(data(A, met("/x", b"1"), layout=laid_out))
    for sides in ((ours, theirs), (theirs, ours)):
        found = merged(*(each.entries for each in sides), Matcher(), base.entries)
        assert [each.interaction.response.body for each in found.entries] == [b"2"]
        assert found.notes == []


def test_requests_that_do_not_match_are_two():
    one, other = (met("/x", method="POST", body=each) for each in (b"1", b"2"))
    assert len(merge([one], [other]).entries) == 2


@pytest.mark.parametrize(
    ("name", "count"),
    [("Accept", 2), ("Range", 2), ("X-Amz-Target", 2), ("User-Agent", 1), ("Date", 1)],
)
def test_what_a_replay_chooses_by_makes_two_of_equal_requests(name, count):
    sides = [
        replace(each, request=replace(each.request, headers={name: [value]}))
        for each, value in (
            (met("/x", b"1", day=3), "a"),
            (met("/x", b"2", day=4), "b"),
        )
    ]
    assert len(merge([sides[0]], [sides[1]]).entries) == count


def test_what_was_for_different_people_is_kept_for_each():
    one, other = (
        replace(each, request=replace(each.request, identity=whose))
        for each, whose in ((met("/me", b"1"), "a"), (met("/me", b"2"), "b"))
    )
    assert len(merge([one], [other]).entries) == 2


def test_what_is_equal_and_spelled_otherwise_is_the_same():
    one, other = of(BY_YAML, "a"), of(BY_YAML.replace(b"'", b'"'), "b")
    first = merged(one.entries, other.entries, Matcher())
    assert (len(first.entries), first.same, first.notes) == (1, 1, [])
    plain, odd = sheet(A, name="a"), of(BY_HAND, "b")
    third = merged(plain.entries, odd.entries, Matcher())
    assert (paths(third.entries), third.same, third.notes) == (["/a", "/b"], 1, [])
    lazy = sheet(*one.interactions)
    second = merged(one.entries, lazy.entries, Matcher())
    assert (len(second.entries), second.same, second.notes) == (1, 1, [])


def test_both_branches_may_add():
    found = merge([A, B, C], [A, B, D], base=[A, B])
    assert (held(found), found.notes) == (["/a", "/b", "/c", "/d"], [])


def test_what_theirs_adds_stands_where_it_does_there():
    assert held(merge([A, B], [D, A, C, B], base=[A, B])) == ["/d", "/a", "/c", "/b"]
    assert held(merge([C, A, B], [D, A, B], base=[A, B])) == ["/c", "/d", "/a", "/b"]


def test_what_one_branch_dropped_is_gone():
    assert held(merge([A], [A, B, C], base=[A, B])) == ["/a", "/c"]
    assert held(merge([A, B, C], [A], base=[A, B])) == ["/a", "/c"]
    assert held(merge([A], [A], base=[A, B])) == ["/a"]


def test_what_one_branch_recorded_anew_is_taken():
    new = met("/b", b"new")
    assert merge([A, B], [A, new], base=[A, B]).entries[1].sheet.name == "b"
    assert merge([A, new], [A, B], base=[A, B]).entries[1].sheet.name == "a"
    same = merge([A, new], [A, new], base=[A, B])
    assert (held(same), same.notes) == (["/a", "/b"], [])


def test_what_both_recorded_anew_is_the_newer():
    one, other = met("/b", b"1", day=3), met("/b", b"2", day=4)
    found = merge([A, one], [A, other], base=[A, B])
    assert (found.entries[1].sheet.name, len(found.notes)) == ("b", 1)


def test_what_one_dropped_and_the_other_recorded_anew_stays_and_is_said():
    new = met("/b", b"new")
    here = merge([A, new], [A], base=[A, B])
    assert (held(here), here.notes[0].kept) == (["/a", "/b"], "a")
    assert here.notes[0].why == "it was recorded anew here and is gone there"
    there = merge([A], [A, new], base=[A, B])
    assert (held(there), there.notes[0].kept) == (["/a", "/b"], "b")
    assert there.notes[0].why == "it was recorded anew there and is gone here"


def test_requests_are_compared_as_they_are_cleaned():
    one, other = sheet(met("/x?key=1")), sheet(met("/x?key=2"))
    plain = merged(one.entries, other.entries, Matcher())
    assert len(plain.entries) == 2

    def clean(request):
        return type(request)(method=request.method, url=request.url[:-1])

    found = merged(one.entries, other.entries, Matcher(), clean=clean)
    assert (len(found.entries), len(found.notes)) == (1, 1)


def test_what_is_equal_to_the_byte_is_known():
    assert equal(sheet(A, B, B), sheet(B, A)) == {0: 1, 1: 0}


def test_cassettes_that_were_read_whole_merge_as_others_do() -> None:
    one, other = Sheet([met("/a", b"1", day=1)]), Sheet([met("/a", b"2", day=2)])
    found = merged(one.entries, other.entries, Matcher())
    assert [each.interaction.response.body for each in found.entries] == [b"2"]
