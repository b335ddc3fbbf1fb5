"""Searches for inputs on which redaction is slow: each text that it looks for
repeated, nested and interleaved with another, in a URL, in a body and within JSON.

Prints the slowest, in milliseconds of CPU for a MiB, and fails above a bound. A first
run of a quarter of the size shows what grows faster than its input: that is not tried
at full size.
"""

import argparse
import base64
import random
import sys
import time
from collections.abc import Iterator
from itertools import count, islice, product
from typing import NamedTuple

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets import finder
from mitmvcr.secrets.redactor import Redactor

#: What stands around an anchor: before, after, and how often each comes.
SHAPES = {
    "repeated": b"%b",
    "spaced": b"%b ",
    "joined by -": b"-%b",
    "lines": b"%b\n",
    "assigned": b"&%b=",
    "in a query": b"?%b=",
    "in a fragment": b"#%b=x&",
    "key of JSON": b'"%b":"',
    "value of JSON": b'"%b":"x1y2z3w4",',
    "key in a string": b'\\"%b\\":\\"',
    "array of JSON": b'"%b":["a1b2c3d4",',
    "object of JSON": b'"%b":{',
    "pair of JSON": b'{"name":"%b","value":"',
    "element": b"<%b>",
    "element, cut": b"<%b ",
    "CDATA": b"<%b><![CDATA[",
    "part": b'name="%b"\r\n\r\n',
    "part, cut": b'name="%b"',
    "input": b'<input name="%b" ',
    "attribute": b' %b="',
    "line of a file": b"%b: a1b2c3d4\n",
    "literal": b'%b = "a1b2',
    "password of a URL": b"://u:%b@h",
    "list, deep": b'"%b":[[',
    "object with a value": b'"%b":{"value":"a1b2c3d4"},',
    "pair, turned": b'{"value":"a1b2","name":"%b"}',
    "percent": b"%%7B%%22%b%%22%%3A%%22a1b2",
    "call": b'("%b","a1b2c3d4")',
    "yaml": b"- name: %b\n  value: a1b2\n",
    "tags": b"<key>%b</key><string>a1b2",
    "option": b"--%b a1b2 ",
    "connection": b"host=h;%b=a1b2;",
    "netrc": b"login me %b a1b2 ",
    "escaped": b'\\\\\\"%b\\\\\\":\\\\\\"',
    "prose": b'"%b":"is wrong ',
    "table in a line": b"| %b | a1b2 ",
    "flag": b'"%b":true,"a":1,',
    "flag behind a value": b'"value":"a1b2","%b":true,',
    "key of one letter": b'{"kty":"%b","d":"',
    "HTML in a string": b"&quot;%b&quot;:&quot;a1b2&",
    "list of YAML": b"%b:\n- a1b2c3\n",
    "tags behind a colon": b"<b>%b:</b> <i>",
    "stated": b"%b is a1b2c3d4e5f6g7h8i9j0 ",
    "stated, cut": b"%b is now: <b> <b> <b> a1b2",
    "of httpie": b"%b:a1b2c3d4e5f6g7h8i9j0 ",
    "rows": b"a,%b\n",
    "rows, with tabs": b"%b\ta1b2\n",
    "block of GraphQL": b'%b: \\"\\"\\"a1b2',
    "line of a jar": b"h\t%b\tFALSE\t0\tsid\ta1b2c3d4\n",
    "cookies": b"cookie: %b=a1b2c3d4; ",
    "cookies of JSON": b'{"name":"a","value":"a1b2c3","%b":true},',
    "list of pairs": b'"%b":[{"name":"at","value":"a1b2c3"},',
    "object of names": b'"%b":{"a":true,"b":{',
    "names of attributes": b'"values":{},"%b":[[{"type":"get_attr","value":"a"}],',
    "names that are set": b'"change":{"a":"b"},"%b":{"a":true,"c":true},',
    "flow of YAML": b"%b: [a1b2c3, d4e5f6",
    "flows of YAML": b"%b: [a1b2c3, d4e5f6]\n",
    "next line": b"%b:\n  a1b2c3\n",
    "here-document": b"%b = <<EOT\na1b2c3\n",
    "CSV in JSON": b',"a\\tb\\t%b\\t1\\n',
    "lines in JSON": b':"a\\n%b \\"a1b2',
    "HTML in HTML": b"&lt;%b&gt;a=&quot;",
    "lines of a log": b"app-1 | %b\n",
    "titles": b"a,%b,c\n1,a1b2,3\n",
    "call of a builder": b'.%b("a1b2c3")',
    "map of protobuf": b"\n\x05%b\x12\x0ca1b2c3d4e5f6",
    "attribute of SAML": b'<a Name="%b"><b:AttributeValue a ',
}
#: What stands around a name in MessagePack and CBOR: what is added to its length, and
#: what follows.
PACKED = (
    ("MessagePack", 0xA0, b"\xaca1b2c3d4e5f6"),
    ("MessagePack, long", 0xA0, b"\xdb\0\x04\0\0"),
    ("MessagePack, cut", 0xA0, b"\xdb\x70\0\0\0"),
    ("CBOR", 0x60, b"\x6ca1b2c3d4e5f6"),
)
#: Types of binary bodies: what is in them are random bytes, and names between them.
BINARY = (
    *(f"application/{each}" for each in ("octet-stream", "msgpack", "cbor", "bson")),
    *(f"application/{each}" for each in ("x-protobuf", "grpc", "grpc-web-text")),
    *(f"application/{each}" for each in ("connect+proto", "vnd.amazon.eventstream")),
    *("application/zip", "application/gzip", "image/png", "video/mp4", "text/plain"),
    *("multipart/form-data; boundary=b", "application/vnd.docker.raw-stream", ""),
)
#: How their first bytes begin: a map and a list of each, a document, a frame.
BEGUN = (b"", b"\x81", b"\xdf", b"\xa1", b"\xbf", b"\x9f", b"\0\0\0\0", b"\x0a\xff")
#: What stands around a value that was learned: as it is, and in base64.
_VALUE = b"x9y8z7w6v5u4"
_CODED = (
    base64.b64encode(_VALUE),
    base64.b64encode(b"." + _VALUE),
    base64.b64encode(b".." + _VALUE + b"."),
)
LEARNED = {
    "value": _VALUE,
    "value, spaced": _VALUE + b" ",
    "base64": b"".join(_CODED),
    "base64, apart": b" ".join(_CODED) + b" ",
    "base64, cut": _CODED[0] + b"A",
    "base64 in a URL": b"://h/" + b"/".join(_CODED),
}
#: What stands around secrets of which each is another.
OTHERS = {
    "others in JSON": b'"token":"%b",',
    "others in a query": b"&token=%b",
    "others in lines": b"token: %b\n",
    "others in elements": b"<token>%b</token>",
    "others in URLs": b"://u:%b@h ",
    "others, begun alike": b'"token":"x9y8z7w6v5u4%b",',
}


class Case(NamedTuple):
    shape: str
    anchor: bytes
    data: bytes
    kind: str = ""


def anchors() -> list[bytes]:
    """Return what is looked for, one spelling of each name."""
    found = {text.lower(): text for text in finder.anchors()[0].texts}
    return sorted(found.values())


def cases(size: int, every: int) -> Iterator[Case]:
    texts = anchors()
    for at, anchor in enumerate(texts[::every]):
        for shape, around in SHAPES.items():
            piece = around % anchor
            yield Case(shape, anchor, _filled(piece, size))
        other = texts[(at * 7 + 1) % len(texts)]
        piece = anchor + b"." + other + b'="'
        yield Case("interleaved", anchor, _filled(piece, size))
        half = size // 2 // max(1, len(anchor))
        yield Case("nested", anchor, anchor * half + b'"' * half)
        for shape, before, after in PACKED:
            name = bytes([before + len(anchor) % 24]) + anchor
            yield Case(shape, anchor, b"\xa1\0" + _filled(name + after, size))
    yield from learned(size)
    yield from others(size)
    yield from binary(size)


def binary(size: int) -> Iterator[Case]:
    """Yield random bytes under each type, as they are and with names in each piece."""
    chance = random.Random(16)
    for kind, begun in product(BINARY, BEGUN):
        noise = chance.randbytes(size)
        yield Case(
            f"random, {begun!r}", kind.encode(), begun + noise[len(begun) :], kind
        )
        named = b"\xa8password\xa8".join(
            noise[at : at + 300] for at in range(0, size, 310)
        )
        yield Case(f"named, {begun!r}", kind.encode(), (begun + named)[:size], kind)


def others(size: int) -> Iterator[Case]:
    for shape, around in OTHERS.items():
        pieces = (around % (b"%012x" % (n * 2654435761)) for n in count())
        data = b"".join(islice(pieces, size // len(around)))
        yield Case(shape, _VALUE, data[:size])


def learned(size: int) -> Iterator[Case]:
    for shape, piece in LEARNED.items():
        yield Case(shape, _VALUE, _filled(piece, size))


def _filled(piece: bytes, size: int) -> bytes:
    return (piece * (size // len(piece) + 1))[:size]


def cost(case: Case) -> float:
    """Return seconds of CPU that a recording and a request of it take."""
    redactor = Redactor()
    redactor.memory.learn(_VALUE, b"[REDACTED:x]")
    url = case.data[: 1 << 14].decode("latin-1")
    start = time.process_time()
    headers = {"Content-Type": [case.kind]} if case.kind else {}
    answer = Response(body=case.data, headers=headers)
    redactor.interaction(Interaction(0, Request(), answer))
    redactor.request(Request(url="https://h/" + url))
    return time.process_time() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1 << 16)
    parser.add_argument("--every", type=int, default=1, help="each n-th anchor alone")
    parser.add_argument("--most", type=float, default=3500, help="ms for a MiB")
    parser.add_argument("--show", type=int, default=20)
    typed = parser.parse_args()
    found: list[tuple[float, str, bytes]] = []
    quarter = typed.size // 4
    for case in cases(quarter, typed.every):
        rate = cost(case) / quarter * (1 << 20) * 1000
        found.append((rate, case.shape, case.anchor))
    found.sort(reverse=True)
    slowest = 0.0
    for rate, shape, anchor in found[: typed.show]:
        again = next(
            each
            for each in cases(typed.size, 1)
            if (each.shape, each.anchor) == (shape, anchor)
        )
        more = cost(again) / typed.size * (1 << 20) * 1000 if rate < 40_000 else -1
        slowest = max(slowest, more if more >= 0 else rate)
        sys.stdout.write(f"{rate:9.0f} -> {more:9.0f} ms/MiB  {shape:18} {anchor!r}\n")
    return 1 if slowest > typed.most else 0


if __name__ == "__main__":
    sys.exit(main())
