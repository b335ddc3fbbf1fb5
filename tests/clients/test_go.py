"""go-vcr is the judge: what the proxy records it replays, and the other way round.

The Go program in ``go/`` makes the same requests each time: through the proxy, or
recorded by go-vcr, or replayed by go-vcr with its own DefaultMatcher.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path

import pytest

from clients import goprogram, others
from clients.goprogram import Seen
from clients.recorded import LEGS, Leg, Recorded
from end_to_end.proxy import Proxy
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.format.reader import load
from origin.certs import CertFiles

Record = Callable[[Leg, str], Recorded]


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


@pytest.fixture(scope="module")
def record(
    certs: CertFiles, confdir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Record:
    goprogram.program()

    def make(leg: Leg, group: str) -> Recorded:
        return Recorded(leg, group, tmp_path_factory.mktemp(group), certs, confdir)

    return make


@pytest.fixture(scope="module", params=LEGS, ids=lambda leg: leg.name)
def recorded(request: pytest.FixtureRequest, record: Record) -> Recorded:
    return record(request.param, "cases")


@pytest.fixture(scope="module", params=LEGS, ids=lambda leg: leg.name)
def limits(request: pytest.FixtureRequest, record: Record) -> Recorded:
    return record(request.param, "limits")


def _compare(
    first: Sequence[Seen], second: Sequence[Seen], *, framing: bool = True
) -> list[str]:
    """One line for each thing that the program saw differently.

    ``Close`` is left out: go-vcr always says true (GetHTTPResponse). ``framing``:
    what a replay says of a length that was not announced when it was recorded counts.
    """
    lines = []
    for one, other in zip(first, second, strict=True):
        loose = not framing and "Content-Length" not in one["Header"]
        before, after = (_comparable(seen, loose) for seen in (one, other))
        lines += [
            f"{one['Name']}: {field}: {before[field]!r:.300} -> {after[field]!r:.300}"
            for field in before
            if before[field] != after[field]
        ]
    return lines


def _comparable(seen: Seen, loose: bool) -> Seen:
    left_out = {"Close"}
    if loose:
        header = {k: v for k, v in seen["Header"].items() if k != "Content-Length"}
        seen = seen | {"Header": header}
        left_out |= {"ContentLength", "TransferEncoding"}
    return {name: value or None for name, value in seen.items() if name not in left_out}


# Recorded by the proxy, replayed by go-vcr


def test_every_request_was_answered(recorded: Recorded) -> None:
    seen = recorded.by_proxy + recorded.by_own
    assert [each for each in seen if each["Error"]] == []
    proto = "HTTP/2.0" if recorded.leg.name == "h2" else "HTTP/1.1"
    assert {each["Proto"] for each in seen} == {proto}


def test_go_vcr_replays_what_the_proxy_recorded(recorded: Recorded) -> None:
    """Each request matches, and the program sees what it saw when it recorded."""
    replayed = recorded.replay_by_go_vcr(recorded.proxy)
    assert _compare(recorded.by_proxy, replayed) == []


def test_go_vcr_replays_its_own_no_better(recorded: Recorded) -> None:
    """The measure of the test before."""
    replayed = recorded.replay_by_go_vcr(recorded.own)
    assert _compare(recorded.by_own, replayed) == []


def test_the_proxy_writes_what_go_vcr_writes(recorded: Recorded) -> None:
    """Field for field, then byte for byte; only the durations are not the same."""
    found = {
        theirs.request.url: _differing(ours, theirs)
        for ours, theirs in recorded.pairs()
    }
    assert {url: names for url, names in found.items() if names} == {}
    assert _timeless(recorded.proxy) == _timeless(recorded.own)


def _timeless(cassette: Path) -> list[bytes]:
    return re.sub(rb"(?m)^ +duration: .*$", b"", cassette.read_bytes()).split(b"\n")


def _differing(one: Interaction, other: Interaction) -> set[str]:
    """The fields that differ, and of the headers each name."""
    asked = _differing_fields(one.request, other.request)
    answered = _differing_fields(one.response, other.response)
    return {*asked, *(f"response {name}" for name in answered)}


def _differing_fields(
    one: Request | Response, other: Request | Response
) -> Iterator[str]:
    for field in fields(one):
        ours, theirs = (_plain(getattr(each, field.name)) for each in (one, other))
        if field.name == "headers":
            names = ours.keys() | theirs.keys()
            yield from (name for name in names if ours.get(name) != theirs.get(name))
        elif field.name != "duration" and ours != theirs:
            yield field.name


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: list(values) for name, values in value.items()}
    return list(value) if isinstance(value, tuple | list) else value


# What a proxy cannot see: all of it is in docs/go-vcr.md

_RAW = {"content_length", "uncompressed", "body", "Content-Encoding", "Content-Length"}
_ENCODED = {f"response {name}" for name in _RAW}
_PROTO = {"proto", "proto_major", "proto_minor"}
_LIMITS = {
    "fragment": {"url"},
    "empty path": {"url"},
    "host not ASCII": {"url", "host"},
    "user in the url": {"url", "Authorization"},
    "gzip asked alone": {"Accept-Encoding"} | _ENCODED,
    "codings and user agent of its own": _ENCODED,
    "codings of its own, user agent empty": {"User-Agent"},
    "user agent as Go's": {"User-Agent"},
    "user agent nil": {"User-Agent"},
    "user agents": {"User-Agent"},
    "connection as a header": {"Connection"},
    "headers for the transport": {"Content-Length", "Host", "Trailer"},
    "headers for a proxy": {"Proxy-Authorization", "Proxy-Connection"},
    "length -1": {"content_length"},
    "a literal": _PROTO | {"host"},
    "no method": {"method"},
    "expect": {"Expect"},
    "authorization": {"Authorization", "X-Api-Key"},
    "redirect with a fragment": {"url"},
}
_LIMITS_OF = {
    "h2": {
        "name not canonical": {"x-lower", "X-Lower"},
        "cookie headers": {"Cookie"},
        "keep alive": {"Connection"},
    },
    "h1": {"space round a value": {"X-Space"}},
    "http": {"space round a value": {"X-Space"}, "host of its own": {"url"}},
}


def test_nothing_but_the_known_limits_differs(limits: Recorded) -> None:
    assert [each for each in limits.by_proxy + limits.by_own if each["Error"]] == []
    names = [seen["Name"] for seen in limits.by_own]
    found = dict(
        zip(names, [_differing(*pair) for pair in limits.pairs()], strict=True)
    )
    differing = {name: fields for name, fields in found.items() if fields}
    assert differing == _LIMITS | _LIMITS_OF[limits.leg.name]


# Recorded by go-vcr, replayed by the proxy


@pytest.fixture
def replaying(recorded: Recorded, mitmdump: Callable[..., Proxy]) -> Proxy:
    """The proxy replays what go-vcr recorded, each interaction once."""
    return mitmdump(recorded.own, "replay_only").wait_until_listening()


def _all_was_used(proxy: Proxy, count: int, unused: int = 0) -> None:
    assert proxy.stop() == 0, proxy.log
    summary = f"recorded 0, replayed {count}, missed 0, unused {unused}"
    assert summary in proxy.log


def test_the_proxy_replays_to_go_what_go_vcr_recorded(
    recorded: Recorded, replaying: Proxy, proxy_ca: Path
) -> None:
    """The program sees what it saw, ``Uncompressed`` too; only the length of a
    stream, which nobody knew, is known now."""
    seen = recorded.run("plain", proxy=replaying.url, ca=proxy_ca)
    assert _compare(recorded.by_own, seen, framing=False) == []
    _all_was_used(replaying, len(load(recorded.own).interactions))


def test_the_proxy_replays_to_curl_what_go_vcr_recorded(
    recorded: Recorded, replaying: Proxy, proxy_ca: Path, tmp_path: Path
) -> None:
    every = load(recorded.own).interactions
    interactions = [each for each in every if others.curl_can(each.request)]
    asked = [each.request for each in interactions]
    http1 = recorded.leg.name != "h2"
    got = others.by_curl(asked, replaying.url, proxy_ca, tmp_path, http1=http1)
    assert _wrong(interactions, got) == []
    _all_was_used(replaying, len(interactions), len(every) - len(interactions))


def test_the_proxy_replays_to_python_what_go_vcr_recorded(
    recorded: Recorded,
    replaying: Proxy,
    proxy_ca: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    every = load(recorded.own).interactions
    interactions = [each for each in every if others.urllib_can(each.request)]
    asked = [each.request for each in interactions]
    got = others.by_urllib(asked, replaying.url, proxy_ca)
    assert _wrong(interactions, got) == []
    _all_was_used(replaying, len(interactions), len(every) - len(interactions))


def _wrong(
    interactions: Sequence[Interaction], got: Sequence[others.Answer]
) -> list[str]:
    """One line for each answer that is not the recorded one."""
    lines = []
    for interaction, answer in zip(interactions, got, strict=True):
        recorded = interaction.response.code, interaction.response.body
        if answer != recorded:
            asked = f"{interaction.request.method} {interaction.request.url}"
            lines.append(f"{asked}: {recorded!r:.300} -> {answer!r:.300}")
    return lines


_NOT_FOUND: dict[str, set[str]] = {
    "h2": set(),
    "h1": set(),
    "http": {"host of its own"},
}


def test_what_a_proxy_cannot_see_hardly_hinders_its_replay(
    limits: Recorded, mitmdump: Callable[..., Proxy], proxy_ca: Path
) -> None:
    """It looks up by method, URL and body; only where go-vcr has written one of them
    otherwise than it goes out is there a miss, and never another answer."""
    proxy = mitmdump(limits.own, "replay_only").wait_until_listening()
    seen = limits.run("plain", proxy=proxy.url, ca=proxy_ca)
    missed = {each["Name"] for each in seen if each["Code"] == 424}
    assert missed == _NOT_FOUND[limits.leg.name]
    found = [
        pair
        for pair in zip(limits.by_own, seen, strict=True)
        if pair[1]["Name"] not in missed
    ]
    assert _compare(*zip(*found, strict=True), framing=False) == []
