"""Records of WARC (ISO 28500), as wget, warcio and crawlers write them.

A request and its response name each other by their ids. What is not an HTTP exchange,
such as wget's own command line, is left out.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from mitmvcr.convert.exchange import Exchange, Pairs
from mitmvcr.convert.found import Found
from mitmvcr.convert.tree import Tree, UnreadableError
from mitmvcr.view.golang import text

_ID, _WITH, _URI = "warc-record-id", "warc-concurrent-to", "warc-target-uri"
_DIGEST = "warc-payload-digest"
_FIRST = re.compile(rb"WARC/[01]\.[0-9]{1,2}\r?\n")
_BREAK = re.compile(rb"\r?\n\r?\n")
_FOLDED = re.compile(r"\r?\n[ \t]+")
_LINE = re.compile(r"\r?\n")
_STATUS = re.compile(
    r"HTTP/(?P<version>[0-9.]+) (?P<code>[0-9]{3})(?: (?P<reason>.*))?"
)
_ASKED = re.compile(r"(?P<method>\S+) \S.*")
_LENGTH = re.compile("[0-9]{1,15}")
_SIZE = re.compile(rb"([0-9a-fA-F]{1,15})[^\r\n]*\r\n")
_EXCHANGED = ("response", "revisit")


class Record(NamedTuple):
    """``fields`` are the record's own, with names in small letters."""

    fields: Pairs
    block: bytes

    def all(self, name: str) -> list[str]:
        """Return the values of a field; older programs have URIs in brackets too."""
        return [value.strip("<>") for n, value in self.fields if n == name]

    def get(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    @property
    def kind(self) -> str:
        return self.get("warc-type")

    @property
    def is_web(self) -> bool:
        return self.get(_URI).lower().startswith(("http:", "https:"))

    @property
    def is_http(self) -> bool:
        """Return whether it holds a message; one that repeats all need not say it."""
        media = self.get("content-type").lower()
        is_all = self.kind == "revisit" and self.is_web and not media
        return is_all or media.startswith("application/http")


class Message(NamedTuple):
    """A message of HTTP: its first line, its headers and its body."""

    line: str
    headers: Pairs
    body: bytes


def read(data: bytes, found: Found) -> None:
    """Read a file of records. Raise UnreadableError."""
    records = [*_records(data)]
    asked = [each for each in records if each.kind == "request" and each.is_http]
    answers = [each for each in records if each.kind in _EXCHANGED and each.is_http]
    book = _Book(asked, answers)
    left = [each for each in asked if each.get(_ID) not in book.answered]
    others = {
        each.kind
        for each in records
        if each.is_web and each.kind != "metadata" and not each.is_http
    }
    for kind in sorted(others):
        found.say(kind, "is not an HTTP exchange")
    found.collect(map(Tree, [*answers, *left]), lambda item, _: book.made(item, found))


class _Book:
    """The requests and the answers of a file, by what names them."""

    def __init__(self, asked: list[Record], answers: list[Record]) -> None:
        by_id = {each.get(_ID): each for each in asked}
        self._asked = {name: each for each in asked for name in each.all(_WITH)}
        for each in answers:
            for name in each.all(_WITH):
                if name in by_id:
                    self._asked.setdefault(each.get(_ID), by_id[name])
        ids = {each.get(_ID) for each in answers}
        self.answered = {v.get(_ID) for name, v in self._asked.items() if name in ids}
        self._alone = {e.get(_URI) for e in asked if e.get(_ID) not in self.answered}
        #: Answers with bodies that others repeat, by all that names one.
        self._whole: dict[tuple[str, ...], Record] = {}
        for each in answers:
            if each.kind == "response":
                for field in (_ID, _DIGEST):
                    self._whole.setdefault((field, each.get(field)), each)
                at = each.get(_URI), each.get("warc-date")
                self._whole.setdefault(at, each)

    def made(self, item: Tree, found: Found) -> Iterator[Exchange]:
        record: Record = item.value
        if record.kind == "request":
            raise UnreadableError("has no answer", "response")
        if record.get("warc-segment-number"):
            raise UnreadableError("is in several records", "WARC-Segment-Number")
        request, answer = self._request(record, found), self._answer(record, found)
        status = _STATUS.fullmatch(answer.line)
        if status is None:
            raise UnreadableError("does not begin as an answer of HTTP", "response")
        yield Exchange(
            method=request.line.partition(" ")[0],
            url=record.get(_URI),
            headers=request.headers,
            body=request.body,
            code=int(status["code"]),
            reason=status["reason"] or "",
            version=f"HTTP/{status['version']}",
            answer_headers=answer.headers,
            answer=answer.body,
        )

    def _request(self, record: Record, found: Found) -> Message:
        request = self._asked.get(record.get(_ID))
        if request is not None:
            message = _message(request.block)
            if not _ASKED.fullmatch(message.line):
                raise UnreadableError("does not begin as a request of HTTP", "request")
            return message
        if record.get(_URI) in self._alone:
            raise UnreadableError("does not say which request it answers", "request")
        found.say("request", "is not there, so it is a GET without headers")
        return Message("GET", (), b"")

    def _answer(self, record: Record, found: Found) -> Message:
        if record.kind == "response":
            if reason := record.get("warc-truncated"):
                found.say("response.body", f"was cut off by its recorder: {reason}")
            return _message(record.block)
        own = _message(record.block)
        if "not-modified" in record.get("warc-profile"):
            return own
        first = _message(self._referred(record).block)
        return Message(own.line or first.line, own.headers or first.headers, first.body)

    def _referred(self, record: Record) -> Record:
        """Return the record whose body an answer repeats."""
        digest, uri = record.get(_DIGEST), record.get("warc-refers-to-target-uri")
        names = [(_ID, record.get("warc-refers-to")), (_DIGEST, digest)]
        if not digest:
            names.append((uri, record.get("warc-refers-to-date")))
        for field, value in names:
            if field and value and (found := self._whole.get((field, value))):
                return found
        raise UnreadableError("repeats the body of another file", "WARC-Refers-To")


def _records(data: bytes) -> Iterator[Record]:
    at, number = 0, 0
    while at < len(data):
        start = _FIRST.match(data, at)
        end = _BREAK.search(data, at) if start else None
        if start is None or end is None:
            raise UnreadableError(f"record {number} does not begin as one")
        named = _fields(text(data[start.end() : end.start()]))
        fields = [(name.lower(), value) for name, value in named]
        length = Record(fields, b"").get("content-length")
        if not _LENGTH.fullmatch(length) or end.end() + int(length) > len(data):
            raise UnreadableError(f"record {number} is cut off")
        stop = end.end() + int(length)
        yield Record(fields, data[end.end() : stop])
        at, number = stop, number + 1
        while data[at : at + 1] in (b"\r", b"\n"):
            at += 1


def _fields(head: str) -> Pairs:
    lines = _LINE.split(_FOLDED.sub(" ", head))
    parts = (line.partition(":") for line in lines)
    return [(name.strip(), value.strip()) for name, colon, value in parts if colon]


def _message(block: bytes) -> Message:
    """Return the last message in a block: what comes before are heads of 100 and
    103."""
    while True:
        end = _BREAK.search(block)
        head, body = (block[: end.start()], block[end.end() :]) if end else (block, b"")
        line, _, rest = text(head).partition("\n")
        line, headers = line.rstrip("\r"), _fields(rest)
        status = _STATUS.fullmatch(line)
        if not status or status["code"][0] != "1" or not body.startswith(b"HTTP/"):
            return Message(line, headers, _joined(headers, body))
        block = body


def _joined(headers: Pairs, body: bytes) -> bytes:
    """Return a body without its chunks. Some programs write it so beforehand."""
    if not any(
        name.lower() == "transfer-encoding" and "chunked" in value.lower()
        for name, value in headers
    ):
        return body
    parts, at = list[bytes](), 0
    while size := _SIZE.match(body, at):
        length = int(size[1], 16)
        if not length:
            return b"".join(parts)
        at = size.end() + length
        if body[at : at + 2] != b"\r\n":
            break
        parts.append(body[size.end() : at])
        at += 2
    return body
