"""Redaction: its share of what it takes to write an interaction."""

import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from plan import Plan
from report import Row

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.store.store import FileStore

#: Redacting may at most double the time of writing: it may take as long itself.
MOST = 1.0
KIB, MIB = 1 << 10, 1 << 20
_WORDS = ("alpha", "beta", "gamma", "delta", "price", "amount", "street", "shipped")
_KEY = "sk_live_"  # the rest is drawn, so that no scanner takes it for a leak


def rows(plan: Plan, folder: Path) -> list[Row]:
    """``ours`` is redaction, ``theirs`` is writing, in milliseconds an interaction."""
    cases: list[tuple[str, int, int, bool]] = [
        ("redact 1 MiB of JSON", MIB, 8, False),
        ("redact 1 MiB with 100 secrets", MIB, 8, True),
        ("redact 10,000 of 1 KiB", KIB, 10_000, False),
        ("redact 2,000 with a secret each", KIB, 2_000, True),
    ]
    return [_row(plan, folder, *case) for case in cases]


def _row(
    plan: Plan, folder: Path, case: str, size: int, count: int, secrets: bool
) -> Row:
    redacting, writing = [], []
    for turn in range(max(2, plan.passes * 2)):
        made = list(_interactions(size, count, secrets))
        redactor = Redactor()
        redacting.append(_each(redactor.interaction, made))
        store = FileStore(folder / f"redact-{size}-{secrets}-{turn}.yaml")
        store.begin()
        writing.append(_each(store.append, made))
        store.publish()
    most = None if secrets else MOST
    return Row(case, min(redacting), "writing", min(writing), most_ratio=most)


def _each(do: Callable[[Interaction], object], made: list[Interaction]) -> float:
    start = time.process_time()
    for one in made:
        do(one)
    return (time.process_time() - start) / len(made) * 1000


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
