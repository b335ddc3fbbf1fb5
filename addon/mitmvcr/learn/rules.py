"""The rule that leaves one difference out, and the fewest rules that leave out all."""

import re
from collections.abc import Iterable, Sequence

from mitmvcr.core.matching import Ignore, Ignoring, MatchSpec, glob_of
from mitmvcr.core.searching import common
from mitmvcr.echo.places import Place, Value
from mitmvcr.learn.findings import Rule
from mitmvcr.miss.differences import path_regexes, step_after
from mitmvcr.miss.freshness import LONG, around_each, fresh, one_regex
from mitmvcr.miss.text_differences import leaving_out

_INDEX = re.compile(r"\[(\d+)\]")
_BY_NAME = {
    "query": Ignoring.QUERY,
    "form": Ignoring.FORM,
    "part": Ignoring.FORM,
    "header": Ignoring.HEADERS,
}


def rules_for(
    place: Place, one: Value, other: Value, steps: tuple[Sequence[str], Sequence[str]]
) -> list[Rule]:
    """Return what leaves out where two values differ; nothing where nothing should.
    ``steps`` are those of the two paths."""
    if place.kind == "path":
        return _of_path(int(place.name), steps)
    if place.kind == "filename":
        behind = re.escape(f'name="{place.name}"; filename="')
        regex = one_regex(str(one), str(other)) or '[^"]*'
        return [Rule(Ignoring.BODY, Ignore(f"(?<={behind}){regex}"))]
    if place.kind == "xml":
        return [_of_element(place.name, str(one), str(other))]
    both = isinstance(one, str) and isinstance(other, str)
    if both and _is_in_pieces(place, str(one), str(other)):
        found = text_regexes(str(one), str(other))
        if found:
            return [Rule(Ignoring.BODY, Ignore(each)) for each in found]
    if place.kind == "json":
        return [Rule(Ignoring.JSON, Ignore(place.name, True))]
    if place.kind in _BY_NAME and place.name:
        return [Rule(_BY_NAME[place.kind], Ignore(glob_of(place.name), True))]
    return []


def _is_in_pieces(place: Place, one: str, other: str) -> bool:
    """Return whether only what is made anew in a text is to be left out of it."""
    if place.kind == "text":
        return True
    if place.kind not in ("json", "form", "part"):
        return False
    if max(len(one), len(other)) <= LONG:
        return False
    new = fresh(one, other)
    if new is not None:
        return not new.is_whole
    return 2 * (common(one, other) + common(one[::-1], other[::-1])) > len(one)


def text_regexes(one: str, other: str) -> list[str]:
    """Return regexes that leave out all in which two texts differ, each with the word
    that stands before it; none where that cannot be said."""
    found = around_each(one, other)
    return _by_context(one, other) if found is None else found


def _by_context(one: str, other: str) -> list[str]:
    """Return the one regex that takes a value by what stands around it, where lines
    differ in one value each."""
    lines = one.split("\n"), other.split("\n")
    if len(lines[0]) != len(lines[1]):
        return []
    found = []
    for ours, theirs in zip(*lines, strict=True):
        if ours != theirs:
            ignoring, _ = leaving_out(ours, theirs)
            if ignoring is None:
                return []
            found.append(ignoring[1])
    return list(dict.fromkeys(found))


def _of_path(step: int, steps: tuple[Sequence[str], Sequence[str]]) -> list[Rule]:
    """Return the rule for what is made anew in one step of a path."""
    ours, theirs = steps
    alone = [*ours[:step], theirs[step], *ours[step + 1 :]]
    (found,) = path_regexes(ours, alone)
    if found is None:
        return []
    return [Rule(Ignoring.PATH, Ignore(found.patterns[0]))]


def any_step(step: int, steps: Sequence[str]) -> Rule:
    """Return the rule that leaves out a step of a path, whatever it is."""
    return Rule(Ignoring.PATH, Ignore(f"{step_after(steps[:step])}[^/]+"))


def _of_element(way: str, one: str, other: str) -> Rule:
    """Return the rule for the text or an attribute of an element of XML."""
    element, mark, attribute = way.rpartition("/")[2].partition("@")
    if mark:
        behind, rest = rf"""(?<=\s{re.escape(attribute)}=["'])""", """[^"'<]*"""
    else:
        behind, rest = f"(?<=[<:]{re.escape(element)}>)", "[^<]*"
    regex = one_regex(one, other) if one != other else ""
    return Rule(Ignoring.BODY, Ignore(behind + (regex or rest)))


def fewest(rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules without repeats, those of several items of a list as one."""
    once = list(dict.fromkeys(rules))
    groups: dict[tuple[str, bool], list[Rule]] = {}
    for each in once:
        if each.field is Ignoring.JSON:
            key = _INDEX.sub("[]", each.ignore.pattern), each.ignore.value_only
            groups.setdefault(key, []).append(each)
    several = {
        rule: _joined(group)
        for group in groups.values()
        if len(group) > 1
        for rule in group
    }
    return list(dict.fromkeys(several.get(each, each) for each in once))


def _joined(group: Sequence[Rule]) -> Rule:
    """Return one rule for all: ``[*]`` stands where their positions differ."""
    found = [_INDEX.findall(each.ignore.pattern) for each in group]
    wanted = [
        f"[{column[0]}]" if len(set(column)) == 1 else "[*]"
        for column in zip(*found, strict=True)
    ]
    left = iter(wanted)
    pattern = _INDEX.sub(lambda _: next(left), group[0].ignore.pattern)
    return Rule(Ignoring.JSON, Ignore(pattern, group[0].ignore.value_only))


def with_rules(spec: MatchSpec, rules: Iterable[Rule]) -> MatchSpec:
    for each in rules:
        spec = each.added(spec)
    return spec
