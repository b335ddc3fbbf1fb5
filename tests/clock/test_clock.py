"""A session that knows the time: what it gives out, and what it understands."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from clock.test_moving import AT, DATE, TODAY, YEAR, answer, claims_of, jwt
from memory_store import MemoryStore
from mitmvcr.core.matching import DEFAULT, Matcher, MatchSpec, parse_ignore
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Mode, Refuse, Repeats, Replay
from mitmvcr.session import Session, open_session
from mitmvcr.session.lookup import Present
from option_samples import parse_settings


class World:
    """A session over some interactions, at a time that a test sets."""

    def __init__(
        self,
        *held: Interaction,
        fakes: bool = True,
        repeats: Repeats = Repeats.ALL,
        matcher: MatchSpec = DEFAULT,
    ) -> None:
        self.now: float = AT + YEAR
        self.said: list[str] = []
        self.session = Session(
            MemoryStore(Cassette(held)),
            Mode.REPLAY_ONLY,
            repeats,
            exists=True,
            matcher=Matcher(matcher),
            present=Present(lambda: self.now, self.said.append, fakes),
        )

    def ask(self, url: str, body: bytes = b"", **headers: str) -> Response | None:
        named = {n.replace("_", "-"): [value] for n, value in headers.items()}
        length = len(body)
        request = Request("GET", url, body=body, content_length=length, headers=named)
        decision = self.session.plan(request)
        if isinstance(decision, Refuse):
            return None
        assert isinstance(decision, Replay)
        return decision.interaction.response


def at(url: str, body: bytes = b"", asked: bytes = b"", **more: Any) -> Interaction:
    met = answer(body, **more)
    request = Request("GET", url, body=asked, content_length=len(asked))
    return Interaction(0, request, met.response)


def dates(response: Response | None) -> Sequence[str]:
    assert response is not None
    return response.headers["Date"]


def test_an_answer_is_as_young_as_it_was() -> None:
    world = World(at("https://a.test/"))
    assert dates(world.ask("https://a.test/")) == [TODAY]
    world.now += 30  # the same time again is the same again, for a while
    assert dates(world.ask("https://a.test/")) == [TODAY]
    world.now += 3600
    assert dates(world.ask("https://a.test/")) == ["Fri, 28 Nov 2025 14:00:30 GMT"]


@pytest.mark.parametrize("age", [-30, 0, 30])
def test_what_was_recorded_just_now_stays(age: int) -> None:
    world = World(at("https://a.test/"))
    world.now = AT + age
    assert dates(world.ask("https://a.test/")) == [DATE]


def test_an_answer_without_a_date_goes_by_the_first_that_has_one() -> None:
    bare = Interaction(
        0,
        Request("GET", "https://a.test/1"),
        Response(
            code=200,
            headers={"Content-Type": ["application/json"]},
            body=b'{"exp": %d}' % AT,
        ),
    )
    world = World(bare, at("https://a.test/2"))
    found = world.ask("https://a.test/1")
    assert found is not None
    assert found.body == b'{"exp": %d}' % (AT + YEAR)

    world = World(bare)
    found = world.ask("https://a.test/1")
    assert found is not None
    assert found.body == b'{"exp": %d}' % AT
    world.ask("https://a.test/1")
    assert len(world.said) == 1
    assert "no Date" in world.said[0]


def test_a_presigned_url_that_was_moved_finds_its_answer() -> None:
    signed = "https://s3.test/k?X-Amz-Date=20241128T130000Z&X-Amz-Expires=60"
    world = World(
        at("https://a.test/link", b'{"url": "%s"}' % signed.encode()), at(signed)
    )
    moved = signed.replace("2024", "2025")
    assert world.ask(moved) is None  # nobody was given it
    link = world.ask("https://a.test/link")
    assert link is not None
    assert moved.encode() in link.body
    assert world.ask(moved) is not None
    assert world.ask(moved.replace("13", "14")) is None


def test_a_request_that_is_right_as_it_is_keeps_its_answer() -> None:
    then, later = "2024-11-28T13:00:00Z", "2025-11-28T13:00:00Z"
    url = "https://a.test/since?t="
    world = World(
        at("https://a.test/", b'{"expires_at": "%s"}' % then.encode()),
        at(url + then, b"then"),
        at(url + later, b"later"),
    )
    world.ask("https://a.test/")
    found = world.ask(url + later)
    assert found is not None
    assert found.body == b"later"


@pytest.mark.parametrize("quoted", ["%3A", "%3a", ":"])
def test_a_time_in_a_body_or_quoted_is_understood(quoted: str) -> None:
    then = "2024-11-28T13:00:00+00:00"
    in_url = then.replace("+", "%2B").replace(":", quoted)
    world = World(
        at("https://a.test/", b'{"expires_at": "%s"}' % then.encode()),
        at(f"https://a.test/q?t={in_url}"),
        at("https://a.test/b", asked=b'{"a": "%s"}' % then.encode()),
    )
    world.ask("https://a.test/")
    later = then.replace("2024", "2025")
    in_url = in_url.replace("2024", "2025")
    assert world.ask(f"https://a.test/q?t={in_url}") is not None
    assert world.ask("https://a.test/b", b'{"a": "%s"}' % later.encode()) is not None


@pytest.mark.parametrize("given", ["2024-11-28T13%3A00%3A00Z", "2024-11-28T13:00:00Z"])
@pytest.mark.parametrize("sent", ["2024-11-28T13%3A00%3A00Z", "2024-11-28T13:00:00Z"])
def test_a_time_of_a_signed_url_is_understood_in_any_spelling(
    given: str, sent: str
) -> None:
    """As it was given out, with a percent sign, it ended the look-up with an error."""
    world = World(
        at("https://a.test/", f'{{"url": "https://b.test/k?se={given}"}}'.encode()),
        at("https://a.test/b", asked=f'{{"until": "{sent}"}}'.encode()),
    )
    world.ask("https://a.test/")
    back = sent.replace("2024", "2025").encode()
    assert world.ask("https://a.test/b", b'{"until": "%b"}' % back) is not None


def test_a_time_of_the_clients_own_is_of_the_present_already() -> None:
    """It stands in the answer for the recorded one, and was moved once more."""
    body = b'{"expires_at": "2024-11-28T14:00:00Z", "n": 1}'
    met = at("https://a.test/tokens", body, asked=body)
    echoed = replace(met.request, method="GET", echoes=("json.$.expires_at",))
    ignored = (parse_ignore("$.expires_at="),)
    world = World(replace(met, request=echoed), matcher=MatchSpec(ignore_json=ignored))
    own = body.replace(b"2024-11-28T14", b"2025-11-29T07")
    found = world.ask("https://a.test/tokens", own)
    assert found is not None
    assert found.body == own
    assert dates(found) == [TODAY]


#: How a time may be spelled that is moved -> the same a year later.
SPELLED = {
    "2024-11-28 13:00:00 UTC": "2025-11-28 13:00:00 UTC",
    "2024-11-28T13:00:00,25+0000": "2025-11-28T13:00:00,25+0000",
    "20241128T130000Z": "20251128T130000Z",
    "Thu, 28 Nov 2024 13:00:00 GMT": "Fri, 28 Nov 2025 13:00:00 GMT",
    "Thu, 28 Nov 2024 13:00:00 +0000": "Fri, 28 Nov 2025 13:00:00 +0000",
    "Thursday, 28-Nov-24 13:00:00 UTC": "Friday, 28-Nov-25 13:00:00 UTC",
    "Thu Nov 28 13:00:00 2024": "Fri Nov 28 13:00:00 2025",
}


@pytest.mark.parametrize("quoted", [str, partial(quote, safe=""), quote_plus])
@pytest.mark.parametrize("then", SPELLED)
def test_each_spelling_that_is_moved_is_understood(
    then: str, quoted: Callable[[str], str]
) -> None:
    world = World(
        at("https://a.test/", b'{"expires_at": "%s"}' % then.encode()),
        at("https://a.test/b", asked=f"since={quoted(then)}&b".encode()),
    )
    found = world.ask("https://a.test/")
    assert found is not None
    assert SPELLED[then].encode() in found.body
    back = f"since={quoted(SPELLED[then])}&b".encode()
    assert world.ask("https://a.test/b", back) is not None


def test_times_that_were_moved_to_the_same_one_are_all_understood() -> None:
    """A replay is faster: what was a token each some seconds is one at once."""
    dates = (AT, AT + 4, AT + 9)
    world = World(
        *(
            at(
                f"https://a.test/{n}",
                b'{"exp": %d}' % (date + 3600),
                date=formatdate(date, usegmt=True),
            )
            for n, date in enumerate(dates)
        ),
        *(
            at("https://a.test/use", asked=b'{"t": %d, "n": %d}' % (date + 3600, n))
            for n, date in enumerate(dates)
        ),
    )
    for number in range(len(dates)):
        found = world.ask(f"https://a.test/{number}")
        assert found is not None
        assert found.body == b'{"exp": %d}' % (world.now + 3600)
    for number in range(len(dates)):
        body = b'{"t": %d, "n": %d}' % (world.now + 3600, number)
        assert world.ask("https://a.test/use", body) is not None
    assert world.ask("https://a.test/use", b'{"t": %d}' % (world.now + 3600)) is None


@pytest.mark.parametrize("repeats", Repeats)
def test_of_times_that_were_moved_to_the_same_one_that_of_the_next_answer_is_meant(
    repeats: Repeats,
) -> None:
    """The second token's answer was given to who still had the first."""
    logins = [
        at(
            f"https://a.test/{n}",
            b'{"exp": %d}' % (AT + n),
            date=formatdate(AT + n, usegmt=True),
        )
        for n in range(2)
    ]
    uses = [at(f"https://a.test/use?t={AT + n}", b"%d" % n) for n in range(2)]
    world = World(*logins, *uses, repeats=repeats)
    for number in range(2):
        world.ask(f"https://a.test/{number}")
    for number in range(2):
        found = world.ask(f"https://a.test/use?t={int(world.now)}")
        assert found is not None
        assert found.body == b"%d" % number
    again = world.ask(f"https://a.test/use?t={int(world.now)}")
    assert (again is None) == (repeats is Repeats.NO)


def test_each_of_several_times_in_a_request_may_be_another() -> None:
    """One request may have two that were moved to the same one: it had no match."""
    times = (AT + 1, AT, AT + 1)
    asked = b"a=%d&b=%d&c=%d&d=1700000000" % times
    use = at("https://a.test/use", asked=asked)
    form = {name: [str(each)] for name, each in zip("abc", times, strict=True)}
    use = replace(use, request=replace(use.request, form=form))
    logins = [
        at(
            f"https://a.test/{n}",
            b'{"exp": %d}' % (AT + n),
            date=formatdate(AT + n, usegmt=True),
        )
        for n in range(2)
    ]
    world = World(*logins, use)
    for number in range(2):
        world.ask(f"https://a.test/{number}")
    now = int(world.now)
    assert world.ask(
        "https://a.test/use", b"a=%d&b=%d&c=%d&d=1700000000" % (now, now, now)
    )


def test_a_validator_is_understood() -> None:
    old = at("https://a.test/", b"x", last_modified=DATE)
    request = Request("GET", old.request.url, headers={"If-Modified-Since": [DATE]})
    unchanged = Response(code=304, status="304 Not Modified", headers={"Date": [DATE]})
    world = World(old, Interaction(1, request, unchanged))
    found = world.ask("https://a.test/")
    assert found is not None
    assert found.headers["Last-Modified"] == [TODAY]
    found = world.ask("https://a.test/", If_Modified_Since=TODAY)
    assert found is not None
    assert found.code == 304


def test_a_token_is_told_of_once_and_understood() -> None:
    token = jwt(f'{{"exp":{AT + 60},"sub":"me"}}')
    world = World(
        at("https://a.test/", token.encode(), kind="text/plain"),
        at("https://a.test/x?t=" + token),
    )
    found = world.ask("https://a.test/")
    assert found is not None
    new = found.body.decode()
    assert claims_of(new) == f'{{"exp":{AT + YEAR + 60},"sub":"me"}}'
    assert world.ask("https://a.test/x?t=" + new) is not None
    world.ask("https://a.test/")
    assert len(world.said) == 1
    assert "signature of zeros" in world.said[0]


def test_a_body_that_stays_is_told_of() -> None:
    body = b'{"exp": %d}' % AT
    world = World(at("https://a.test/", body, x_amz_checksum_xxhash64="x"))
    world.ask("https://a.test/")
    assert world.said == [
        "the body of https://a.test/ keeps its old times: it has a"
        " checksum that is not made here"
    ]


def test_so_much_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mitmvcr.clock.clock._MOST", 1)
    times = [f"2024-11-28T13:00:0{n}Z" for n in range(2)]
    world = World(
        *(
            at(f"https://a.test/{n}", b'{"exp":"%s"}' % t.encode())
            for n, t in enumerate(times)
        ),
        *(at(f"https://a.test/?t={t}") for t in times),
    )
    for number in range(2):
        world.ask(f"https://a.test/{number}")
    first, second = (each.replace("2024", "2025") for each in times)
    assert world.ask(f"https://a.test/?t={first}") is None
    assert world.ask(f"https://a.test/?t={second}") is not None


def test_the_option_opens_such_a_session(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from mitmvcr.format import writer

    cassette = tmp_path / "old.yaml"
    body = jwt(f'{{"exp":{AT}}}').encode()
    held = at("https://a.test/", body, kind="text/plain")
    cassette.write_bytes(writer.dumps(Cassette([held])))
    settings = parse_settings(cassette=str(cassette), mode="replay_only", time="shift")
    decision = open_session(settings).plan(Request("GET", "https://a.test/"))
    assert isinstance(decision, Replay)
    assert decision.interaction.response.headers["Date"] != [DATE]
    assert "vcr_time=shift" in caplog.text
