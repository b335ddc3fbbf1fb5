"""Recordings of others, known by how they begin, so that a message can name them."""

import re

#: Of a longer file the start says what it is.
_START = 1 << 16
_JSON = re.compile(rb"\s*[{\[]")
#: Names of members -> whose file of JSON has them all.
_MEMBERS = {
    (b"http_interactions", b"recorded_with"): "a cassette of Ruby's VCR or of betamax",
    (b"interactions", b"uri"): "a cassette of vcrpy",
    (b"log", b"entries", b"creator"): "an HTTP archive (HAR)",
    (b"data", b"pairs", b"globalActions"): "a simulation of Hoverfly",
    (b"Entries", b"RequestUri"): "a recording of Azure's test proxy",
    (b"scope", b"method", b"path"): "a recording of nock",
    (b"request", b"response", b"mappings"): "a mapping of WireMock",
    (b"request", b"response", b"urlPattern"): "a mapping of WireMock",
    (b"request", b"response", b"urlPath"): "a mapping of WireMock",
    (b"request", b"response", b"status"): "a mapping of WireMock",
}
_RUBY = re.compile(rb"^http_interactions:", re.MULTILINE)
#: Nothing of go-vcr's bodies stands so far left.
_VCRPY = re.compile(rb"^ {4}uri: ", re.MULTILINE)
_INTERACTIONS = re.compile(rb"^interactions:", re.MULTILINE)


def kind_of(data: bytes) -> str:
    """Return whose recording this is that is no cassette of go-vcr's, else an empty
    text."""
    start = data[:_START]
    if _JSON.match(start):
        kinds = (kind for names, kind in _MEMBERS.items() if _has(start, names))
        return next(kinds, "")
    if _RUBY.search(start):
        return "a cassette of Ruby's VCR or of betamax"
    if _VCRPY.search(start) and _INTERACTIONS.search(start):
        return "a cassette of vcrpy"
    return ""


def _has(start: bytes, names: tuple[bytes, ...]) -> bool:
    return all(re.search(rb'"%b"\s*:' % name, start) for name in names)
