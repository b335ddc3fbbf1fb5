"""Recordings of others, known by what they hold, so that a message can name them."""

import codecs
import json
import re

from mitmvcr.core.wording import as_word

_JSON = re.compile(rb"\s*[{\[]")
#: Names of members -> whose file of JSON has them all. The first that fits counts.
_MEMBERS = {
    (b"http_interactions", b"recorded_with"): "ruby-vcr",
    (b"recordID", b"interactions", b"shaSum"): "test-server",
    (b"interactions", b"uri"): "vcrpy",
    (b"log", b"entries", b"creator"): "har",
    (b"log", b"entries", b"startedDateTime"): "har",
    (b"data", b"pairs", b"globalActions"): "hoverfly",
    (b"pairs", b"schemaVersion"): "hoverfly",
    (b"Entries", b"RequestUri"): "test-proxy",
    (b"Converter", b"Entries", b"Version"): "httpreplay",
    (b"info", b"item", b"schema"): "postman",
    (b"scope", b"method", b"path", b"status"): "nock",
    (b"request", b"response", b"mappings"): "wiremock",
    (b"request", b"response", b"urlPattern"): "wiremock",
    (b"request", b"response", b"urlPath"): "wiremock",
    (b"request", b"response", b"urlPathPattern"): "wiremock",
    (b"request", b"response", b"status"): "wiremock",
    (b"imposters",): "mountebank",
    (b"protocol", b"port", b"stubs"): "mountebank",
    (b"httpRequest", b"httpResponse"): "mockserver",
    (b"consumer", b"provider", b"interactions"): "pact",
    (b"_type", b"__export_format"): "insomnia",
    (b"request", b"response", b"request_body", b"options"): "exvcr",
    (b"status_code", b"data", b"ResponseMetadata"): "placebo",
    (b"openapi", b"info", b"paths"): "openapi",
    (b"swagger", b"info", b"paths"): "openapi",
}
KINDS = {
    "ruby-vcr": "a cassette of Ruby's VCR or of betamax",
    "vcrpy": "a cassette of vcrpy",
    "har": "an HTTP archive (HAR)",
    "hoverfly": "a simulation of Hoverfly",
    "test-proxy": "a recording of Azure's test proxy",
    "test-server": "a recording of google/test-server",
    "httpreplay": "a recording of Google's httpreplay",
    "postman": "a collection of Postman",
    "nock": "a recording of nock",
    "wiremock": "a mapping of WireMock",
    "mitmproxy": "a file of mitmproxy's flows",
    "warc": "an archive of the web (WARC)",
    "msw": "handlers of MSW",
    "nock-code": "handlers of nock",
    "mountebank": "imposters of mountebank",
    "mockserver": "expectations of MockServer",
    "pact": "a contract of Pact",
    "insomnia": "a collection of Insomnia",
    "exvcr": "a cassette of ExVCR",
    "talkback": "a tape of talkback",
    "php-vcr": "a cassette of PHP-VCR",
    "keploy": "a test of Keploy",
    "proxay": "a tape of Proxay",
    "httpmock": "a recording of httpmock",
    "responses": "a recording of responses",
    "placebo": "an answer of placebo",
    "openapi": "an OpenAPI document",
    "packets": "a capture of packets",
    "rpcreplay": "a recording of Google's rpcreplay (gRPC)",
}
#: They are programs: what they answer is known only when they run.
CODE = ("msw", "nock-code")
#: No command converts them.
UNREAD = frozenset(
    (
        *("mountebank", "mockserver", "pact", "insomnia", "exvcr", "php-vcr"),
        *("keploy", "openapi", "packets", "httpmock", "responses", "placebo"),
        "rpcreplay",
    )
)
#: How files of others begin that are no JSON.
_BEGINS: dict[str, re.Pattern[bytes]] = {
    "talkback": re.compile(
        rb"\s*\{\s*meta: \{.*?^\s*req: \{.*?^\s*res: \{", re.M | re.S
    ),
    "php-vcr": re.compile(
        rb"\s*-\s+request:\s+method: .*?^\s+response:\s+status:\s.*?\bhttp_version: ",
        re.M | re.S,
    ),
    "keploy": re.compile(rb"(?:---\s*)?version: api\.keploy\.io/"),
    "proxay": re.compile(
        rb"http_interactions:\s+- request:\s+method: \S+\s+path: ['\"]?/"
    ),
    "httpmock": re.compile(rb"(?:---\s*)?when:\n  .*?^then:\n  ", re.M | re.S),
    "responses": re.compile(rb"(?:---\s*)?responses:\n *- response:\n"),
    "insomnia": re.compile(rb"type: [\w.]+\.insomnia\.rest/"),
    "openapi": re.compile(rb"(?:---\s*)?(?:openapi|swagger): ['\"]?[23]\."),
    "rpcreplay": re.compile(rb"RPCReplay\0"),
    "packets": re.compile(rb"\xd4\xc3\xb2\xa1|\xa1\xb2\xc3\xd4|\n\r\r\n"),
}
_RUBY = re.compile(rb"^http_interactions:", re.MULTILINE)
_RUBY_1 = re.compile(rb"^- !ruby/struct:VCR::HTTPInteraction", re.MULTILINE)
#: Nothing of go-vcr's bodies stands so far left.
_VCRPY = re.compile(rb"^ {4}(?:!!python/unicode )?['\"]?uri['\"]?: ", re.MULTILINE)
_VCRPY_0 = re.compile(
    rb"^(?:- | {2})request: !!python/object:vcr\.request\.", re.MULTILINE
)
_INTERACTIONS = re.compile(rb"^['\"]?interactions['\"]?:", re.MULTILINE)
#: A netstring of netstrings, the first of which is a name.
_FLOWS = re.compile(rb"[0-9]{2,12}:[0-9]{1,2}:[a-z_]{2,20}[;,]")
_WARC = re.compile(rb"WARC/[01]\.[0-9]{1,2}\r?\n")
_SOURCE = re.compile(rb"(?:import|const|let|var|export|//|/\*|['\"]use )")
_MSW = re.compile(rb"""(?:from|require\()\s*['"]msw(?:/node)?['"]""")
_NOCK = re.compile(rb"""\bnock\(\s*['"]https?:""")
#: How go-vcr itself begins a file: no other recorder numbers what it records.
_OWN = re.compile(rb"(?:---\n)?(?:version: 2\n)?interactions:\n *- id: [0-9]+\n")
#: Between which git leaves both sides of a conflict.
_OURS = re.compile(rb"^<<<<<<<(?: .*)?\r?$", re.MULTILINE)
_THEIRS = re.compile(rb"^>>>>>>>(?: .*)?\r?$", re.MULTILINE)
_MARK = re.compile(rb"^(?:<{7}|={7}|>{7})(?: .*)?\r?$", re.MULTILINE)
CONFLICT = (
    "git left a conflict of a merge here: resolve it ('mitmvcr git install' lets git"
    " merge cassettes by interaction)"
)


def conflict_line(data: bytes) -> int:
    """Return the line at which git left a conflict, 0 if it left none. A body has no
    such lines: it is indented."""
    found = _OURS.search(data)
    if found is None or _THEIRS.search(data, found.end()) is None:
        return 0
    return _line_of(data, found)


def mark_line(item: bytes) -> int:
    """Return the line of an interaction at which git marked a conflict, whose other
    marks may stand in others; 0 if there is none."""
    found = _MARK.search(item)
    return 0 if found is None else _line_of(item, found)


def _line_of(data: bytes, found: re.Match[bytes]) -> int:
    return data.count(b"\n", 0, found.start()) + 1


def is_own(start: bytes) -> bool:
    """Return whether a file begins as go-vcr writes it."""
    return _OWN.match(start) is not None


def kind_of(data: bytes) -> str:
    """Return the name of the format of a recording that is no cassette of go-vcr's,
    else an empty text."""
    if is_own(data):
        return ""
    data = data.removeprefix(codecs.BOM_UTF8)  # some programs on Windows write it
    for kind, begins in _BEGINS.items():
        if begins.match(data):
            return kind
    if _JSON.match(data):
        kinds = (kind for names, kind in _MEMBERS.items() if _has(data, names))
        sure = (kind for kind in kinds if kind not in _WEAK or _WEAK[kind](data))
        return next(sure, "")
    if _FLOWS.match(data):
        return "mitmproxy"
    if _WARC.match(data):
        return "warc"
    return _of_code(data) or _of_yaml(data)


def _of_code(data: bytes) -> str:
    if _MSW.search(data) and _SOURCE.match(data.lstrip()):
        return "msw"
    return "nock-code" if _NOCK.search(data) and _SOURCE.match(data.lstrip()) else ""


def _of_yaml(data: bytes) -> str:
    if _RUBY.search(data) or _RUBY_1.search(data):
        return "ruby-vcr"
    if _VCRPY_0.search(data) or (_VCRPY.search(data) and _INTERACTIONS.search(data)):
        return "vcrpy"
    return ""


def _has(data: bytes, names: tuple[bytes, ...]) -> bool:
    return all(re.search(rb'"%b"\s*:' % name, data) for name in names)


def _is_nock(data: bytes) -> bool:
    return data.lstrip()[:1] == b"["


def _is_wiremock(data: bytes) -> bool:
    """Return whether the members stand at the top: many files have such names
    within."""
    try:
        whole = json.loads(data.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return False
    if not isinstance(whole, dict):
        return False
    one, other = whole.get("request"), whole.get("response")
    if not isinstance(one, dict) or not isinstance(other, dict):
        return isinstance(whole.get("mappings"), list)
    # An entry of an archive and one of Proxyman's have such members too.
    return "startedDateTime" not in whole and isinstance(one.get("method", ""), str)


#: What has names that other files have too.
_WEAK = {"nock": _is_nock, "wiremock": _is_wiremock}


def what_it_is(kind: str, path: str) -> str:
    """Return what a message says of a file of this kind: what it is, and what to do."""
    words = f"is {KINDS[kind]}, and no cassette of go-vcr's"
    if kind in CODE:
        no_cassette = f"has {KINDS[kind]}, and no cassette of go-vcr's"
        return f"{no_cassette}: they are code, so record what their tests ask for"
    if kind in UNREAD:
        return f"{words}: no command reads it, so record what its tests ask for"
    return f"{words}: {converting(path)} makes one"


def why_not_written(kind: str, path: str) -> str:
    """Return what a mode that would write it says of a file of this kind. In its place
    a cassette is found by who asks for it by name, as a test does."""
    if kind in CODE or kind in UNREAD:
        return what_it_is(kind, path)
    place = path if path.endswith((".yaml", ".yml")) else ""
    return (
        f"is {KINDS[kind]}, which is replayed and never written: move it away to"
        f" record anew; {converting(path, place)} makes a cassette of it"
    )


def converting(path: str, place: str = "") -> str:
    """Return the command that makes a cassette of a file, at ``place`` or beside it."""
    stem = re.sub(r"\.[A-Za-z]+$", "", path)
    word, word_after = as_word(path), as_word(place or f"{stem}.govcr.yaml")
    return f"'mitmvcr cassette convert {word} -o {word_after}'"
