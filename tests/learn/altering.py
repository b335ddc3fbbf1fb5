"""Programs that are made up, the cassettes of their runs, and requests of theirs with
one thing altered.

A program is a number: it decides what the program asks for. What it makes up is another
in each run.
"""

import json
import random
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from mitmvcr.config_writing import Added, with_values
from mitmvcr.core.deck import Deck
from mitmvcr.core.matching import Matcher, MatchSpec
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.learn import Facts, learn
from mitmvcr.options import OF_SESSION
from mitmvcr.values import Given, Values

MATCH = "method,url,body,header:X-Version"
_NAMES = "ash birch cedar elm fir hazel larch maple oak pine rowan yew"
_WORDS = _NAMES.split()


class Run:
    """Makes one run of a program: ``fixed`` decides what is the same in all runs,
    ``new`` what is made up in this one."""

    def __init__(self, program: int, run: int) -> None:
        self.number = run
        self.fixed = random.Random(program)
        self.new = random.Random(f"{program} {run}")

    def id(self) -> str:
        return str(UUID(int=self.new.getrandbits(128)))

    def time(self) -> int:
        return 1_700_000_000 + self.new.randrange(90_000_000)

    def words(self, count: int = 1) -> str:
        return " ".join(self.fixed.choices(_WORDS, k=count))

    def word(self) -> str:
        return f"{self.words()}{self.fixed.randrange(1000)}"


def _request(
    method: str, path: str, media: str = "", body: str | bytes = b""
) -> Request:
    headers = {"X-Version": ["3"]} | ({"Content-Type": [media]} if media else {})
    raw = body.encode() if isinstance(body, str) else body
    return Request(method, f"https://api.test{path}", body=raw, headers=headers)


def _query(run: Run) -> Request:
    pairs = {"q": run.words(2), "page": run.word(), "trace": run.id(), "ts": run.time()}
    return _request("GET", f"/{run.word()}/search?{urlencode(pairs)}")


def _json(run: Run) -> Request:
    inner = {"name": run.word(), "ref": run.id(), "of": [run.word(), run.word()]}
    value = {"id": run.id(), "method": run.word(), "params": inner, "at": run.time()}
    return _request("POST", f"/{run.word()}", "application/json", json.dumps(value))


def _form(run: Run) -> Request:
    body = urlencode({"grant": run.word(), "scope": run.words(2), "nonce": run.id()})
    return _request("POST", "/token", "application/x-www-form-urlencoded", body)


def _xml(run: Run) -> Request:
    body = (
        f"<Call><Name>{run.word()}</Name><Id>{run.id()}</Id><N>{run.word()}</N></Call>"
    )
    return _request("POST", "/soap", "text/xml", body)


def _path(run: Run) -> Request:
    return _request("PUT", f"/{run.word()}/runs/{run.id()}/{run.word()}")


def _prompt(run: Run) -> Request:
    day = f"2026-11-{10 + run.number}"
    told = f"You are a {run.words(3)}. Today is {day}. Say {run.words(4)}."
    value = {"model": run.word(), "messages": [{"role": "user", "content": told}]}
    return _request("POST", "/chat", "application/json", json.dumps(value))


def _multipart(run: Run) -> Request:
    mark = f"b{run.new.getrandbits(60)}"
    head = f"--{mark}\r\nContent-Disposition: form-data; name="
    body = (
        f'{head}"kind"\r\n\r\n{run.word()}\r\n{head}"run"\r\n\r\n{run.id()}\r\n'
        f"--{mark}--\r\n"
    )
    return _request("POST", "/upload", f"multipart/form-data; boundary={mark}", body)


def _graphql(run: Run) -> Request:
    query = f"query {run.words()} {{ {run.word()}(of: $of) {{ {run.word()} }} }}"
    inner = {"of": run.word(), "clientMutationId": run.id()}
    value = {"query": query, "variables": inner}
    return _request("POST", "/graphql", "application/json", json.dumps(value))


def _text(run: Run) -> Request:
    body = f"{run.words(3)}\nrun {run.id()}\n{run.words(2)}\n"
    return _request("PUT", f"/notes/{run.word()}", "text/plain", body)


def _list(run: Run) -> Request:
    items = [{"sku": run.word(), "line": run.id()} for _ in range(3)]
    value = {"items": items, "sent": run.time()}
    return _request("POST", "/orders", "application/json", json.dumps(value))


KINDS: tuple[Callable[[Run], Request], ...] = (
    *(_query, _json, _form, _xml, _path, _prompt, _multipart),
    *(_graphql, _text, _list),
)


def recording(program: int, run: int) -> list[Interaction]:
    """Make what a program asks for in one run."""
    made = Run(program, run)
    kinds = made.fixed.choices(KINDS, k=5)
    asked = [kind(made) for kind in kinds]
    answer = Response(code=200)
    return [Interaction(at, each, answer) for at, each in enumerate(asked)]


_NEW = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<!\d)1[78]\d{8}(?!\d)|2026-11-\d\d"
    r"|boundary=b\d+|--b\d+"
)
_WORD = re.compile(r"[a-z]+\d*")


def altered(request: Request) -> Iterator[Request]:
    """Yield a request with one thing altered in it, for each that it says."""
    yield replace(request, method="PATCH")
    yield replace(
        request, url=f"{request.url}{'&' if '?' in request.url else '?'}more=1"
    )
    for headers in ({"X-Version": ["4"]}, {"X-Version": []}):
        yield replace(request, headers={**request.headers, **headers})
    start = len("https://api.test/")
    for url in _texts(request.url, start):
        yield replace(request, url=url)
    for body in _texts(request.body.decode(), 0):
        yield replace(request, body=body.encode())
    yield from _in_json(request)


def _texts(text: str, start: int) -> Iterator[str]:
    """Yield a text with each word of it altered that is not made up."""
    taken = [each.span() for each in _NEW.finditer(text)]
    for found in _WORD.finditer(text, start):
        if not any(a < found.end() and found.start() < b for a, b in taken):
            yield f"{text[: found.start()]}{found[0]}x{text[found.end() :]}"


def _in_json(request: Request) -> Iterator[Request]:
    if request.headers.get("Content-Type") != ["application/json"]:
        return
    value: dict[str, Any] = json.loads(request.body)
    for name in value:
        rest = {each: value[each] for each in value if each != name}
        yield replace(request, body=json.dumps(rest).encode())
    yield replace(request, body=json.dumps(value | {"more": 1}).encode())
    yield replace(request, body=json.dumps([value]).encode())


class Program(NamedTuple):
    """What was recorded, what a later run asks for, and the rules between."""

    recorded: Sequence[Interaction]
    later: Sequence[Request]
    matcher: Matcher


def program(number: int) -> Program:
    """Record a program twice, learn from the two cassettes, and read the rules from the
    file that they were written to."""
    one, other, third = (cassette(number, run) for run in (1, 2, 3))
    learned = learn(one, other, spec_of({"match": MATCH}), Facts())
    assert learned.against == [], learned
    additions: dict[str, list[Added]] = {}
    for rule in learned.rules:
        added = Added(str(rule.ignore))
        additions.setdefault(rule.option, []).append(added)
    written = tomllib.loads(with_values(f'match = "{MATCH}"\n', additions))
    later = [each.request for each in third]
    return Program(one, later, Matcher(spec_of(written)))


def cassette(number: int, run: int) -> Sequence[Interaction]:
    """Return what the cassette of a run holds."""
    written = writer.dumps(Cassette(recording(number, run)))
    return reader.loads(written, "c.yaml").interactions


def spec_of(file: Mapping[str, Any]) -> MatchSpec:
    """Return what is compared by a file's values."""
    layer = {
        name: Given(tuple(value) if isinstance(value, list) else value, name, "a file")
        for name, value in file.items()
    }
    return Values([layer]).settings(OF_SESSION).matching


class Tried(NamedTuple):
    """``altered`` and ``unaltered`` count requests; ``answered`` are those of the first
    that were, each with what answered; ``refused`` those of the others that were."""

    unaltered: int
    altered: int
    refused: Sequence[Request]
    answered: Sequence[tuple[Request, Request]]


def tried(found: Program) -> Tried:
    """Replay what was recorded to a later run as it is, and to its altered requests."""
    deck = Deck(found.recorded, matcher=found.matcher)
    refused = [each for each in found.later if not deck.take(each)]
    deck = Deck(found.recorded, matcher=found.matcher)
    count, answered = 0, []
    for request in (other for each in found.later for other in altered(each)):
        count += 1
        if met := deck.take(request):
            answered.append((request, found.recorded[met[0]].request))
            deck.give_back(met[0])
    return Tried(len(found.later), count, refused, answered)
