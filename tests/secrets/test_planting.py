"""Thousands of planted secrets, recorded as a session records: none stays, but for what
docs/secrets.md names as undecidable; and no more than the secret is hidden."""

import base64
import html
import json
import re
from dataclasses import replace
from functools import cache
from urllib.parse import quote, quote_plus

from memory_store import MemoryStore
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import Mode, Repeats
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.session import Session
from secrets_planting import Case, everything

#: What docs/secrets.md names as undecidable.
UNDECIDABLE = {"text, flow"}

#: So many are recorded in one session, as a program's are.
_TOGETHER = 50


def recorded(cases: list[Case]) -> list[Interaction]:
    store = MemoryStore()
    session = Session(
        store, Mode.RECORD_ONLY, Repeats.NO, exists=False, matcher=Matcher()
    )
    for case in cases:
        answer = case.met.response
        answer = replace(answer, code=200, status=answer.status or "200 OK")
        session.record(replace(case.met, response=answer))
    session.close()
    assert store.cassette is not None
    return list(store.cassette.interactions)


def traces(secret: str) -> set[bytes]:
    """Return the secret in each encoding; made without the code under test."""
    raw = secret.encode()
    found = {raw, quote(secret, safe="").encode(), quote_plus(secret).encode()}
    found |= {quote(quote(secret, safe=""), safe="").encode()}
    found |= {json.dumps(secret)[1:-1].encode(), html.escape(secret).encode()}
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + raw)
        core = whole[-(-offset * 8 // 6) : (offset + len(raw)) * 8 // 6]
        found |= {core, core.replace(b"+", b"-").replace(b"/", b"_")}
    return found


#: What stands in a sample before what is secret.
_BEFORE = (
    *("nemonic=", "AUTH PLAIN ", "USER me\r\nPASS ", "verify="),
    *("untrusted comment: minisign secret key\n", "ed25519-private/"),
    *("user.info=ABC:", "<auth-user-pass>\nme\n", "<argument>", "auth_tokens/"),
    *("hooks.nabu.casa/", "NKEY SEED-----\n", "/owa/calendar/me@example.com/"),
    *(
        'code": "',
        'success":{"username":"',
        "?u=me&p=",
        'method":"login","params":["me","',
    ),
    *("secp256r1-private/", "loggly.com/inputs/", "loggly.com/bulk/"),
)


def told(secret: str) -> str:
    """Return the part of a form's sample that is secret."""
    for mark in ("Bearer ", "Basic ", "SSWS ", "AccountKey=", "?sig=", *_BEFORE):
        secret = secret.removeprefix(mark)
    for mark in (
        "IncomingWebhook/",
        "/catch/",
        "services/",
        "triggers/",
        "webhooks/",
        "::node:",
        "reset-password/",
    ):
        secret = secret.rpartition(mark)[2]
    if re.fullmatch(r"\d+/\S+", secret) and ":" not in secret:
        secret = secret.partition("/")[2]
    for mark in ("</argument>", "\n</auth-user-pass>", "/calendar.ics", '"'):
        secret = secret.removesuffix(mark)
    return secret


@cache
def outcome() -> tuple[list[str], list[str], int]:
    """Return what stayed, what was damaged besides, and how many were planted."""
    cases = list(everything())
    stayed, damaged = [], []
    for at in range(0, len(cases), _TOGETHER):
        some = cases[at : at + _TOGETHER]
        for case, kept in zip(some, recorded(some), strict=True):
            seen = case.kept(kept)
            if any(each in seen for each in traces(told(case.secret))):
                stayed.append(f"{case.where}: {case.secret!r}")
            before, after = case.rest
            if not (seen.startswith(before) and seen.endswith(after)):
                damaged.append(f"{case.where}: {seen!r}")
    return stayed, damaged, len(cases)


def test_at_least_two_thousand_are_planted() -> None:
    assert outcome()[2] >= 2000


def test_none_stays() -> None:
    places = {each.partition(" / ")[0] for each in outcome()[0]}
    assert places == UNDECIDABLE, [
        each for each in outcome()[0] if each.partition(" / ")[0] not in UNDECIDABLE
    ]


def test_nothing_else_is_hidden() -> None:
    assert outcome()[1] == []


def test_a_value_that_is_encoded_in_no_usual_way_is_encoded_again() -> None:
    body = b"a=%7b%22password%22:%22x1-y2-z3-w4%22%7d&b=1"
    headers = {"Content-Type": ["application/x-www-form-urlencoded"]}
    met = Interaction(0, Request(body=body, headers=headers), Response())
    kept = Redactor().interaction(met).request.body
    assert kept == b"a=%7B%22password%22%3A%22[REDACTED:password]%22%7D&b=1"
