"""Small cassettes as text, and what both ways of reading make of them."""

import random
from collections.abc import Callable

from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Cassette, Headers, Interaction, Request, Response
from mitmvcr.format import reader, yamlreader

HEAD = "---\nversion: 2\ninteractions:\n"
#: Values that no style of YAML can leave as they are.
NASTY = (
    "", " ", "a", " a", "a ", "\ta", "a\t", "\n", "\n\n", "a\n", "\na", "a\n\n",
    " a\n", "a\n ", " \na", "a\nb", "a\r\nb\r\n", "\r", "a\rb", "true", "null", "~",
    "yes", "0", "017", "1_000", "1e3", "0x1f", ".5", ".inf", "-0", "12:30:45", "<<",
    "=", "2024-01-01", "2024-01-01T00:00:00Z", "- a", "-a", "-", "? a", "?", ": a",
    "a:", "a: b", "a #b", "#a", "@a", "`a", "%a", "!a", "&a", "*a", "|", ">", "[a",
    "{a", "]", ",a", "'", "''", '"', "it's", '"a"', "\\", "\\n", '\\"', "a\\", "---",
    "...", "a\n---\nb", "\0", "\x07", "\x1b", "\x7f", "\x80", "\x85", "\x9f", "\xa0",
    "é", "\u2028", "a\u2029b", "\ufeff", "\ufffd", "\U0001f600", '{"a": "b"}',
    '{"a":"b\\n"}', "- id: 0\n  request:\n    url: http://other/\n", "x" * 200,
    '{\n  "a": [1, 2],\n\n  "b": "c"\n}\n', "a=1&b=2", "<html>\n\t<p>\n</html>",
)  # fmt: skip


def one(request: str = "", response: str = "") -> bytes:
    """A cassette of one interaction with lines added to what it must have."""
    code = "" if "code:" in response else "code: 200\n"
    text = f"{HEAD}- id: 0\n  request:\n"
    text += _indented(f"url: http://x/\nmethod: GET\n{request}")
    text += "  response:\n" + _indented(f"{response}\n{code}")
    return text.encode()


def _indented(lines: str) -> str:
    return "".join(f"    {line}\n" for line in lines.split("\n") if line)


def read_one(request: str = "", response: str = "") -> Interaction:
    (interaction,) = reader.loads(one(request, response)).interactions
    return interaction


def response(lines: str) -> Response:
    return read_one(response=lines).response


def refusal(data: bytes) -> str:
    """The message with which a file is refused."""
    try:
        found = reader.loads(data)
    except CassetteError as error:
        return str(error)
    raise AssertionError(f"read as {found}")


Outcome = list[Interaction] | str


def outcome(read: Callable[[], Cassette]) -> Outcome:
    """The interactions, or the refusal."""
    try:
        return list(read().interactions)
    except CassetteError as error:
        return str(error)


def by_yaml(data: bytes) -> Cassette:
    """By the slow way alone, which is right for every file."""
    document = yamlreader.read(data)
    yamlreader.check_version(document.version, "<bytes>")
    if document.faults:
        raise document.faults[0].error("<bytes>")
    return Cassette(document.interactions)


def cassette(count: int, seed: int = 0) -> Cassette:
    """Interactions with all fields, and with nasty values in the bodies."""
    rng = random.Random(seed)
    return Cassette(tuple(_interaction(rng, number) for number in range(count)))


def _interaction(rng: random.Random, number: int) -> Interaction:
    return Interaction(number, _request(rng, number), _response(rng, number))


def _request(rng: random.Random, number: int) -> Request:
    return Request(
        method=rng.choice(("GET", "POST")),
        url=rng.choice(("http://x/", "https://y/a?b=c", "http://é/", "a b", "*")),
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=rng.choice((-1, 0, 1000)),
        transfer_encoding=rng.choice(((), ("chunked",))),
        trailer=rng.choice(({}, _headers(rng))),
        host=rng.choice(("", "x", "y:80")),
        body=_body(rng),
        form=rng.choice(({}, _headers(rng))),
        headers=_headers(rng),
    )


def _response(rng: random.Random, number: int) -> Response:
    return Response(
        proto=rng.choice(("HTTP/2.0", "")),
        proto_major=2,
        transfer_encoding=rng.choice(((), ("chunked", "gzip"))),
        trailer=rng.choice(({}, _headers(rng))),
        content_length=-1,
        uncompressed=rng.random() < 0.5,
        body=_body(rng),
        headers=_headers(rng),
        status=rng.choice(("200 OK", "200 ", "200", "")),
        code=rng.choice((200, 404)),
        duration=rng.randrange(10**11),
    )


def _body(rng: random.Random) -> bytes:
    if rng.random() < 0.1:
        return rng.randbytes(rng.randrange(200))
    return rng.choice(NASTY).encode()


def _headers(rng: random.Random) -> Headers:
    names = rng.sample(("Accept", "X-A", "a b", "1", "a[b]", "true", "Été"), 3)
    return {name: _values(rng) for name in names}


def _values(rng: random.Random) -> tuple[str, ...]:
    return tuple(rng.choice(NASTY) for _ in range(rng.choice((1, 1, 2))))
