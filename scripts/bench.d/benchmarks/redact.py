"""Redacting, as a share of what it takes to write an interaction."""

import json
import random
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from harness.figures import Goal, Row
from harness.race import Bench, Race, cpu_ms

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.rules import DEFAULT
from mitmvcr.session.redaction import Redaction
from mitmvcr.store.store import FileStore

#: Redacting may at most double the time of writing: it may take as long itself.
REDACTION = Goal("ratio", 1.0)
KIB, MIB = 1 << 10, 1 << 20
_WORDS = ("alpha", "beta", "gamma", "delta", "price", "amount", "street", "shipped")
_KEY = "sk_live_"  # the rest is drawn, so that no scanner takes it for a leak


class Case(NamedTuple):
    """``secrets`` are in it, so many are ``known`` before, and it has ``links`` and ids
    as answers of real APIs: then all is measured that a recording does with secrets."""

    name: str
    size: int
    count: int
    secrets: bool = False
    known: int = 0
    links: bool = False


CASES = (
    Case("redact 1 MiB of JSON", MIB, 8),
    Case("redact 1 MiB, 10 tokens are known", MIB, 8, known=10),
    Case("redact 1 MiB with 100 secrets", MIB, 8, secrets=True),
    Case("redact 1 MiB of links and ids", MIB, 8, secrets=True, links=True),
    Case("redact 10,000 of 1 KiB", KIB, 10_000),
    Case("redact 2,000 with a secret each", KIB, 2_000, secrets=True),
)


def rows(bench: Bench) -> Iterator[Row]:
    """``ours`` is redaction, ``theirs`` is writing, in milliseconds an interaction."""
    for case in CASES:
        subject = partial(_both, bench, case)
        race = Race().run({"": subject}, bench.size(4, quick=2))
        ours, writing = race.least(" redacting"), race.least(" writing")
        is_plain = case == Case(case.name, case.size, case.count)
        yield Row(case.name, ours, "writing", writing, REDACTION if is_plain else None)


def _both(bench: Bench, case: Case) -> dict[str, float]:
    """Of the same interactions, one after the other."""
    made = list(_interactions(case))
    redaction = Redaction(DEFAULT, {})
    redactor = redaction.redactor
    for number in range(case.known):
        token = [f"Bearer {_KEY}{random.Random(number).randbytes(16).hex()}"]
        redactor.request(Request(headers={"Authorization": token}))
    redacting = _each(redaction.redacted if case.links else redactor.interaction, made)
    store = FileStore(bench.folder / "redact.yaml")
    store.begin()
    writing = _each(store.append, made)
    store.publish()
    return {"redacting": redacting, "writing": writing}


def _each(do: Callable[[Interaction], object], made: list[Interaction]) -> float:
    def work() -> None:
        for one in made:
            do(one)

    return cpu_ms(work) / len(made)


def _interactions(case: Case) -> Iterator[Interaction]:
    size, chance = case.size, random.Random(case.size)
    headers = {"Accept": ["application/json"], "User-Agent": ["bench/1"]}
    for number in range(case.count):
        items = [_item(chance) for _ in range(max(3, size // 280))]
        if case.links:
            items = [item | _links(chance) for item in items]
        if case.secrets:
            for item in items[:: max(3, len(items) // 100)]:
                item["access_token"] = _KEY + chance.randbytes(12).hex()
        body = json.dumps(items).encode()[:size]
        yield Interaction(
            0,
            Request(
                method="GET",
                url=f"https://api.example.com/v1/{number}",
                headers=headers,
            ),
            Response(
                body=body,
                code=200,
                content_length=len(body),
                headers={
                    "Content-Type": ["application/json"],
                    "Date": [f"Mon, 01 Jan 2024 00:00:{number % 60:02} GMT"],
                },
            ),
        )


def _item(chance: random.Random) -> dict[str, object]:
    return {
        "id": chance.getrandbits(32),
        "name": " ".join(chance.choices(_WORDS, k=2)),
        "description": " ".join(chance.choices(_WORDS, k=12)),
        "price": round(chance.random() * 100, 2),
        "created_at": "2024-03-01T12:30:05Z",
        "reference": chance.randbytes(16).hex(),
        "tags": chance.choices(_WORDS, k=3),
    }


def _links(chance: random.Random) -> dict[str, object]:
    number = chance.getrandbits(32)
    url = f"https://api.example.com/repos/someone/thing/issues/{number}"
    state = json.dumps({"page": number}).encode()
    return {
        "node_id": b64encode(b"012:Issue%d" % number).decode(),
        "url": url,
        "comments_url": f"{url}/comments{{/number}}",
        "search": f"https://example.com/?q=is%3Aissue+author%3A{number}",
        "author": {"email": f"user{number}@example.com", "next_token": None},
        "cursor": b64encode(state).decode() if number % 50 == 0 else "",
    }
