"""A miss says that what the replay gave out before has expired since."""

import gzip
import json
import time
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest

from mitmvcr.core.model import Cassette, Headers, Interaction, Request, Response
from mitmvcr.core.modes import Replay
from mitmvcr.format import writer
from mitmvcr.miss.report import miss_facts
from mitmvcr.session import Session, open_session
from option_samples import parse_settings

AT = int(time.time()) - 365 * 86400
DATE, SOON = formatdate(AT, usegmt=True), formatdate(AT + 60, usegmt=True)
LOGIN, API = "https://id.test/token", "https://api.test/things"
TOKEN = json.dumps({"access": "a", "expires_on": str(AT + 60)}).encode()
AGED = "has expired since it was recorded"


def got(
    url: str, body: bytes = b"{}", asked: Headers | None = None, **more: str
) -> Interaction:
    headers = {"Date": [DATE], "Content-Type": ["application/json"]}
    headers |= {k.replace("_", "-").title(): [v] for k, v in more.items() if v}
    if not more.get("date", "x"):
        del headers["Date"]
    response = Response(code=200, headers=headers, body=body)
    request = Request(method="GET", url=url, headers=asked or {})
    return Interaction(0, request, response)


def session_of(path: Path, *interactions: Interaction, **settings: str) -> Session:
    path.write_bytes(writer.dumps(Cassette(interactions)))
    return open_session(
        parse_settings(cassette=str(path), mode="replay_only", **settings)
    )


def missed(session: Session, *requests: Request) -> str:
    """The reason of the last one's miss; those before are answered."""
    for each in requests[:-1]:
        assert isinstance(session.plan(each), Replay)
    assert not isinstance(session.plan(requests[-1]), Replay)
    return session.explain(requests[-1]).reason


def get(url: str, **headers: str) -> Request:
    named: Headers = {k.replace("_", "-").title(): [v] for k, v in headers.items()}
    return Request(method="GET", url=url, headers=named)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "c.yaml"


@pytest.mark.parametrize(
    ("met", "what"),
    [
        (got(LOGIN, TOKEN), "expires_on"),
        (got(LOGIN, expires=SOON), "Expires"),
        (got(LOGIN, cache_control="max-age=60"), "Cache-Control"),
        (got(LOGIN, set_cookie=f"sid=1; Expires={SOON}"), "Set-Cookie"),
    ],
)
def test_what_is_asked_for_again_has_expired(
    path: Path, met: Interaction, what: str
) -> None:
    session = session_of(path, met, got(API))
    said = missed(session, get(LOGIN), get(LOGIN))
    iso = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(AT + 60))
    assert f"the answer of interaction 0 ({what}, {iso}) {AGED}" in said
    assert said.endswith("vcr_time=shift brings the times of answers to the present")
    facts = miss_facts(session.explain(get(LOGIN)))
    assert facts["expired"] == f"interaction 0 ({what}, {iso})"


def test_what_is_asked_for_under_another_name_is_of_an_expired_token(
    path: Path,
) -> None:
    refresh = get(f"{LOGIN}/refresh?old=1")
    assert AGED in missed(session_of(path, got(LOGIN, TOKEN)), get(LOGIN), refresh)
    # Nobody has got it yet; or it is of another host; or only a cache goes by it.
    assert AGED not in missed(session_of(path, got(LOGIN, TOKEN)), refresh)
    other = get("https://other.test/refresh")
    assert AGED not in missed(session_of(path, got(LOGIN, TOKEN)), get(LOGIN), other)
    cached = got(LOGIN, expires=SOON)
    assert AGED not in missed(session_of(path, cached), get(LOGIN), refresh)


@pytest.mark.parametrize("n", [1, 2])
def test_what_is_asked_with_other_words_is_none_of_an_expired_token(
    path: Path, n: int
) -> None:
    """The next one is there, and waits."""
    session = session_of(path, got(LOGIN, TOKEN), *[got(f"{LOGIN}/x?a=1")] * n)
    asked = [get(f"{LOGIN}/x?a=1")] * (n - 1)
    assert AGED not in missed(session, get(LOGIN), *asked, get(f"{LOGIN}/x?a=2"))


def test_only_the_last_answers_of_a_host_are_looked_at(path: Path) -> None:
    urls = [f"{LOGIN}?n={number}" for number in range(51)]
    session = session_of(path, got(urls[0], TOKEN), *map(got, urls[1:]))
    assert AGED not in missed(session, *map(get, urls), get(f"{LOGIN}/more"))
    assert AGED in session.explain(get(urls[0])).reason


def test_a_cookie_that_was_dropped_has_expired(path: Path) -> None:
    cookie = got(LOGIN, set_cookie=f"sid=1; Expires={SOON}")
    asked: Headers = {"Cookie": ["sid=1"]}
    session = session_of(
        path, cookie, got(API, asked=asked), match="method,url,header:Cookie"
    )
    said = missed(session, get(LOGIN), get(API))
    assert AGED not in said  # of another host
    mine = replace(cookie, request=get("https://api.test/login"))
    session = session_of(
        path, mine, got(API, asked=asked), match="method,url,header:Cookie"
    )
    assert AGED in missed(session, get("https://api.test/login"), get(API))


def test_an_answer_without_a_date_is_of_the_first_one(path: Path) -> None:
    undated = got(LOGIN, TOKEN, date="")
    session = session_of(path, undated, got(API))
    assert AGED in missed(session, get(LOGIN), get(LOGIN))
    assert AGED not in missed(session_of(path, undated), get(LOGIN), get(LOGIN))


@pytest.mark.parametrize("moves", ["shift", "freeze"])
def test_what_is_as_young_as_it_was_has_not_expired(path: Path, moves: str) -> None:
    session = session_of(path, got(LOGIN, TOKEN), time=moves)
    assert AGED not in missed(session, get(LOGIN), get(LOGIN))


def test_what_is_young_has_not_expired(path: Path) -> None:
    young = {"expires_on": str(int(time.time()) + 3600)}
    session = session_of(path, got(LOGIN, json.dumps(young).encode()))
    assert AGED not in missed(session, get(LOGIN), get(LOGIN))


def test_what_is_large_is_not_searched_for_each_miss(path: Path) -> None:
    """Of fifty answers of 1 MB a miss searched all: that took 12 s, each time."""
    large = json.dumps({"expires_on": str(AT + 60), "x": "y" * (1 << 18)}).encode()
    half = json.dumps({"x": "y" * (1 << 17), "expires_on": str(AT + 60)}).encode()
    other = f"{LOGIN}/2"
    session = session_of(path, got(LOGIN, large), got(other, large, expires=SOON))
    assert AGED not in missed(session, get(LOGIN), get(LOGIN))
    assert "interaction 1 (Expires," in missed(session, get(other), get(other))
    urls = [f"{LOGIN}/{number}" for number in range(3)]
    met = [got(urls[0], half)]
    met += [got(url, half.replace(b"expires_on", b"x")) for url in urls[1:]]
    session = session_of(path, *met)
    assert AGED not in missed(session, *map(get, urls), get(f"{LOGIN}/new"))
    session = session_of(path, *met[:1])
    assert AGED in missed(session, get(urls[0]), get(f"{LOGIN}/new"))


def test_what_is_large_without_its_coding_is_not_searched(path: Path) -> None:
    """Of 40 MB in 39 kB of gzip a miss searched all: that took 24 s, each time."""
    many = json.dumps({"expires_on": str(AT + 60), "x": "y" * (1 << 18)}).encode()
    large, small = (gzip.compress(each, mtime=0) for each in (many, TOKEN))
    urls = [f"{LOGIN}/{number}" for number in range(3)]
    for body, is_searched in ((large, False), (small, True), (small[:-9], False)):
        met = got(LOGIN, body, content_encoding="gzip")
        session = session_of(path, met, view="wire")
        reason = missed(session, get(LOGIN), get(f"{LOGIN}/new"))
        assert (AGED in reason) is is_searched
        session = session_of(path, met, view="wire")
        assert (AGED in missed(session, get(LOGIN), get(LOGIN))) is is_searched
    half = json.dumps({"x": "y" * ((1 << 17) - 20)}).encode()
    coded = [gzip.compress(half, mtime=0)] * 2
    bodies = [small, *coded]
    met = [
        got(u, b, content_encoding="gzip") for u, b in zip(urls, bodies, strict=True)
    ]
    session = session_of(path, *met, view="wire")
    assert AGED not in missed(session, *map(get, urls), get(f"{LOGIN}/new"))
