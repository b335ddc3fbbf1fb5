"""Recorded with a key in the environment, replayed without it: wherever the key stands
in a request."""

import gzip
import json
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest

from memory_store import MemoryStore
from mitmvcr.codings import encoded
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import Mode, Refuse, Repeats, Replay
from mitmvcr.secrets.rules import DEFAULT, Rules
from mitmvcr.session import Session

KEY = "0123456789abcdef-key"
URL = "https://api.test/x"
FORM = "application/x-www-form-urlencoded"
JSON, XML = "application/json", "text/xml"

Make = Callable[[str | None], Request]


def sent(body: str | bytes, media: str, url: str = URL, **headers: str) -> Request:
    raw = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Request(
        method="POST",
        url=url,
        body=raw,
        content_length=len(raw),
        headers={"Content-Type": [media], **named},
    )


def text_with(before: str, after: str, media: str = "text/plain") -> Make:
    return lambda key: sent(before + (key or "") + after, media)


def url_with(before: str, after: str) -> Make:
    return lambda key: sent("", JSON, before + (key or "") + after)


def json_with(key: str | None) -> str:
    """Return JSON whose names stand in another order than recorded, without a key."""
    pairs = [("key", key), ("n", 1)]
    return json.dumps(dict(pairs if key == KEY else pairs[::-1]))


def part(key: str | None, headers: str = "", content: str = "") -> Request:
    mark = "b" * (5 if key == KEY else 7)
    head = f'Content-Disposition: form-data; name="k"{headers}\r\n\r\n'
    body = f"--{mark}\r\n{head}{content}\r\n--{mark}--\r\n"
    return sent(body, f"multipart/form-data; boundary={mark}")


def chunked(body: str) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body.encode())


def graphql(key: str | None) -> str:
    blank = " " if key == KEY else "\n  "
    return f'query Q {{{blank}me(key: "{key or ""}") {{ id }} }}'


#: Places in which nothing differs but the key.
TEXTS: dict[str, Make] = {
    "a path": url_with("https://api.test/a/", "/b"),
    "the end of a path": url_with("https://api.test/a/", ""),
    "a step of a path": url_with("https://api.test/bot", "/getMe"),
    "a matrix parameter": url_with("https://api.test/a;key=", "/b"),
    "a parameter": url_with("https://api.test/a?x=1&y=pre", "&z=2"),
    "GraphQL in a URL": url_with("https://h/?query=%7Bme(k:%22", "%22)%7Bid%7D%7D"),
    "a text": text_with("hello ", " world"),
    "CSV": text_with("id,key\n1,", "\n", "text/csv"),
    "YAML": text_with("a: 1\nkey: ", "\n", "application/yaml"),
    "an element": text_with("<a><k>", "</k><b/></a>", XML),
    "an attribute": text_with('<a k="', '"><b/></a>', "application/soap+xml"),
    "XML-RPC": text_with(
        "<methodCall><methodName>m</methodName><params><param><value><string>",
        "</string></value></param></params></methodCall>",
        XML,
    ),
    "a form": text_with("a=1&k=", "", FORM),
    "a part of a field": text_with("a=1&k=x-", "-y", FORM),
    "JSON in a form, told apart": text_with("p=%7B%22k%22:%22", "%22%7D", FORM),
    "the name of a member": lambda key: sent(json.dumps({key or "": 1, "n": 2}), JSON),
    "a part of a value": text_with('{"a":"pre-', '-post","n":1}', JSON),
    "a gzipped text": lambda key: sent(
        gzip.compress(f"x {key or ''} y".encode()),
        "text/plain",
        Content_Encoding="gzip",
    ),
    "a file's name": lambda key: part(key, f'; filename="{key or ""}.txt"', "text"),
    "a part of a multipart": lambda key: part(key, "", key or ""),
}
#: JSON, in which it may be null too, and names may stand in another order.
VALUES: dict[str, Make] = {
    "JSON": lambda key: sent(json_with(key), JSON),
    "JSON by its looks": lambda key: sent(json_with(key), ""),
    "a list": lambda key: sent(json.dumps([[{"x": [key]}]]), JSON),
    "JSON in JSON": lambda key: sent(json.dumps({"p": json_with(key)}), JSON),
    "JSON in a form": lambda key: sent("a=1&p=" + quote(json_with(key)), FORM),
    "JSON in a query": lambda key: sent(
        "", "", f"{URL}?query=%7Bme%7D&variables={quote(json_with(key))}"
    ),
    "JSON in a multipart": lambda key: part(
        key, "\r\nContent-Type: application/json", json_with(key)
    ),
    "NDJSON": lambda key: sent(
        f'{json_with(key)}\n{{"n":1}}\n', "application/x-ndjson"
    ),
    "json-seq": lambda key: sent(f"\x1e{json_with(key)}\n", "application/json-seq"),
    "JSON-RPC": lambda key: sent(
        json.dumps([{"id": 1, "params": [key]}, {"id": 2, "method": "b"}]), JSON
    ),
    "variables of GraphQL": lambda key: sent(
        json.dumps({"query": graphql(None), "variables": {"k": key}}), JSON
    ),
    "a document of GraphQL": lambda key: sent(
        json.dumps({"query": graphql(key)}), JSON
    ),
    "gzipped JSON": lambda key: sent(
        gzip.compress(json_with(key).encode()), JSON, Content_Encoding="gzip"
    ),
    "JSON in two codings": lambda key: sent(
        encoded(json_with(key).encode(), "br, zstd"), JSON, Content_Encoding="br, zstd"
    ),
    "bare deflate": lambda key: sent(
        zlib.compress(json_with(key).encode(), wbits=-15),
        JSON,
        Content_Encoding="deflate",
    ),
    "aws-chunked": lambda key: sent(
        chunked(json_with(key)), JSON, Content_Encoding="aws-chunked"
    ),
    "URL and body": lambda key: sent(json_with(key), JSON, f"{URL}/{key or ''}/z"),
}
RULES = [DEFAULT, Rules(secrets=("SKY_API_KEY",))]


def session(store: MemoryStore, mode: Mode, rules: Rules, **variables: str) -> Session:
    return Session(
        store,
        mode,
        Repeats.NO,
        exists=store.exists(),
        rules=rules,
        environment=variables,
    )


def recorded(request: Request, rules: Rules) -> MemoryStore:
    store = MemoryStore()
    first = session(store, Mode.RECORD_ONCE, rules, SKY_API_KEY=KEY)
    first.record(Interaction(0, request, Response(code=200, status="200 OK")))
    first.close()
    return store


@pytest.mark.parametrize("rules", RULES, ids=["by itself", "named"])
@pytest.mark.parametrize("place", [*TEXTS, *VALUES])
def test_the_key_may_be_unset_wherever_it_stands(place: str, rules: Rules) -> None:
    make = (TEXTS | VALUES)[place]
    store = recorded(make(KEY), rules)
    assert store.cassette is not None
    assert KEY not in str(store.cassette.interactions)
    for live in ("", "dummy", *([None] if place in VALUES else [])):
        for variables in ({}, {"SKY_API_KEY": live or ""}):
            replay = session(store, Mode.REPLAY_ONLY, rules, **variables)
            assert isinstance(replay.plan(make(live)), Replay)


@pytest.mark.parametrize("place", [*TEXTS, *VALUES])
def test_nothing_else_may_differ(place: str) -> None:
    make = (TEXTS | VALUES)[place]
    replay = session(recorded(make(KEY), DEFAULT), Mode.REPLAY_ONLY, DEFAULT)
    asked = make("a b" if place in TEXTS else "a\nb")  # it is no key
    assert isinstance(replay.plan(asked), Refuse)
    assert replay.explain(asked).unset in ((), ("SKY_API_KEY",))
