"""A made-up API of 1,000 answers whose values are others each time, and changes that
are planted into it. The generator's seed makes it the same each time."""

import copy
import json
import random
from collections.abc import Callable, Mapping
from typing import Any

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.drift import Tier

Value = Any
Plant = Callable[[Value, random.Random], Value]
_STATES = ("active", "pending", "closed")
_WORDS = [
    *("red", "green", "blue", "round", "small", "large"),
    *("old", "quick", "plain", "cold", "warm", "deep"),
]
#: So many endpoints, each with ten recorded answers.
ENDPOINTS = 100


def _stamp(random_: random.Random) -> str:
    parts = (random_.randint(1, 12), random_.randint(1, 28), random_.randint(0, 23))
    return "2026-{:02}-{:02}T{:02}:00:00Z".format(*parts)


def _uuid(random_: random.Random) -> str:
    text = f"{random_.getrandbits(128):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class Api:
    """One endpoint's answers: its kind decides their form, ``random_`` their values."""

    def __init__(self, number: int) -> None:
        self.number = number

    def record(self, key: int, random_: random.Random) -> Value:
        """Return one thing. What makes it itself is always the same; the rest is
        volatile."""
        own = random.Random(f"{self.number}/{key}")
        thing = {
            "id": f"thing_{self.number:03}{key:05}",
            "name": " ".join(own.choices(_WORDS, k=2)),
            "status": _STATES[key % 3],
            "size": own.randint(1, 1000),
            "ratio": own.random(),
            "is_open": own.random() < 0.5,
            "owner": {"login": own.choice(_WORDS), "url": f"https://a.test/u/{key}"},
            "created_at": _stamp(own),
            "updated_at": _stamp(random_),
            "request_id": _uuid(random_),
            "views": random_.randint(0, 10**6),
            "tags": own.sample(_WORDS, 4),
            "note": own.choice([None, "a note"]) if self.number % 4 == 0 else "a note",
        }
        if self.number % 3 == 0 and random_.random() < 0.6:
            thing["hint"] = "comes and goes"
        return thing

    def answer(self, key: int, random_: random.Random) -> Value:
        if self.number % 2:
            return self.record(key, random_)
        items = [self.record(key * 10 + n, random_) for n in range(5)]
        return {"items": items, "total": random_.randint(5, 500), "next": None}


def response(value: Value, number: int, code: int = 200, **more: str) -> Response:
    indent = 2 if number % 3 == 1 else None
    body = json.dumps(value, indent=indent).encode()
    headers = {"Content-Type": ["application/json"], "Link": ["<x>; rel=next"]}
    headers |= {"Content-Length": [str(len(body))], "X-Request-Id": [f"{number}"]}
    headers |= {name.replace("_", "-"): [each] for name, each in more.items()}
    return Response(
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        code=code,
        status=f"{code} X",
        body=body,
        content_length=len(body),
        headers={k: v for k, v in headers.items() if v != [""]},
    )


def recorded(seed: str = "recorded") -> list[Interaction]:
    random_ = random.Random(seed)
    found = []
    for place in range(ENDPOINTS * 10):
        number, key = place % ENDPOINTS, place // ENDPOINTS
        url = f"https://api.test/v1/kind{number}/{key + 1}"
        value = Api(number).answer(key, random_)
        request = Request(method="GET", url=url)
        found.append(Interaction(place, request, response(value, number)))
    return found


def live(place: int, random_: random.Random) -> Value:
    return Api(place % ENDPOINTS).answer(place // ENDPOINTS, random_)


def _thing(value: Value) -> list[dict[str, Any]]:
    items = value.get("items")
    return items if isinstance(items, list) else [value]


def _each(change: Callable[[dict[str, Any]], None]) -> Plant:
    def plant(value: Value, _: random.Random) -> Value:
        new = copy.deepcopy(value)
        for thing in _thing(new):
            change(thing)
        return new

    return plant


def _set(name: str, make: Callable[[Any], Any]) -> Plant:
    def change(thing: dict[str, Any]) -> None:
        thing[name] = make(thing.get(name))

    return _each(change)


def _renamed(thing: dict[str, Any]) -> None:
    thing["title"] = thing.pop("name")


#: What is planted -> the change, and the tier it belongs to.
PLANTS: Mapping[str, tuple[Plant, Tier]] = {
    "a member is gone": (_each(lambda t: t.pop("size")), Tier.BREAKING),
    "one within is gone": (_each(lambda t: t["owner"].pop("url")), Tier.BREAKING),
    "a member is renamed": (_each(_renamed), Tier.BREAKING),
    "a number is a text": (_set("size", str), Tier.BREAKING),
    "a text is an object": (_set("name", lambda n: {"en": n}), Tier.BREAKING),
    "a list is a text": (_set("tags", " ".join), Tier.BREAKING),
    "a truth is a number": (_set("is_open", int), Tier.BREAKING),
    "a value is null": (_set("ratio", lambda _: None), Tier.DANGEROUS),
    "a new word": (_set("status", lambda _: "archived"), Tier.DANGEROUS),
    "a date without its T": (
        _set("created_at", lambda t: t.replace("T", " ").rstrip("Z")),
        Tier.DANGEROUS,
    ),
    "a URL is a path": (
        _each(lambda t: t["owner"].update(url="/u/1")),
        Tier.DANGEROUS,
    ),
    "another order": (_set("tags", lambda t: t[::-1]), Tier.DANGEROUS),
    "a new member": (_set("colour", lambda _: "red"), Tier.ADDITIVE),
    "a new one within": (_each(lambda t: t["owner"].update(rank=1)), Tier.ADDITIVE),
    "a new list": (_set("links", lambda _: []), Tier.ADDITIVE),
}
#: What is planted into the head -> what the answer is then, and its tier.
HEADS: Mapping[str, tuple[dict[str, Any], Tier]] = {
    "it is gone": ({"code": 404}, Tier.BREAKING),
    "a parameter is wanted": ({"code": 400}, Tier.BREAKING),
    "it is a page": ({"Content_Type": "text/html"}, Tier.BREAKING),
    "it is accepted": ({"code": 202}, Tier.DANGEROUS),
    "no links any more": ({"Link": ""}, Tier.DANGEROUS),
}
