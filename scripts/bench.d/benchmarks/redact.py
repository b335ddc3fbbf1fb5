"""Redacting, as a share of what it takes to write an interaction."""

import json
import random
from collections.abc import Callable, Iterator
from functools import partial

from harness.figures import Goal, Row
from harness.race import Bench, Race, cpu_ms

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.store.store import FileStore

#: Redacting may at most double the time of writing: it may take as long itself.
REDACTION = Goal("ratio", 1.0)
KIB, MIB = 1 << 10, 1 << 20
_WORDS = ("alpha", "beta", "gamma", "delta", "price", "amount", "street", "shipped")
_KEY = "sk_live_"  # the rest is drawn, so that no scanner takes it for a leak


def rows(bench: Bench) -> Iterator[Row]:
    """``ours`` is redaction, ``theirs`` is writing, in milliseconds an interaction."""
    cases: list[tuple[str, int, int, bool, int]] = [
        ("redact 1 MiB of JSON", MIB, 8, False, 0),
        ("redact 1 MiB, 10 tokens are known", MIB, 8, False, 10),
        ("redact 1 MiB with 100 secrets", MIB, 8, True, 0),
        ("redact 10,000 of 1 KiB", KIB, 10_000, False, 0),
        ("redact 2,000 with a secret each", KIB, 2_000, True, 0),
    ]
    for case, size, count, secrets, known in cases:
        subject = partial(_both, bench, size, count, secrets, known)
        race = Race().run({"": subject}, bench.size(4, quick=2))
        ours, writing = race.least(" redacting"), race.least(" writing")
        yield Row(
            case, ours, "writing", writing, None if secrets or known else REDACTION
        )


def _both(
    bench: Bench, size: int, count: int, secrets: bool, known: int
) -> dict[str, float]:
    """Of the same interactions, one after the other."""
    made = list(_interactions(size, count, secrets))
    redactor = Redactor()
    for number in range(known):
        token = [f"Bearer {_KEY}{random.Random(number).randbytes(16).hex()}"]
        redactor.request(Request(headers={"Authorization": token}))
    redacting = _each(redactor.interaction, made)
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


def _interactions(size: int, count: int, secrets: bool) -> Iterator[Interaction]:
    chance = random.Random(size)
    headers = {"Accept": ["application/json"], "User-Agent": ["bench/1"]}
    for number in range(count):
        items = [_item(chance) for _ in range(max(3, size // 280))]
        if secrets:
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
