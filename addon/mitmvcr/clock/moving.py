"""An answer, moved to the present by the age of its recording."""

import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from mitmvcr import codings
from mitmvcr.clock import table, times
from mitmvcr.clock.times import read
from mitmvcr.core.chunks import moved as moved_chunks
from mitmvcr.core.media import is_json, media_kind
from mitmvcr.core.model import Headers, Interaction, Response, all_values, header
from mitmvcr.core.tokens import TOKEN
from mitmvcr.secrets.digests import has_unknown, is_address, restated
from mitmvcr.secrets.looks import FAKE

_TEXT = "utf-8", "surrogateescape"
_NAMES = "|".join(table.MEMBERS)
#: A member of JSON, also within a string of JSON: a text, or a number.
MEMBER = re.compile(
    rf'((\\{{0,7}})"(?:{_NAMES})\2"\s*:\s*)'
    r'(?:(\2")([^"\\]{8,64})|(\d{10,16}(?:\.\d*)?(?![\deE])))'
)
ELEMENT = re.compile(rf"(<(?:[\w.-]+:)?(?:{_NAMES})>\s*)([^<\s][^<]{{7,63}}?)(?=\s*<)")
PARAMETER = re.compile(
    rf"((?:[?&;]|%3F|%26|\\u0026)(?:{'|'.join(table.PARAMETERS)})(?:=|%3D))"
    r"([0-9TUCZtz:.+-]+(?:%(?:3[Aa]|2[Bb]|20)[0-9TUCZtz:.+-]+)*)"
)
COOKIE = re.compile(r"(?i)(;\s*expires\s*=\s*)([^;]+)")


#: Of an age in seconds: nothing is older than the web.
_DIGITS = 12


def recorded_at(response: Response) -> int | None:
    """Return when an answer came, in Unix seconds, by its Date and its Age."""
    spelled = read(header(response.headers, "Date").strip())
    if spelled is None:
        return None
    age = header(response.headers, "Age").strip()
    is_number = age.isascii() and age.isdigit() and len(age) < _DIGITS
    return spelled[0] + (int(age) if is_number else 0)


def first_date(interactions: Iterable[Interaction]) -> int | None:
    """Return when the first of them came that has a Date, in Unix seconds."""
    times = (recorded_at(each.response) for each in interactions)
    return next((each for each in times if each is not None), None)


@dataclass(slots=True)
class Move:
    """One answer's move: it was recorded ``at``, and is moved by ``by``, in seconds.
    ``later`` gives the text of a time that many seconds later. ``pairs`` is what came
    of it: each text that was moved, and what it is now; ``remade`` are the JWTs among
    them, ``left`` says why a body stays as it is. ``tokens``: JWTs are moved too;
    ``fakes``: also one with a signature of zeros. ``own``: times that the client said
    itself, of the present already."""

    at: int
    by: int
    later: Callable[[str, int], str]
    fakes: bool = True
    tokens: bool = True
    own: Container[str] = ()
    pairs: dict[str, str] = field(default_factory=dict)
    remade: int = 0
    left: str = ""

    def interaction(self, met: Interaction) -> Interaction:
        """Return an interaction with its answer moved; the same one where nothing is
        to be moved."""
        old = met.response
        headers = {name: self._values(name, each) for name, each in old.headers.items()}
        body = self._body(met)
        if body is old.body and headers == old.headers:
            return met
        length = old.content_length
        new = replace(
            old,
            headers=headers if body is old.body else _with_length(headers, body),
            body=body,
            content_length=len(body) if length == len(old.body) else length,
            chunks=moved_chunks(old.chunks, old.body, body),
        )
        return restated(met, replace(met, response=new))

    # Headers

    def _values(self, name: str, values: Sequence[str]) -> Sequence[str]:
        lower = name.lower()
        if lower in table.HEADERS:
            return [self._meant(value) for value in values]
        if lower == "set-cookie":
            values = [COOKIE.sub(self._cookie, value) for value in values]
        return [self._text(value) for value in values]

    def _cookie(self, found: re.Match[str]) -> str:
        return found[1] + self._meant(found[2])

    def _meant(self, text: str) -> str:
        """Return the text of a time in a header moved, if anybody means it; a number
        may be one of seconds."""
        bare = text.strip()
        spelled = read(bare)
        if spelled is None or not table.EARLIEST <= spelled[0] < table.LATEST:
            return text
        return text.replace(bare, self._later(bare))

    def _later(self, text: str) -> str:
        new = text if unquote(text) in self.own else self.later(text, self.by)
        if new != text:
            self.pairs[text] = new
        return new

    # Texts

    def _near(self, text: str) -> str:
        """Return the text of a time moved, if it stood near the recording."""
        spelled = read(text)
        if spelled is None or abs(spelled[0] - self.at) > table.NEAR:
            return text
        return self._later(text)

    def _text(self, text: str) -> str:
        """Return a text with its JWTs and the parameters of its URLs moved."""
        if self.tokens and "eyJ" in text:
            text = TOKEN.sub(self._token, text.encode(*_TEXT)).decode(*_TEXT)
        return (
            PARAMETER.sub(self._value, text) if "=" in text or "%3D" in text else text
        )

    def _value(self, found: re.Match[str]) -> str:
        return found[1] + self._near(found[2])

    def _member(self, found: re.Match[str]) -> str:
        before, _, quote, text, number = found.groups(default="")
        return before + quote + self._near(text or number)

    def _token(self, found: re.Match[bytes]) -> bytes:
        token = found[0]
        if not self.fakes and FAKE.fullmatch(token):
            return token
        new = times.remade(token, self._near)
        if new != token:
            self.pairs[token.decode()] = new.decode()
            self.remade += 1
        return new

    # Bodies

    def _body(self, met: Interaction) -> bytes:
        """Return the body moved, in its coding; the same one where nothing moves."""
        old = met.response
        coding = all_values(old.headers, "content-encoding")
        try:
            plain = plain_body(old)
        except codings.CodingError:
            self.left = "its content coding is not known here"
            return old.body
        kind = media_kind(header(old.headers, "Content-Type"))
        new = self._plain(plain.decode(*_TEXT), kind).encode(*_TEXT)
        if not plain or new == plain:
            return old.body
        self.left = _why_it_stays(met)
        if self.left:
            return old.body
        is_coded = plain is not old.body
        return codings.packed_as(old.body, new, coding) if is_coded else new

    def _plain(self, text: str, kind: str) -> str:
        text = self._text(text)
        if kind.endswith("xml"):
            return ELEMENT.sub(self._value, text)
        return MEMBER.sub(self._member, text)


def plain_body(response: Response) -> bytes:
    """Return a body that may hold times, without its coding; nothing for another one.
    Raise CodingError."""
    kind = media_kind(header(response.headers, "Content-Type"))
    body = response.body
    if not body or not _is_text(kind) or len(body) > table.LONGEST:
        return b""
    coding = all_values(response.headers, "content-encoding")
    return codings.decoded(body, coding) if coding else body


def as_of(met: Interaction, at: int, to: int) -> Interaction:
    """Return an interaction whose answer came ``at``, in Unix seconds, as if it had
    come at ``to``; its JWTs stay, since they could not be signed again."""
    return Move(at, to - at, times.moved, tokens=False).interaction(met)


def _is_text(kind: str) -> bool:
    return (
        kind.startswith("text/")
        or is_json(kind)
        or kind.endswith(("json", "xml", "javascript", "x-www-form-urlencoded"))
    )


def _why_it_stays(met: Interaction) -> str:
    response = met.response
    if response.code == 206:
        return "it is a part of a body"
    if is_address(met):
        return "its digest is its address"
    if has_unknown(response.headers):
        return "it has a checksum that is not made here"
    return ""


def _with_length(headers: Headers, body: bytes) -> Headers:
    length = [str(len(body))]
    return {
        name: length if name.lower() == "content-length" else values
        for name, values in headers.items()
    }
