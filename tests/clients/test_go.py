"""go-vcr is the judge: what the proxy records it replays, and the other way round.

The Go program in ``go/`` makes the same requests each time: through the proxy, or
recorded by go-vcr, or replayed by go-vcr with its own DefaultMatcher.
"""

import re
import ssl
import subprocess
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.error import HTTPError

import pytest

from clients import goprogram
from clients.goprogram import Seen
from end_to_end.proxy import ADDON, Proxy, clean_environment, settings
from mitmvcr.cassette.reader import load
from mitmvcr.core.model import Interaction, Request, Response
from origin import Origin
from origin.certs import CertFiles

WHERE_IT_IS = Path(__file__).parent / "where_it_is.py"


@dataclass(frozen=True)
class Leg:
    """How the program gets to the origin."""

    name: str
    base: str
    http1: bool = False


LEGS = [
    Leg("h2", "https://api.test"),
    Leg("h1", "https://api.test", http1=True),
    Leg("http", "http://api.test"),
]


class Recorded:
    """The same requests recorded twice; the origin is gone afterwards.

    ``proxy`` and ``own`` are cassettes: the proxy's and go-vcr's own. ``by_proxy`` and
    ``by_own`` are what the program saw meanwhile.
    """

    def __init__(
        self, leg: Leg, group: str, folder: Path, certs: CertFiles, confdir: Path
    ) -> None:
        self.leg, self._group = leg, group
        self.proxy, self.own = folder / "proxy.yaml", folder / "own.yaml"
        with Origin(certs, folder) as origin:
            self.by_proxy = self._through(origin, folder, certs, confdir)
            self.by_own = self.run(
                "vcr-record",
                ca=certs.ca,
                https=f"127.0.0.1:{origin.https_port}",
                http=f"127.0.0.1:{origin.http_port}",
                cassette=self.own.with_suffix(""),
            )

    def _through(
        self, origin: Origin, folder: Path, certs: CertFiles, confdir: Path
    ) -> list[Seen]:
        options = {
            "confdir": confdir,
            "listen_host": "127.0.0.1",
            "listen_port": 0,
            "ssl_verify_upstream_trusted_ca": certs.ca,
            "vcr_cassette": self.proxy,
            "vcr_mode": "record_only",
        }
        places = {
            "ORIGIN_HTTPS": f"127.0.0.1:{origin.https_port}",
            "ORIGIN_HTTP": f"127.0.0.1:{origin.http_port}",
        }
        proxy = Proxy(
            ["-s", str(ADDON), "-s", str(WHERE_IT_IS), *settings(options)],
            folder / "mitmdump.log",
            environment=places,
        )
        try:
            proxy.wait_until_listening()
            ca = confdir / "mitmproxy-ca-cert.pem"
            seen = self.run("plain", proxy=proxy.url, ca=ca)
            assert proxy.stop() == 0, proxy.log
            assert "Traceback" not in proxy.log, proxy.log
            return seen
        finally:
            proxy.kill()

    def run(self, way: str, **options: object) -> list[Seen]:
        leg = self.leg
        return goprogram.run(
            way, http1=leg.http1, base=leg.base, group=self._group, **options
        )

    def replay_by_go_vcr(self, cassette: Path) -> list[Seen]:
        return self.run("vcr-replay", cassette=cassette.with_suffix(""))


def _record(
    request: pytest.FixtureRequest, group: str, certs: CertFiles, confdir: Path
) -> Recorded:
    goprogram.binary()
    folder = request.getfixturevalue("tmp_path_factory").mktemp(group)
    return Recorded(request.param, group, folder, certs, confdir)


@pytest.fixture(scope="module", params=LEGS, ids=lambda leg: leg.name)
def recorded(
    request: pytest.FixtureRequest, certs: CertFiles, confdir: Path
) -> Recorded:
    return _record(request, "cases", certs, confdir)


@pytest.fixture(scope="module", params=LEGS, ids=lambda leg: leg.name)
def limits(request: pytest.FixtureRequest, certs: CertFiles, confdir: Path) -> Recorded:
    return _record(request, "limits", certs, confdir)


def _compare(first: Sequence[Seen], second: Sequence[Seen]) -> list[str]:
    """One line for each thing that the program saw differently.

    ``Close`` is left out: go-vcr always says true (GetHTTPResponse).
    """
    lines = []
    for one, other in zip(first, second, strict=True):
        for field in sorted(one.keys() - {"Close"}):
            before, after = one[field] or None, other[field] or None
            if before != after:
                lines.append(f"{one['Name']}: {field}: {before!r:.300} -> {after!r:.300}")
    return lines


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


def _differing(ours: Request | Response, theirs: Request | Response) -> Iterator[str]:
    for field in fields(ours):
        one, other = _plain(getattr(ours, field.name)), _plain(getattr(theirs, field.name))
        if field.name == "headers":
            names = sorted(one.keys() | other.keys())
            yield from (name for name in names if one.get(name) != other.get(name))
        elif field.name != "duration" and one != other:
            yield field.name


def _plain(value: object) -> object:
    if isinstance(value, str | bytes | int):
        return value
    if isinstance(value, Sequence):
        return list(value)
    return {name: list(values) for name, values in value.items()}


def _differences(one: Interaction, other: Interaction) -> list[str]:
    found = [f"request {what}" for what in _differing(one.request, other.request)]
    return found + [f"response {what}" for what in _differing(one.response, other.response)]


def test_the_proxy_writes_what_go_vcr_writes(recorded: Recorded) -> None:
    """Field for field, then byte for byte; only the durations are not the same."""
    ours, theirs = load(recorded.proxy).interactions, load(recorded.own).interactions
    found = [
        (other.request.method, other.request.url, _differences(one, other))
        for one, other in zip(ours, theirs, strict=True)
    ]
    assert [each for each in found if each[2]] == []
    assert _timeless(recorded.proxy) == _timeless(recorded.own)


def _timeless(cassette: Path) -> list[bytes]:
    return re.sub(rb"(?m)^    duration: .*$", b"", cassette.read_bytes()).split(b"\n")


def test_LIMITS_explore(limits):
    ours, theirs = load(limits.proxy).interactions, load(limits.own).interactions
    for one, other in zip(ours, theirs, strict=True):
        d=_differences(one, other)
        print(other.request.method, other.request.url, d)
    assert [s for s in limits.by_proxy+limits.by_own if s["Error"]]==[]
    print([s["Name"] for s in limits.replay_by_go_vcr(limits.proxy) if s["Error"]])
    print([s["Name"] for s in limits.replay_by_go_vcr(limits.own) if s["Error"]])
    assert 0
