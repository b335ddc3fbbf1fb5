"""Scan is recording: it finds what a recording hides, and nothing else."""

import base64
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from mitmvcr.codings import encoded
from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Headers, Interaction, Request, Response
from mitmvcr.secrets.redactor import Finding, Redactor
from packing import bson, cbor, msgpack

NAMES = st.sampled_from(
    [
        *("password", "api_key", "X-Api-Key", "token", "plex_token", "client_secret"),
        *("next_token", "id", "title", "Authorization", "sessionid", "theme", "otp"),
    ]
)
VALUES = st.sampled_from(
    [
        *("x9y8z7w6v5u4", "dark", "Bearer q1w2e3r4t5y6", "48151623", "is too short"),
        *("ghp_" + "a1B2" * 9, "a b c", "user_profile", ""),
        *("http://me:s3cr3t-pw@h/", "https://h/?key=k3y&n=1", "me@h", "5d1e-3a4b"),
        base64.b64encode(b'{"apiKey": "z9y8x7w6"}').decode(),
        base64.b64encode(b"..x9y8z7w6v5u4..").decode(),
    ]
)
BODIES = st.sampled_from(
    [
        lambda name, value: json.dumps({name: value, "n": 1}).encode(),
        lambda name, value: json.dumps({"a": [{name: [value]}]}).encode(),
        lambda name, value: json.dumps({name: {"value": value, "id": 1}}).encode(),
        lambda name, value: json.dumps({"b": json.dumps({name: value})}).encode(),
        lambda name, value: json.dumps([{"name": name, "value": value}]).encode(),
        lambda name, value: f"{quote(name)}={quote(value)}&n=1".encode(),
        lambda name, value: f"<a><{name}>{value}</{name}></a>".encode(),
        lambda name, value: f"{name}: '{value}'\n".encode(),
        lambda name, value: f"export {name}={value}\n".encode(),
        lambda name, value: f"id,{name}\n1,{value}\n".encode(),
        lambda name, value: b"\n\1\0" + value.encode(),
        lambda name, value: json.dumps({name: value}).encode("utf-16"),
        lambda name, value: msgpack({"n": 1, name: value}),
        lambda name, value: cbor({name: value, "a": [value]}),
        lambda name, value: bson({"a": "b", name: value}),
        lambda name, value: f"the {name} is {value}, {name}:{value}\n".encode(),
        lambda name, value: f"h\tTRUE\t/\tFALSE\t0\t{name}\t{value}\n".encode(),
    ]
)
KINDS = st.sampled_from(
    ["", "application/json", "text/csv", "application/x-www-form-urlencoded"]
)
CODINGS = st.sampled_from(["", "", "gzip", "br"])
COOKIES = st.builds("{}={}".format, NAMES, VALUES)


@st.composite
def contents(draw: st.DrawFn) -> tuple[bytes, Headers]:
    body = draw(BODIES)(draw(NAMES), draw(VALUES))
    kind, coding = draw(KINDS), draw(CODINGS)
    headers: dict[str, Sequence[str]] = {"Content-Type": [kind]}
    if coding:
        headers["Content-Encoding"] = [coding]
        body = encoded(body, coding)
    for name in draw(st.lists(NAMES, max_size=2)):
        headers[name] = [draw(VALUES)]
    return body, headers


@st.composite
def interactions(draw: st.DrawFn) -> Interaction:
    body, headers = draw(contents())
    if cookies := draw(st.lists(COOKIES, max_size=2)):
        headers = {**headers, "Cookie": ["; ".join(cookies)]}
    url = f"https://h/x?{draw(NAMES)}={quote(draw(VALUES))}#{draw(NAMES)}=1"
    request = Request("POST", url, body=body, headers=headers)
    body, headers = draw(contents())
    if draw(st.booleans()):
        headers = {**headers, "Set-Cookie": [draw(COOKIES) + "; Path=/"]}
    said = draw(BODIES)(draw(NAMES), draw(VALUES))
    response = Response(
        code=200,
        status=f"200 {draw(VALUES)}",
        body=body,
        headers=headers,
        trailer={draw(NAMES): [draw(VALUES)]},
        websocket=(Frame(True, 0, "text", said),) if draw(st.booleans()) else (),
    )
    return Interaction(0, request, response)


def scanned(met: Interaction) -> set[str]:
    redactor = Redactor()
    redactor.interaction(met)
    return {each.place for each in redactor.findings(met)}


def differing(met: Interaction, kept: Interaction) -> set[str]:
    """Return the places in which they differ."""
    found: set[str] = set()
    for side in ("request", "response"):
        one, other = getattr(met, side), getattr(kept, side)
        for part in ("url", "body", "status", "websocket"):
            if getattr(one, part, None) != getattr(other, part, None):
                found.add(f"{side}.{part}")
        for part in ("headers", "trailer"):
            for name, values in getattr(one, part).items():
                if list(getattr(other, part).get(name, ())) != list(values):
                    found.add(f"{side}.{part}.{name}")
    return found


@given(met=interactions())
@settings(max_examples=examples(100), deadline=None)
def test_scan_finds_what_recording_hides_where_it_hides_it(met: Interaction) -> None:
    kept = Redactor().interaction(met)
    found = scanned(met)
    empty = {  # a header of credentials is dropped, also where it holds none
        f"request.headers.{name}"
        for name, values in met.request.headers.items()
        if name not in kept.request.headers
    }
    assert found | empty == differing(met, kept) | empty


@given(met=interactions())
@settings(max_examples=examples(100), deadline=None)
def test_scan_finds_nothing_in_what_was_recorded(met: Interaction) -> None:
    kept = Redactor().interaction(met)
    assert scanned(kept) == set()
    assert Redactor().interaction(kept) == kept


@given(met=st.lists(interactions(), min_size=2, max_size=4))
@settings(max_examples=examples(40), deadline=None)
def test_no_secret_of_one_stays_in_another(met: list[Interaction]) -> None:
    redactor = Redactor()
    for each in met:
        redactor.interaction(each)
    kept = [redactor.interaction(each) for each in met]
    left: list[Finding] = []
    for each in kept:
        left += redactor.findings(each)
    assert left == []


def test_threads_share_what_they_learn() -> None:
    redactor = Redactor()

    def hide(number: int) -> None:
        said = b'{"api_key": "k3y-of-%d-x9y8z7"}' % number
        assert redactor.message(said) == b'{"api_key": "[REDACTED:api_key]"}'
        redactor.message(b"k3y-of-%d-x9y8z7" % (number // 2))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(hide, range(400)))
    for number in range(400):
        assert redactor.message(b"k3y-of-%d-x9y8z7" % number) == b"[REDACTED:api_key]"
