"""The options that would make a request match one that was recorded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mitmvcr.core.bodies import typed_body
from mitmvcr.core.matching import (
    URL_PARTS,
    Ignore,
    Ignoring,
    Matcher,
    MatchSpec,
    Rule,
    agree,
)
from mitmvcr.core.model import Request
from mitmvcr.miss.report import LARGE, Difference


@dataclass(frozen=True, slots=True)
class Trial:
    """``parts`` are those of the spec in which the two requests differ."""

    spec: MatchSpec
    asked: Request
    recorded: Request
    parts: Sequence[str]

    def options(self, differ: Sequence[Difference]) -> tuple[str, ...]:
        """Return options as mitmproxy has them (``NAME=VALUE``), tried; none where they
        would not help, or where the requests differ in what they are."""
        wanted = dict.fromkeys((each.ignoring, bool(each.looks)) for each in differ)
        spec = self.spec
        for ignoring, is_fresh in wanted:
            if ignoring is None or not _can_be_written(*ignoring):
                return ()
            spec = _with(spec, *ignoring, value_only=is_fresh)
        spec = self._at_least(spec)
        if spec == self.spec or not _is_sound(spec) or not self._match(spec):
            return ()
        return tuple(_written(self.spec, spec))

    def _at_least(self, spec: MatchSpec) -> MatchSpec:
        """Return it without what of a body is ignored where none is compared, and that
        is enough."""
        if "body" in spec.parts:
            return spec
        plain = spec._replace(**{each: getattr(self.spec, each) for each in _OF_BODIES})
        return plain if self._match(plain) else spec

    def _match(self, spec: MatchSpec) -> bool:
        try:
            matcher = Matcher(spec)
        except (ImportError, ValueError):  # no such JSONPath, or nothing that reads it
            return False
        # What agreed before agrees with less compared.
        left = [name for name in matcher.parts if self._may_differ(name)]
        return all(self._agree(name, matcher) for name in left)

    def _agree(self, part: str, matcher: Matcher) -> bool:
        sides = self.asked, self.recorded
        if part == "body" and max(len(each.body) for each in sides) > LARGE:
            rules = matcher.counts.body
            one, other = (typed_body(each, rules) for each in sides)
            return one == other
        key = matcher.parts[part]
        return agree(key(self.asked), key(self.recorded))

    def _may_differ(self, part: str) -> bool:
        return part in self.parts or part not in self.spec.parts


_OF_BODIES = (Ignoring.BODY, Ignoring.JSON, Ignoring.FORM)
#: What is ignored by a regex, which says all.
_REGEXES = (Ignoring.BODY, Ignoring.PATH)


def _can_be_written(field: str, value: str) -> bool:
    if field in (Ignoring.JSON, *_REGEXES) or field not in list(Ignoring):
        return True
    is_bare = value == value.strip() and not value.endswith("=")
    return bool(value) and is_bare and "," not in value


def _with(spec: MatchSpec, field: str, value: str, *, value_only: bool) -> MatchSpec:
    if field in list(Ignoring):
        ignore = Ignore(value, value_only and field not in _REGEXES)
        changed: dict[str, Any] = {field: (*getattr(spec, field), ignore)}
        return spec._replace(**changed)
    if field == "off":
        return spec._replace(off=(*spec.off, Rule(value)))
    if field == "base_urls":
        old, _, new = value.partition("=")
        return spec._replace(base_urls=(*spec.base_urls, (old, new)))
    parts = [part for each in spec.parts for part in _without(each, value)]
    return spec._replace(parts=tuple(parts))


def _without(part: str, left_out: str) -> Iterable[str]:
    if part == "url" and left_out in ("port", "query"):
        # The query stays, and counts in any order then.
        gone = ("url", "port") if left_out == "port" else ("url",)
        return [each for each in URL_PARTS if each not in gone]
    return () if part == left_out else (part,)


def _is_sound(spec: MatchSpec) -> bool:
    """Return whether a spec can be written as options: another recorder's parts cannot
    be chosen among."""
    return spec.style == "usual" or spec.parts == MatchSpec.of(spec.style).parts


def _written(before: MatchSpec, after: MatchSpec) -> Iterable[str]:
    if (before.parts, before.off) != (after.parts, after.off):
        yield f"vcr_match={after}"
    for field in Ignoring:
        for ignore in getattr(after, field)[len(getattr(before, field)) :]:
            yield f"vcr_{field}={ignore}"
    for old, new in after.base_urls[len(before.base_urls) :]:
        yield f"vcr_base_url_map={old}={new}"
