"""Redaction of one text at a time: find its secrets, learn them, replace them."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote_from_bytes, unquote_to_bytes

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets import jsonpaths
from mitmvcr.secrets.containers import Look, said_by, through
from mitmvcr.secrets.counted import Counted
from mitmvcr.secrets.fakes import Fakes
from mitmvcr.secrets.finder import DEEPEST, Finder, Found
from mitmvcr.secrets.headers import credentials
from mitmvcr.secrets.jsonvalues import json_regex
from mitmvcr.secrets.known import (
    PLACEHOLDER,
    KnownSecrets,
    encoded_placeholders,
    sized,
)
from mitmvcr.secrets.looks import (
    LEAST,
    is_by_chance,
    is_likely,
    is_password,
    is_real,
    is_telling,
)
from mitmvcr.secrets.messages import Text
from mitmvcr.secrets.names import SURE, Names
from mitmvcr.secrets.rules import Rules
from mitmvcr.secrets.runs import decoded_base64, encoded_as, is_in_url, percent_as
from mitmvcr.secrets.scan import BYTES, Place
from mitmvcr.secrets.spans import Edit, Span, apart, substituted

#: Where the user's name stands, brackets would be taken for an address.
_USER = b"userinfo"
#: A text, or a string of JSON, and no more.
_ALONE = re.compile(rb"\s{0,9}+\"?([\w.~+/=:$-]{20,4000}+)\"?\s{0,9}+")
#: Around a value of YAML's in no quotes.
_BEFORE = re.compile(rb"(?:[\[{,]|(?:[:?]|(?<![|>])-|[!&][\w!/.-]{0,40})\s)\s{0,60}\Z")
_BEHIND = re.compile(rb"[ \t]{0,20}(?:[\r\n,\]}]|\Z|[ \t]#)")
_SCHEME = re.compile(rb"(?i)(?:bearer|basic|token|bot|apikey) ")
#: What an address or a method is called that answers a key or a session, and what is
#: so called and answers none of them.
_GIVES = re.compile(
    r"(?:(?:(?<![a-z])l|L)og[_-]?[Ii]n|(?:(?<![a-z])s|S)ign[_-]?[Ii]n|(?:(?<![a-z])a|A)uth"
    r"(?:enticat\w+)?|[Ss]essions?|[Tt]okens?|[Kk]eygen|[Uu]nseal|[Kk]eys?|[Ll]icenses)(?![a-z])"
    r"|\bsecrets/[^/]+(?:/[^/]+){0,2}\Z|\bsys/init\Z"
)
_SEEMS = re.compile(
    r"[Ll]og|[Ss]ign|[Aa]uth|[Ss]ession|[Tt]oken|[Kk]ey|nseal|secret|[Ll]icense|sys/"
)
_GIVES_NONE = re.compile(r"(?i)public|ssh|gpg|jwk|host|deploy|foreign|translation")
#: Where a URL or a call of JSON-RPC says what is called, besides the end of a path.
_CALLS = re.compile(r"[?&](?:method|type|action|api|svc|cmd|func)=([^&#]{1,99})")
_METHOD = re.compile(rb'"(?:method|cmd)"\s?:\s?"([\w./-]{1,99})"')
_LAST = re.compile(
    r"(?:\b(?:secrets/(?:[^/]+/){0,2}|export/[a-z-]{3,20}/(?:[^/]+/)?|keys/(?=creat|gen)"
    r"|(?:sys|token|\w{0,30}(?:add|creat|generat)\w{1,30})/))?"
    r"[^/]*(?:/[vV][0-9]{1,2})?\Z"
)
#: So far in a body a call of JSON-RPC has its name.
_HEAD = 300
#: The names of what is answered, which tell nothing elsewhere.
_ANSWERED = re.compile(
    json_regex(
        rb'(?i)(?:"(key[12]?|keys|(?:\w{1,20}[._])?value|default|result|request\x5fid|eid'
        # A list of keys, and their versions as Vault has them.
        rb'|(?:gis\x5f)?sid)~"_:_(?:\[_|\{_~"\d{1,3}~"_:_)?~"|<(key|sid)>)([^"\\<\s]{8,2000}+'
        rb'(?:~"_,_~"(?:\d{1,3}~"_:_~")?[^"\\<\s]{8,2000}+(?=~"_[,\]}])){0,9})(?=~"|<)'
    )
)
_VALUES = re.compile(rb'[^"\\<\s,]{8,}')
#: How public keys begin, what an address of a chain is, and of Twilio's no session.
_NO_KEY = re.compile(rb"(?:MII|MFkw|MIG|MHYw|MCow|AAAA|0x|[A-Z]{2}[0-9a-f]{32}\Z)")


class TextRedactor:
    """Holds what all texts of a cassette share: the rules and the memory. Threads may
    share it."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.names = Names(rules.headers, rules.query, rules.keep)
        self.finder = Finder(self.names, rules)
        fakes = Fakes(self.names.is_sure) if rules.fake else None
        self.memory = KnownSecrets(fakes)
        self.hosts = _Hosts(rules.hosts)
        #: Whether JSONPath, regex or host rules are configured.
        self.is_extended = bool(rules.json or rules.regex or rules.hosts)

    def is_clear(self, data: bytes) -> bool:
        """Return whether the data contains nothing that could belong to a secret."""
        return self.finder.is_clear(data) and not self.memory.find(data)

    def keep_in_mind(
        self, value: bytes, kind: str, *, came: bool = False, rare: bool = False
    ) -> None:
        """Remember a value, and what it decodes to: it may be percent-encoded where
        nothing says so, as in a cookie. ``came``: it is in an answer; ``rare``: see
        :meth:`KnownSecrets.learn`."""
        if len(value) < LEAST:
            return
        for each in (value, unquote_to_bytes(value)) if b"%" in value else (value,):
            if is_real(each) and is_telling(each):
                mark = self.memory.placeholder(each, kind, came=came)
                self.memory.learn(each, mark, rare=rare)

    def learn_alone(self, met: Interaction) -> None:
        """Remember what an address answers that has the name of a secret, as
        /api/token: all of it, or what it calls its key or its session."""
        found = _ALONE.fullmatch(met.response.body)
        if found and is_by_chance(found[1]):
            path = _path(met.request.url)
            name = self.names.of(path.rpartition("/")[2].encode(*BYTES))
            if 0 < name.field <= SURE:
                self.keep_in_mind(found[1], name.kind, came=True)
        if self.learn_asked(met.request):
            self._learn_named(met.response)

    def learn_asked(self, asked: Request) -> bool:
        """Remember what a request calls so itself, if it is one for a key or a session;
        return whether it is."""
        found = asked.body[:1] == b"{" and _METHOD.search(asked.body, 0, _HEAD)
        gives = _SEEMS.search(asked.url) is not None and _gives(asked.url)
        if is_one := gives or bool(found and _is_one(found[1].decode())):
            self._learn_named(asked)
        return is_one

    def _learn_named(self, message: Request | Response) -> None:
        through(message.body, said_by(message.headers), self._learn_answered)

    def _learn_answered(self, data: bytes, look: Look) -> bytes:
        for found in _ANSWERED.finditer(data) if look is Look.ALL else ():
            name = found[1] or found[2]
            for value in _VALUES.findall(found[3]):
                if _is_answered(name, value) and not self.names.is_kept(name.decode()):
                    self.keep_in_mind(value, name.decode(), came=True)
        return data


def _path(url: str) -> str:
    return re.split("[?#]", url, maxsplit=1)[0].rstrip("/")


def _gives(url: str) -> bool:
    """Return whether an address is one for a key or a session, by what it calls."""
    ends = _LAST.search(_path(url))
    return any(map(_is_one, (ends[0] if ends else "", *_CALLS.findall(url))))


def _is_one(called: str) -> bool:
    return bool(_GIVES.search(called)) and not _GIVES_NONE.search(called)


def _is_answered(name: bytes, value: bytes) -> bool:
    if _NO_KEY.match(value):
        return False
    if name.lower().endswith(b"id"):
        return is_likely(value) and not value.isalpha()
    return is_by_chance(value.replace(b"-", b"")) or is_password(value)


class Sweep:
    """Searches the texts of one message, each only once, however often it is passed."""

    def __init__(self, texts: TextRedactor) -> None:
        self._texts = texts
        self.names, self.memory = texts.names, texts.memory
        self._found: dict[tuple[str, str, bytes], Found] = {}

    def found(self, text: Text) -> Found:
        key = text.where, text.name, text.data
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._look(text)
        return found

    def _look(self, text: Text) -> Found:
        texts, data = self._texts, text.data
        if text.is_kept:
            return Found()
        if text.name:
            verdict = texts.names.judge(text.name.encode(*BYTES), data, text.place)
            if verdict is not None:
                return Found([Span(0, len(data), verdict.kind, data, verdict.is_sure)])
            if text.place is Place.HEADER:
                return Found()
        if text.look is not Look.ALL:
            asked = _is_asked(text)
            return Found(texts.finder.forms(data, text.kind, asked=asked))
        found = texts.finder.found(data, text.kind, asked=_is_asked(text))
        if text.where.endswith((".body", ".websocket")):
            chosen = jsonpaths.spans(data, texts.rules.json)
            found = found._replace(spans=[*found.spans, *chosen])
        if text.depth == DEEPEST:
            return found._replace(held=())
        plain = b"\n".join(each.plain for each in found.held)
        if plain and not texts.is_extended and texts.finder.is_clear(plain):
            return Found(found.spans, rest=found.held, plain=plain)
        return found

    def learn(self, text: Text) -> bytes:
        """Remember the secrets of a text that are secrets everywhere."""
        found = self.found(text)
        came, rare = _came(text), ".headers." in text.where
        sure = ((s.kind, s.value) for s in found.spans if s.is_sure and not s.new)
        for kind, value in dict.fromkeys(sure):
            for each in _held_in(value, text.place):
                self._texts.keep_in_mind(each, kind, came=came, rare=rare)
        for held in found.held:
            self.learn(_within(text, held.plain))
        return text.data

    def clean(self, text: Text) -> bytes:
        """Return a text with a placeholder for each secret; every other byte stays."""
        edits = list(self._edits(text))
        return substituted(text.data, edits) if edits else text.data

    def hidden(self, text: Text) -> list[Edit]:
        """Return what :meth:`clean` hides."""
        return [edit for edit in self._edits(text) if edit.kind]

    def _edits(self, text: Text) -> Iterator[Edit]:
        data, found = text.data, self.found(text)
        known = self._texts.memory.edits(data)
        hosts = self._texts.hosts.edits(data)
        own = [*self._of_spans(found, text), *known, *hosts]
        settled = _settled(data) if text.look is Look.ALL else ()
        are_own, counted = set(map(id, own)), Counted(data)
        for edit in apart([*own, *self._of_held(found, text), *settled]):
            # No length may change in a binary message, nor in a string that has one.
            if id(edit) in are_own and (
                text.look is Look.FORMS or counted.has(edit.start, edit.end)
            ):
                size = edit.end - edit.start
                is_user = edit.kind.encode() == _USER
                new = b"*" * size if is_user else sized(edit.new, size)
                edit = edit._replace(new=new)
            elif _is_list(text, edit):
                edit = edit._replace(new=b'"%b"' % edit.new)
            yield edit

    def _of_held(self, found: Found, text: Text) -> Iterator[Edit]:
        is_there = found.plain and self._texts.memory.find(found.plain)
        for start, end, plain, is_percent in found.rest if is_there else found.held:
            if (new := self.clean(_within(text, plain))) != plain:
                coded = text.data[start:end]
                if is_percent:
                    fresh = percent_as(coded, plain, new)
                else:
                    fresh = encoded_as(coded, new, is_in_url(text.data, start))
                yield Edit(start, end, fresh, "encoded")

    def _of_spans(self, found: Found, text: Text) -> Iterator[Edit]:
        came = _came(text)
        for start, end, kind, value, _, given in found.spans:
            new = given or self._texts.memory.placeholder(value, kind, came=came)
            coded = text.data[start:end]
            if coded != value and decoded_base64(coded) == value:
                new = encoded_as(coded, new, in_url=False)  # as its client decodes it
            if kind.encode() == _USER:
                new = quote_from_bytes(new).encode()
            yield Edit(start, end, new, kind)


def _came(text: Text) -> bool:
    """Return whether a text is part of an answer, which a client may parse."""
    return text.where.startswith("response")


def _is_list(text: Text, edit: Edit) -> bool:
    """Return whether a placeholder in an answer would be a list, as brackets are in
    YAML where no quotes are."""
    if not (edit.new[:1] == b"[" and _came(text) and "yaml" in text.kind.lower()):
        return False
    data, start = text.data, edit.start
    line = data[data.rfind(b"\n", 0, start) + 1 : start]
    is_quoted = line.count(b'"') % 2 or line.count(b"'") % 2
    is_alone = _BEFORE.search(data, max(0, start - 120), start)
    return bool(is_alone and _BEHIND.match(data, edit.end) and not is_quoted)


def _is_asked(text: Text) -> bool:
    return text.where.startswith("request")


def _within(text: Text, plain: bytes) -> Text:
    return text._replace(data=plain, kind="", depth=text.depth + 1)


def _held_in(value: bytes, place: Place) -> Iterator[bytes]:
    """Yield what is a secret everywhere: the credentials of a header, or the value."""
    if place is not Place.HEADER:
        yield value
    if place is Place.HEADER or _SCHEME.match(value):
        for each in credentials(value.decode(*BYTES)):
            yield each.encode(*BYTES)


def _settled(data: bytes) -> Iterator[Edit]:
    """Yield edits that turn placeholders that came back percent-encoded into those
    written before."""
    for found in encoded_placeholders(data):
        kind = found[1].rstrip(b"-")  # it may come from a message that kept its lengths
        # In a URL's userinfo brackets would be taken for an address.
        if kind != _USER or data[found.end() : found.end() + 1] != b"@":
            yield Edit(found.start(), found.end(), PLACEHOLDER % kind)


#: The domain is reserved (RFC 2606): nothing is ever there.
_NEW_HOST = b"redacted-host-%d.invalid"


class _Hosts:
    """Replaces each host name of an option, ``db.example.com`` or ``*.example.com``,
    with a placeholder of its own; they are numbered in the order of the option."""

    def __init__(self, names: Sequence[str]) -> None:
        self._rules = [
            (_host_regex(name), _NEW_HOST % at) for at, name in enumerate(names, 1)
        ]

    def edits(self, data: bytes) -> Iterator[Edit]:
        for regex, new in self._rules:
            for found in regex.finditer(data):
                yield Edit(found.start(), found.end(), new, "host")


def _host_regex(name: str) -> re.Pattern[bytes]:
    sub = rb"(?:[\w-]{1,63}+\.){1,10}" if name.startswith("*.") else b""
    host = re.escape(name.removeprefix("*.").encode())
    return re.compile(
        rb"(?i)(?<![\w-])(?<![\w-]\.)" + sub + host + rb"(?![\w-]|\.[A-Za-z0-9])"
    )
