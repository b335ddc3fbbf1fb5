"""What is planted, and where: places x codings x names x forms, all generated.

A place is a body, or another part of an interaction, with ``NAME`` and ``VALUE`` in it.
The names are made of words as programs join them, so that no list holds them.
"""

# ruff: noqa: E501 # bodies are easier to compare in one piece

import base64
import gzip
import html
import json
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import quote, quote_plus

import brotli

from made_up import sample, token
from mitmvcr.codings import decoded, encoded
from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Headers, Interaction, Request, Response
from mitmvcr.secrets.patterns import PATTERNS

Quote = Callable[[str], str]


class Place(NamedTuple):
    """A body of a type, and how a value is written in it."""

    kind: str
    text: str
    quote: Quote = str
    #: Only names of such letters can stand there: ``any``, ``word`` or ``header``.
    names: str = "any"


def in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def in_json_twice(text: str) -> str:
    return in_json(in_json(text))


def in_query(text: str) -> str:
    return quote(text, safe="")


def in_form(text: str) -> str:
    return quote_plus(text)


J, F, X, H, T = (
    "application/json",
    "application/x-www-form-urlencoded",
    "application/xml",
    "text/html",
    "text/plain",
)

#: Where a name shows what the value is.
PLACES: dict[str, Place] = {
    "json": Place(J, '{"a": 1, "NAME": "VALUE", "z": null}', in_json),
    "json, packed": Place(J, '{"a":1,"NAME":"VALUE"}', in_json),
    "json, pretty": Place(J, '{\n  "a": [\n    {\n      "NAME" : "VALUE"\n    }\n  ]\n}', in_json),
    "json, array": Place(J, '{"NAME": ["VALUE"], "n": 1}', in_json),
    "json, second of an array": Place(J, '{"NAME": [null, "VALUE"], "n": 1}', in_json),
    "json, object": Place(J, '{"NAME": {"type": "s", "value": "VALUE"}}', in_json),
    "json, path": Place(J, '{"spring.datasource.NAME": "VALUE"}', in_json),
    "json in json": Place(J, '{"body": "{\\"NAME\\": \\"VALUE\\"}"}', in_json_twice),
    "json, twice in": Place(J, '{"a": "{\\"b\\": \\"{\\\\\\"NAME\\\\\\": \\\\\\"VALUE\\\\\\"}\\"}"}'),
    "json in a form": Place(F, "payload=%7B%22NAME%22%3A%22VALUE%22%7D&a=1", in_query, "word"),
    "form in json": Place(J, '{"body": "a=1&NAME=VALUE&b=2"}', in_form, "word"),
    "json with padding": Place("text/javascript", 'callback({"NAME": "VALUE"});', in_json),
    "json lines": Place("application/x-ndjson", '{"a":1}\n{"NAME":"VALUE"}\n', in_json),
    "json sequence": Place("application/json-seq", '\x1e{"a":1}\n\x1e{"NAME":"VALUE"}\n', in_json),
    "event stream": Place("text/event-stream", 'event: x\ndata: {"NAME":"VALUE"}\n\n', in_json),
    "pair": Place(J, '[{"name": "NAME", "value": "VALUE"}]', in_json),
    "pair, capitals": Place(J, '[{"Name":"NAME","Value":"VALUE"}]', in_json),
    "pair, key": Place(J, '[{"key": "NAME", "value": "VALUE"}]', in_json),
    "variables of GraphQL": Place(J, '{"query":"mutation($p: String!){a(x:$p)}","variables":{"NAME":"VALUE"}}', in_json),
    "argument of GraphQL": Place(J, '{"query": "{ login(a: 1, NAME: \\"VALUE\\") { id } }"}', str, "word"),
    "graphql": Place("application/graphql", '{ login(a: 1, NAME: "VALUE") { id } }', str, "word"),
    "form": Place(F, "a=1&NAME=VALUE&z=2", in_form, "word"),
    "form, first": Place(F, "NAME=VALUE", in_form, "word"),
    "form, path": Place(F, "user[NAME]=VALUE&z=2", in_form, "word"),
    "form, path quoted": Place(F, "user%5BNAME%5D=VALUE&z=2", in_form, "word"),
    "link": Place(H, '<a href="https://h.example/x?a=1&amp;NAME=VALUE&amp;z=2">x</a>', in_query, "word"),
    "link in json": Place(J, '{"next":"https://h.example/x?a=1\\u0026NAME=VALUE\\u0026z=2"}', in_query, "word"),
    "link in text": Place(T, "see https://h.example/x?NAME=VALUE&z=2 there", in_query, "word"),
    "fragment": Place(T, "go to https://h.example/cb#NAME=VALUE&state=1 now", in_query, "word"),
    "attribute": Place(X, "<a><b NAME='VALUE' c='d'/></a>", html.escape, "word"),
    "attribute, double": Place(X, '<a><b c="d" NAME="VALUE"/></a>', html.escape, "word"),
    "element": Place(X, "<a><NAME>VALUE</NAME><b/></a>", html.escape, "word"),
    "element of a namespace": Place(X, '<a><s:NAME t="1">VALUE</s:NAME></a>', html.escape, "word"),
    "element, CDATA": Place(X, "<a><NAME><![CDATA[VALUE]]></NAME></a>", str, "word"),
    "soap": Place("text/xml", '<?xml version="1.0"?><e:Envelope xmlns:e="x"><e:Body><l xmlns="y"><NAME>VALUE</NAME></l></e:Body></e:Envelope>', html.escape, "word"),
    "input": Place(H, '<form><input type=hidden name="NAME" value="VALUE"></form>', html.escape),
    "meta": Place(H, '<meta name="NAME" content="VALUE">', html.escape),
    "script": Place(H, '<script>window.x = {NAME: "VALUE", a: 1};</script>', str, "word"),
    "multipart": Place("multipart/form-data; boundary=b", '--b\r\nContent-Disposition: form-data; name="NAME"\r\n\r\nVALUE\r\n--b--\r\n'),
    "multipart, typed": Place("multipart/form-data; boundary=b", '--b\r\nContent-Disposition: form-data; name="NAME"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nVALUE\r\n--b--\r\n'),
    "multipart, json part": Place("multipart/related; boundary=b", '--b\r\nContent-Type: application/json\r\n\r\n{"NAME": "VALUE"}\r\n--b--\r\n', in_json),
    "multipart, beside a file": Place("multipart/form-data; boundary=WebKitB", '--WebKitB\r\nContent-Disposition: form-data; name="f"\r\nContent-Type: image/png\r\n\r\n\x89PNG\0\0\r\n--WebKitB\r\nContent-Disposition: form-data; name="NAME"\r\n\r\nVALUE\r\n--WebKitB--\r\n'),
    ".env": Place(T, "A=1\nexport NAME=VALUE\nB=2\n", str, "word"),
    ".env, quoted": Place(T, 'A=1\nNAME="VALUE"\nB=2\n', str, "word"),
    ".env in json": Place(J, '{"content": "A=1\\nNAME=VALUE\\nB=2\\n"}', str, "word"),
    "Dockerfile": Place(T, "FROM x\nENV NAME=VALUE\nRUN y\n", str, "word"),
    "yaml": Place("application/yaml", "a:\n  - b: c\n    NAME: VALUE\nd: e\n", str, "word"),
    "yaml, first of a list": Place("application/yaml", "a:\n  - NAME: VALUE\n    b: c\n", str, "word"),
    "yaml, quoted": Place("application/yaml", "a:\n  NAME: 'VALUE'\nd: e\n", str, "word"),
    "ini": Place(T, "[main]\nuser = me\nNAME = VALUE\n", str, "word"),
    "toml": Place("application/toml", '[main]\nuser = "me"\nNAME = "VALUE"\n', str, "word"),
    "properties": Place(T, "a.b=1\ndb.NAME=VALUE\n", str, "word"),
    "connection": Place(T, "Server=h;Database=d;User Id=me;NAME=VALUE;Encrypt=yes", str, "word"),
    "libpq": Place(T, "host=h user=me NAME=VALUE dbname=d", str, "word"),
    "jdbc": Place(T, "jdbc:postgresql://h/d?user=me&NAME=VALUE", in_query, "word"),
    "python": Place(T, "client = Client(a=1, NAME='VALUE')\n", str, "word"),
    "dict of Python": Place(T, "{'a': 1, 'NAME': 'VALUE'}\n"),
    "hash of Ruby": Place(T, 'client(a: 1, "NAME" => "VALUE")\n'),
    "array of PHP": Place(T, "$c = ['a' => 1, 'NAME' => 'VALUE'];\n"),
    "go": Place(T, 'c := Config{\n\tNAME: "VALUE",\n}\n', str, "word"),
    "javascript": Place("text/javascript", 'const c = {a: 1, NAME: "VALUE"};\n', str, "word"),
    "curl": Place(T, "curl -H 'NAME: VALUE' https://h.example/\n", str, "header"),
    "curl in json": Place(J, '{"cmd": "curl -H \\"NAME: VALUE\\" https://h.example/"}', str, "header"),
    "curl, data": Place(T, "curl -d 'a=1&NAME=VALUE' https://h.example/\n", in_query, "word"),
    "lines of a request": Place(T, "GET / HTTP/1.1\r\nHost: h\r\nNAME: VALUE\r\n\r\n", str, "header"),
    "csv": Place("text/csv", "id,NAME,n\r\n1,VALUE,2\r\n"),
    "csv, quoted": Place("text/csv", 'id,"NAME",n\r\n1,"VALUE",2\r\n'),
    "csv, second row": Place("text/csv", "id,NAME,n\n1,,2\n2,VALUE,3\n"),
    "pair, turned round": Place(J, '[{"value": "VALUE", "name": "NAME"}]', in_json),
    "pair, with more between": Place(J, '[{"name": "NAME", "type": "text", "required": true, "value": "VALUE"}]', in_json),
    "pair of XML": Place(X, '<config><add key="NAME" value="VALUE" /></config>', html.escape),
    "entry of XML": Place(X, '<map><entry key="NAME">VALUE</entry></map>', html.escape),
    "pair of YAML": Place("application/yaml", "env:\n  - name: NAME\n    value: VALUE\n", str, "word"),
    "plist": Place(X, "<dict><key>NAME</key><string>VALUE</string></dict>", html.escape),
    "yaml, flow": Place("application/yaml", "a: {b: c, NAME: VALUE}\n", str, "word"),
    "text, flow": Place("text/plain", "a: {b: c, NAME: VALUE}\n", str, "word"),
    "environment of compose": Place("application/yaml", "environment:\n  - NAME=VALUE\n", str, "word"),
    "line of a log": Place(T, "INFO login user=me NAME=VALUE ok\n", str, "word"),
    "option of a command": Place(T, "$ tool --user me --NAME=VALUE run\n", str, "word"),
    "option, apart": Place(T, "$ tool --user me --NAME VALUE run\n", str, "word"),
    "matrix parameter": Place(T, "https://h.example/x;NAME=VALUE/y", in_query, "word"),
    "attribute of data": Place(H, '<div data-NAME="VALUE"></div>', html.escape, "word"),
    "shell": Place(T, "NAME=VALUE ./run\n", str, "word"),
    "powershell": Place(T, '$env:NAME = "VALUE"\n', str, "word"),
    "java": Place(T, 'props.put("NAME", "VALUE");\n'),
    "json with quotes of JavaScript": Place(J, '{"src": "f({NAME: \'VALUE\'})"}', str, "word"),
    "header in json, list": Place(J, '{"headers": {"NAME": ["VALUE"]}}', in_json, "header"),
    "tsv": Place("text/tab-separated-values", "id\tNAME\tn\n1\tVALUE\t2\n"),
}  # fmt: skip

#: Where nothing but the form of the value shows it.
SILENT: dict[str, Place] = {
    "json": Place(J, '{"note": "VALUE", "n": 1}', in_json),
    "json, array": Place(J, '["x", "VALUE"]', in_json),
    "json in json": Place(J, '{"a": "{\\"b\\": \\"VALUE\\"}"}', in_json_twice),
    "text": Place(T, "it is VALUE for now\n"),
    "text alone": Place(T, "VALUE"),
    "quoted": Place(T, "x = 'VALUE'\n"),
    "form": Place(F, "a=1&note=VALUE&b=2", in_form),
    "link": Place(T, "https://h.example/x?note=VALUE#top", in_query),
    "event stream": Place("text/event-stream", "data: VALUE\n\n"),
    "element": Place(X, "<a><b>VALUE</b></a>", html.escape),
    "attribute": Place(H, '<a title="VALUE">x</a>', html.escape),
    "csv": Place("text/csv", "id,note\n1,VALUE\n"),
    "yaml": Place("application/yaml", "a:\n  - VALUE\n"),
    "comment": Place("text/javascript", "// VALUE\nx();\n"),
    "line ends in json": Place(J, '{"log": "one\\nVALUE\\nthree"}', in_json),
}

_CORES = (
    ("password",), ("secret",), ("api", "key"), ("access", "token"), ("client", "secret"),
    ("refresh", "token"), ("private", "key"), ("auth", "token"), ("secret", "key"),
    ("access", "key"), ("passphrase",), ("bearer", "token"),
)  # fmt: skip
_OWNERS = ((), ("stripe",), ("my", "app"), ("db",), ("legacy", "v2"), ("acme",))
_STYLES: dict[str, Callable[[tuple[str, ...]], str]] = {
    "snake": "_".join,
    "camel": lambda words: words[0] + "".join(map(str.title, words[1:])),
    "Pascal": lambda words: "".join(map(str.title, words)),
    "SCREAMING": lambda words: "_".join(words).upper(),
    "kebab": "-".join,
    "Train": lambda words: "-".join(map(str.title, words)),
    "Mixed": lambda words: "_".join(map(str.title, words)),
    "spaced": lambda words: " ".join(map(str.title, words)),
}
#: The styles that can stand in a place of such names.
_FITTING = {
    "any": tuple(_STYLES),
    "word": ("snake", "camel", "Pascal", "SCREAMING", "Mixed"),
    "header": ("kebab", "Train"),
}


def names(chance: random.Random, fitting: str) -> Iterator[str]:
    """Yield names without end, each style and each core by turns."""
    at = 0
    while True:
        core = _CORES[at % len(_CORES)]
        style = _FITTING[fitting][at % len(_FITTING[fitting])]
        yield _STYLES[style]((*chance.choice(_OWNERS), *core))
        at += 1


def values(chance: random.Random) -> Iterator[str]:
    """Yield secrets of no form, each of another kind than the one before."""
    while True:
        yield token(chance, 24)
        yield chance.randbytes(16).hex()
        yield base64.b64encode(chance.randbytes(24)).decode()
        yield "Tr0ub4dor-" + token(chance, 4)
        h = chance.randbytes(16).hex()
        yield f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"


class Coding(NamedTuple):
    """How a body is packed, what its headers say, and how it is undone."""

    pack: Callable[[bytes], bytes]
    headers: Headers
    undo: Callable[[bytes], bytes]


def _coded(name: str) -> Coding:
    return Coding(
        lambda body: encoded(body, name),
        {"Content-Encoding": [name]},
        lambda body: decoded(body, name),
    )


def _bare(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def _inflated(body: bytes) -> bytes:
    try:
        return zlib.decompress(body, wbits=-15)
    except zlib.error:
        return zlib.decompress(body)


def _members(body: bytes) -> bytes:
    return b"".join(gzip.compress(body[at : at + 9]) for at in range(0, len(body), 9))


def _wide(codec: str) -> Coding:
    return Coding(
        lambda body: body.decode("latin-1").encode(codec),
        {"charset": [codec]},
        lambda body: body.decode(codec).encode("latin-1", "replace"),
    )


CODINGS: dict[str, Coding] = {
    "gzip": _coded("gzip"),
    "deflate": _coded("deflate"),
    "br": Coding(brotli.compress, {"Content-Encoding": ["br"]}, brotli.decompress),
    "zstd": _coded("zstd"),
    "gzip, br": _coded("gzip, br"),
    "raw deflate": Coding(_bare, {"Content-Encoding": ["deflate"]}, _inflated),
    "members": Coding(_members, {"Content-Encoding": ["gzip"]}, gzip.decompress),
    "x-gzip": Coding(gzip.compress, {"content-encoding": ["x-gzip"]}, gzip.decompress),
    "utf-16": _wide("utf-16"),
    "utf-16-le": _wide("utf-16-le"),
    "utf-32": _wide("utf-32"),
}


class Case(NamedTuple):
    """An interaction with a secret in it; ``kept`` returns what is to have no trace of
    it, each coding undone, and ``rest`` what is to be in that as it was."""

    where: str
    secret: str
    met: Interaction
    kept: Callable[[Interaction], bytes]
    rest: tuple[bytes, bytes] = (b"", b"")


def _filled(place: Place, name: str, value: str) -> tuple[bytes, tuple[bytes, bytes]]:
    """Return the body, and what stands before and behind the value."""
    before, _, after = place.text.replace("NAME", name).partition("VALUE")
    body = before + place.quote(value) + after
    return body.encode("latin-1"), (before.encode("latin-1"), after.encode("latin-1"))


def _in_answer(where: str, secret: str, place: Place, name: str, coding: str = "") -> Case:  # fmt: skip
    body, rest = _filled(place, name, secret)
    if not coding:
        headers: Headers = {"Content-Type": [place.kind]}
        met = Interaction(0, Request(), Response(body=body, headers=headers))
        return Case(where, secret, met, lambda kept: kept.response.body, rest)
    how = CODINGS[coding]
    kind = place.kind
    if charset := how.headers.get("charset"):
        kind += f"; charset={charset[0]}"
    headers = {k: v for k, v in how.headers.items() if k != "charset"}
    headers = {"Content-Type": [kind], **headers}
    met = Interaction(0, Request(), Response(body=how.pack(body), headers=headers))
    return Case(where, secret, met, lambda kept: how.undo(kept.response.body), rest)


def _in_request(where: str, secret: str, place: Place, name: str) -> Case:
    body, rest = _filled(place, name, secret)
    request = Request(
        "POST",
        "https://h.example/x",
        body=body,
        content_length=len(body),
        headers={"Content-Type": [place.kind]},
    )
    met = Interaction(0, request, Response())
    return Case(where, secret, met, lambda kept: kept.request.body, rest)


def by_name() -> Iterator[Case]:
    """Each place with fourteen names and values, by turns asked and answered."""
    chance = random.Random(1)
    secrets = values(chance)
    for title, place in PLACES.items():
        made = names(chance, place.names)
        for turn in range(14):
            name = next(made)
            where = f"{title} / {name}"
            plant = _in_request if turn % 3 == 0 else _in_answer
            yield plant(where, next(secrets), place, name)


def in_codings() -> Iterator[Case]:
    chance = random.Random(2)
    secrets = values(chance)
    for coding in CODINGS:
        for title, place in PLACES.items():
            if place.kind.startswith("multipart"):
                continue
            name = next(names(chance, place.names))
            yield _in_answer(f"{title} / {coding}", next(secrets), place, name, coding)


def by_form() -> Iterator[Case]:
    """Each form in four silent places by turns, one of them in a coding."""
    chance = random.Random(3)
    titles = list(SILENT)
    codings = list(CODINGS)
    for number, pattern in enumerate(PATTERNS):
        for turn in range(4):
            title = titles[(number * 4 + turn) % len(titles)]
            whole = sample(pattern.sample, chance)
            coding = codings[number % len(codings)] if turn == 3 else ""
            yield _in_answer(f"{title} / {pattern.kind} / {coding}", whole, SILENT[title], "", coding)  # fmt: skip


_ELSEWHERE: dict[str, Quote] = {
    "as it is": str,
    "percent": in_query,
    "plus": in_form,
    "twice percent": lambda text: in_query(in_query(text)),
    "json": in_json,
    "html": html.escape,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64, one off": lambda text: base64.b64encode(b"u:" + text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(b"x" + text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "hex, capitals": lambda text: text.encode().hex().upper(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "base32, no padding": lambda text: base64.b32encode(text.encode()).decode().rstrip("="),
    "base64url, no padding": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
}  # fmt: skip


def elsewhere() -> Iterator[Case]:
    """What a header shows to be a secret stands elsewhere, in some encoding."""
    chance = random.Random(4)
    secrets = values(chance)
    for encoding, quoted in _ELSEWHERE.items():
        for number, (title, place) in enumerate(SILENT.items()):
            secret = next(secrets)
            place = place._replace(quote=quoted)
            case = _in_answer(f"{title} / known, {encoding}", secret, place, "")
            header = ("Authorization", "X-Plex-Token", "Cookie")[number % 3]
            value = {"Authorization": f"Bearer {secret}", "Cookie": f"sid={secret}"}
            request = Request(headers={header: [value.get(header, secret)]})
            yield case._replace(met=replace(case.met, request=request), rest=(b"", b""))


def _url(kept: Interaction) -> bytes:
    return kept.request.url.encode()


def _all_headers(kept: Interaction) -> bytes:
    return str((kept.request.headers, kept.response.headers, kept.response.trailer, kept.request.trailer)).encode()  # fmt: skip


def in_other_parts() -> Iterator[Case]:
    """URLs, headers, cookies, trailers, the status and messages of WebSockets."""
    chance = random.Random(5)
    secrets = values(chance)
    words, headers = names(chance, "word"), names(chance, "header")
    for _ in range(20):
        name, header, s = next(words), next(headers), next(secrets)
        q = in_query(s)
        urls = {
            "query": f"https://h.example/x?a=1&{name}={q}&z=2",
            "query, first": f"https://h.example/x?{name}={q}",
            "query, brackets": f"https://h.example/x?u[{name}]={q}",
            "fragment in a query": f"https://h.example/x?r=https%3A%2F%2Fg%2F%3F{name}%3D{in_query(q)}",
            "userinfo": f"https://me:{q}@h.example/x",
        }  # fmt: skip
        for where, url in urls.items():
            yield Case(f"{where} / {name}", s, Interaction(0, Request("GET", url), Response()), _url)  # fmt: skip
        placed = {
            "request header": Interaction(0, Request(headers={header: [s]}), Response()),
            "response header": Interaction(0, Request(), Response(headers={header: [s]})),
            "location": Interaction(0, Request(), Response(headers={"Location": [urls["query"]]})),
            "location's fragment": Interaction(0, Request(), Response(headers={"Location": [f"https://h.example/cb#{name}={q}&a=1"]})),
            "link header": Interaction(0, Request(), Response(headers={"Link": [f'<{urls["query"]}>; rel="next"']})),
            "referer": Interaction(0, Request(headers={"Referer": [urls["query"]]}), Response()),
            "cookie": Interaction(0, Request(headers={"Cookie": [f"a=1; {name}={s}; b=2"]}), Response()),
            "set-cookie": Interaction(0, Request(), Response(headers={"Set-Cookie": [f"{name}={s}; Path=/; HttpOnly"]})),
            "trailer": Interaction(0, Request(), Response(trailer={header: [s]})),
            "name of a header": Interaction(0, Request(headers={"Authorization": [f"Bearer {s}"], f"x-{s}": ["1"]}), Response()),
        }  # fmt: skip
        for where, met in placed.items():
            yield Case(f"{where} / {name}", s, met, _all_headers)
        status = Interaction(0, Request(), Response(status=f"400 bad ?{name}={q}"))
        yield Case(f"status / {name}", s, status, lambda kept: kept.response.status.encode())  # fmt: skip
        frame = Frame(False, 0, "text", f'{{"{name}":"{in_json(s)}"}}'.encode())  # fmt: skip
        yield Case(f"websocket / {name}", s, Interaction(0, Request(), Response(websocket=(frame,))), lambda kept: kept.response.websocket[0].content)  # fmt: skip


def everything() -> Iterator[Case]:
    yield from by_name()
    yield from in_codings()
    yield from by_form()
    yield from elsewhere()
    yield from in_other_parts()
