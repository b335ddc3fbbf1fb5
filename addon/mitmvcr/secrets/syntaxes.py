"""The one table of how a value stands beside its name, in any text.

A row is tried where the bytes before and behind the name are those that it names, and
the first that finds a value is the one.
"""

# ruff: noqa: E501 # a row is read in one piece

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from mitmvcr.secrets import jsonvalues, lines, markup, pairs
from mitmvcr.secrets.lines import BARE, BEFORE, FAR, IDENTIFIER, LETTER, LINE_END
from mitmvcr.secrets.looks import PASSWORD, is_by_chance, stands_out
from mitmvcr.secrets.scan import (
    LONGEST,
    NONE,
    Place,
    Run,
    Scan,
    Value,
    Values,
    once,
    unescaped,
)

#: Returns the values of the name that stands at ``scan.data[begin:finish]``.
Take = Callable[[Scan, int, int], Values]


class Taker(NamedTuple):
    """``ahead`` matches behind the name of all values; ``rule`` looks for them once."""

    take: Take
    ahead: Callable[[bytes, int], object] | None = None
    rule: bytes = b""


class Syntax(NamedTuple):
    """Each says which bytes may stand in a place, empty for any: right ``before`` the
    name, ``far`` before it behind blanks and quotes, right ``after`` it, and as a
    ``sign`` behind what closes the name and blanks. A text begins as a line does."""

    of: Taker
    before: bytes = b""
    far: bytes = b""
    after: bytes = b""
    sign: bytes = b""


_QUOTES = b"\"'`"


def _matched(
    regex: bytes,
    place: Place = Place.TEXT,
    *,
    left: bytes = b"",
    far: int = 150,
    near: re.Pattern[bytes] | None = None,
    fold: Callable[[bytes], bytes] = bytes,
    decode: Callable[[bytes], bytes] = bytes,
) -> Taker:
    """Return what takes the last group of a regex behind the name, where ``left``
    matches what ends before it, within ``far`` bytes, and so does ``near`` anywhere."""
    compiled, before = re.compile(regex), re.compile(left + rb"\Z")

    def take(scan: Scan, begin: int, finish: int) -> Values:
        if near and not scan.may_be_near(near, begin, far):
            return NONE
        if left and not before.search(fold(scan.left(begin, far))):
            return NONE
        return scan.value(compiled, finish, place, decode)

    return Taker(take, compiled.match, compiled.pattern)


def _run(run: Run, left: bytes = b"") -> Taker:
    """Return what takes a run of letters, where ``left`` matches what ends before the
    name."""
    ends = re.compile(left + rb"\Z")

    def take(scan: Scan, begin: int, finish: int) -> Values:
        value = scan.run(run, finish)
        return value if value and ends.search(scan.left(begin, 200)) else NONE

    return Taker(take, run.least.match)


# Assigned: name, sign, value

_ASSIGNED = re.compile(
    rb"(\\{0,15})([\"'`]?)(?::[\w\\:\"]{7,80}(?=\]))?+\]?(?P<blank>[ \t\r\n]{0,200}+)"
    rb"(?P<sign>(?:[=-]>|:=|::|\.(?= )|[:=,]|;s:[0-9]{1,6}:)?+)[ \t\r\n]{0,200}+"
    rb"(?:/\*[^*]{0,200}+\*/[ \t\r\n]{0,9}+)?+(?:[!&][\w!/.-]{0,40}+[ \t]{1,9}+)?+"
    rb"(?:string\([0-9]{1,6}\) |[A-Z]\w{1,20}(?:\.\w{1,20})?\(\s{0,80}+(?=\\{0,15}+[\"']))?+"
    rb"(?:[bhru@]{1,2}(?=[\"'\\]))?+"
)
_ASSIGNED_TO = re.compile(_ASSIGNED.pattern + rb"[\\\"'`\[{0-9]")
#: Of a block of GraphQL's within JSON each quote is escaped.
_QUOTED = re.compile(rb"(\\{0,15})(\"(?:\1\"){2}|'(?:\1'){2}|[\"'`])")
_CALLED = re.compile(rb"\([ ]?\\{0,15}[\"']\Z")
#: Of Clojure, also behind a namespace, and of C; and what a plan of Terraform makes of
#: a value.
_COLON, _SET = ord(":"), re.compile(rb"(?:(?<![\w:]):[\w.-]{1,40}/|#[ ]?define )\Z")
_TURNED_INTO = re.compile(rb"\\{0,15}\"[ ]->[ ](?=\\{0,15}\")")
_IN_PROSE = re.compile(rb"\w \Z")


def _assigned(scan: Scan, begin: int, finish: int) -> Values:
    """Return the value that a sign gives to a name, either of them in quotes or not."""
    data = scan.data
    found = _ASSIGNED.match(data, finish)
    assert found is not None
    at, sign = found.end(), found["sign"]
    if sign == b"," and not _CALLED.search(scan.left(begin, 20)):
        return NONE
    is_key = found[2] == b'"' and data[begin - 1 : begin] == b'"' and sign
    if is_key and (values := jsonvalues.json_value(scan, at, len(found[1]))):
        return values
    opened = _QUOTED.match(data, at)
    if opened is None or (not sign and (found[2] or not found["blank"])):
        return NONE
    if not found[2] and b"\n" in found[0] and b"(" not in found[0]:
        return NONE  # a key of YAML's next line
    start, quote = opened.end(), opened[2]
    end = scan.closing_quote(start, len(opened[1]), quote)
    is_near = start < end <= start + LONGEST
    if not is_near or (len(quote) == 1 and data.find(b"\n", start, end) >= 0):
        return NONE
    text = data[start:end]
    stripped = text.strip()
    if len(quote) > 1:  # a block in JSON, on lines of its own
        stripped = stripped.removeprefix(b"\\n").removesuffix(b"\\n").strip()
    start += text.find(stripped)
    # The token: `X`, in Markdown
    if (
        quote == b"`"
        and sign != b"="
        and _IN_PROSE.search(scan.left(begin, 2))
        and not is_by_chance(text)
    ):
        return NONE
    is_set = sign or data[begin] == _COLON or _SET.search(scan.left(begin, 60))
    place = Place.TEXT if is_set else Place.INNER
    value = Value(start, start + len(stripped), once(stripped, quote), place)
    turned = _TURNED_INTO.match(data, end)
    new = jsonvalues.string(scan, turned.end()) if turned else None
    return (value, new._replace(place=place)) if new else (value,)


#: Of a form, where a sign of a password may stand too.
_NEXT_PARAMETER = re.compile(rb"&[\w.\[\]%-]{1,60}+=")
_NO_WORD = re.compile(rb"\s|<[^<>]*+>|\A[\"'`]")


def _in_quotes(scan: Scan, begin: int, finish: int) -> Values:
    """Return what is assigned to a name in the quotes around both, whatever signs it
    has; where it is in quotes itself, it is no part of a list."""
    left, start, quote = scan.left(begin - 1, 16), finish + 1, scan.left(begin, 1)
    level = len(left) - len(left.rstrip(b"\\"))
    end = scan.closing_quote(start, level, quote)
    if not start + 6 <= end <= start + LONGEST:
        return NONE
    if more := _NEXT_PARAMETER.search(scan.data, start, end):
        end = more.start()
    raw = scan.data[start:end]
    text = jsonvalues.json_text(raw, level) if quote == b'"' else raw
    if len(text) < 6 or _NO_WORD.search(text):
        return NONE
    return (Value(start, end, text, Place.TEXT),)


def _in_prose(
    regex: bytes, left: bytes = b"", *, only: Callable[[bytes], bool] | None = None
) -> Taker:
    """Return what takes letters by chance as a value, and all else, since prose has
    anything there and lists hold names alone, as a doubtful one, or ``only`` what looks
    so."""
    taker = _matched(regex, Place.INNER, left=left)

    def taken(scan: Scan, begin: int, finish: int) -> Values:
        found = taker.take(scan, begin, finish)
        if not found or (only and not only(found[0].text)):
            return NONE
        is_sure = is_by_chance(found[0].text)
        return (found[0]._replace(place=Place.TEXT),) if is_sure else found

    return taker._replace(take=taken)


#: Of pairs of headers.
_LISTED = rb'\\{0,15}+", ?\\{0,15}+"([^"\\]{16,2000}+)\\{0,15}+"\s{0,20}+[,\]]'
#: In small letters, each word by its first: a search goes from one to the next.
_CONNECTION = (
    rb"(?:s(?<!\w.)erver|h(?<!\w.)ost(?:name)?|u(?<!\w.)(?:ser(?: id|name)?|id)"
    rb"|d(?<!\w.)(?:ata source|bname|atabase|river|sn)|endpoint(?<!\w.{8})"
    rb"|initial catalog(?<!\w.{15})|accountname(?<!\w.{11}))[ \t]?=[ \t]?[^;\"'<>&\s]"
    rb"[^\n]*"
)
#: Each word that may begin it, behind one of the first letters.
_CONNECTION_WORDS = re.compile(
    rb"[SHUDEIAshudeia](?i:erver|ost|ser|id|ata source|bname|atabase|river|sn|ndpoint"
    rb"|nitial catalog|ccountname)"
)
_SQL = rb"(?i:\b(?:create|alter)\s{1,9}(?:user|role|login|group)\b)[^;]{0,250}"
_SQL_TEXT = rb"\s{1,9}+'((?:[^'\\\r\n]|''){1,400}+)'"
_NEXT_TAG = (
    rb"</\w{0,20}?(?i:key|name)>\s{0,200}+<\w{0,20}?(?i:string|value|data)>\s{0,80}+(?:<string>)?+"
    rb"([^<]{1,400}+)</"
)
_TAGS = rb"\s{0,200}+(?:<[\w:]{1,20}+(?:\s[^<>]{0,200}+)?+>\s{0,20}+){0,3}+"
_OTHER_TAG = rb":?+</[\w:]{1,20}+>" + _TAGS + rb"([^<\s]{1,400}+)\s{0,20}+<"
_BLOCK_VALUE = (
    rb"\"?[ \t]{0,9}+\{[^{}]{0,400}?\b(?:default|value)[ \t]{0,9}[=:][ \t]{0,9}"
    rb"\"([^\"\\\n]{4,400}+)\""
)
#: Behind the name of a type, or the signs of R and of Ruby.
_TYPED = (
    rb"[\"']?+\]?[ \t]{0,3}(?:<-|\|\|=|(?::[ \t]{0,3}|[ \t])(?:&(?:'[a-z]{1,20} )?)?+"
    rb"[\w<>\[\].?]{1,40}+[ \t]=(?=[ \t])|\{ get; (?:(?:set|init); )?\} =)[ \t]{0,3}"
    rb"\"([^\"\\\r\n]{4,400}+)\""
)
_IN_TAGS = rb"(?:<[a-z]{1,10}>\s{0,9}+){0,3}+"
_STOP = rb"(?=[.,;:]?+(?:\s|\Z|[}\])\"'\\|<]))"
_SENTENCE = (
    rb"[\"']?(?: [a-z]{2,10}(?=[ :])){0,2}+:[ \t]{1,9}+"
    rb"(?:[!&][\w!/.-]{0,40}+[ \t]{1,9}+)?+" + lines.SCHEME + _IN_TAGS
    + rb"([\w~+=-]{16,2000}+)" + _STOP
)  # fmt: skip
_CHANCE = rb"([\w~+=-]{20,2000}+)"
#: The password is x, password: `x`, and of lists: password:x user:me
_STATED = (
    rb"(?: (?:is|was|=)(?: now)?+:?+|:)[ \t]{1,9}+" + _IN_TAGS
    + rb"[\"'`]?+" + _CHANCE + rb"(?:[\"'`](?!:))?+" + _STOP
    + rb"|(?:[*`]{0,2}(?: (?:is|was|to)(?: now)?(?=:? ))?+[ ]?(?::|=>?|\.{3,60})?+[*]{0,2}"
    + rb"[ \t]{1,9}+" + _IN_TAGS + rb"\\{0,15}[\"'`]?+|:)(" + PASSWORD + rb")"
    + rb"(?!\\{0,15}[\"'`]\w)(?=\\{0,15}[\"'`]|[.!?]?+" + _STOP[3:]
)  # fmt: skip
_CELL = (
    rb"`?+[ ]{1,80}+\|[ ]{1,9}+`?+([\w~+=-]{16,2000}+|" + PASSWORD + rb")`?+[ ]{1,80}+\|"
)  # fmt: skip
_MARKED = (
    rb"[*`]{1,3}+:?+[*]{0,2}+(?: (?:is|to|with|=)(?= ))?+:?+ `([\w~+/=.-]{16,2000}+)`"
)

SYNTAXES = (
    # {"name": "X-Api-Key", "value": "x"}, {"path": "/password", "value": "x"}
    Syntax(Taker(jsonvalues.paired), b'"', b":", b'"\\', b","),
    Syntax(Taker(jsonvalues.paired), b"/", b"", b'"\\', b","),
    Syntax(Taker(jsonvalues.turned), b'"', b":", b'"\\', b"},"),
    # multipart, <input name="password" value="x">, <entry key="password">x</entry>
    Syntax(Taker(markup.part), b'"', b"=", b'"'),
    Syntax(Taker(markup.part), b"=", b"", b"\r\n;"),
    Syntax(Taker(markup.entered), b"\"'", b"=", b"\"'"),
    Syntax(Taker(markup.entered), b"=", b"", b" \t\r\n/>"),
    # ["PASSWORD=x"], -H "X-Api-Key: x"
    Syntax(Taker(_in_quotes), _QUOTES, b"", b"="),
    Syntax(_matched(rb":[ \t]?" + lines.SCHEME + rb"((?:[^\s\"'\\<>]" + lines.SIGNS + rb"{6,2000}+)(?=\\{0,15}[\"'])"), _QUOTES, b"", b":"),
    # <password>x</password>, <key>password</key><string>x</string>, <dt> and <dd>
    Syntax(Taker(markup.element), b"<", b"", b"> \t\r\n"),
    Syntax(_matched(_NEXT_TAG, Place.FIELD, decode=unescaped), b">", b"", b"<"),
    Syntax(_matched(_OTHER_TAG, Place.INNER, decode=unescaped), b">", b"", b"<:"),
    Syntax(Taker(markup.attribute), b" \t\r\n", sign=b"="),
    # machine h login a password x, setenv PASSWORD x
    Syntax(Taker(lines.argument, lines.WORD.match), b" \t\r\n/", b"", b" \t"),
    # --password x, ["--password", "x"], -Password "x"
    Syntax(Taker(lines.option), b" \t\r\n\"'", b"", b"=: \t\r\n\\\"'"),
    # CREATE USER u IDENTIFIED BY 'x'
    Syntax(_matched(_SQL_TEXT, Place.TEXT, left=_SQL, far=300), b" \t\r\n", b"", b" \t\r\n", b"'"),
    # "password": "x", password = 'x', put("password", "x"), password "x"
    Syntax(Taker(_assigned, _ASSIGNED_TO.match), sign=b":=,;.-" + _QUOTES),
    # apiKey: String = "x", api_key <- "x", {password,<<"x">>}
    Syntax(_matched(_TYPED), after=b": \"'|"),
    Syntax(_matched(rb"(?:,| =>)[ ]?(?:<<)?\"([^\"\\\r\n]{4,400}+)\"", left=rb"[{,][ ]?", far=3), after=b", "),
    # ["X-Api-Key", "x"], ['X-Api-Key', 'x'], .apiKey("x")
    Syntax(_in_prose(_LISTED, rb'[\[,]\s{0,20}\\{0,15}"', only=is_by_chance), b'"', b"", b'"\\', b","),
    Syntax(_in_prose(rb"',\s{1,20}'([^'\\]{16,2000}+)'\s{0,20}+[,\]]", rb"[\[,]\s{0,20}'", only=is_by_chance), b"'", b"", b"'", b","),
    Syntax(_matched(rb"\(\\{0,15}+[\"']([^\"'\\\r\n]{4,400}+)\\{0,15}+[\"']\)"), after=b"("),
    # variable "db_password" { default = "x" }, secret { value: "x" }
    Syntax(_matched(_BLOCK_VALUE), after=b'" ', sign=b"{"),
    # - name: PASSWORD, set { name = "password" value = "x" }, {name: PASSWORD, value: x}
    #   value: x
    Syntax(Taker(pairs.behind, pairs.BETWEEN.match), far=b":=>("),
    Syntax(Taker(pairs.before), far=b":=>("),
    # password:
    #   - x, or value: x
    Syntax(Taker(lines.items, lines.NEXT.match), BEFORE, FAR, b":"),
    # [password] => x, | password | x |, - **password**: `x`, the password is `x`
    Syntax(_matched(rb"(?::[\w\\:]{7,80}\])?+ [=-]> (" + LETTER + rb"{6,2000}+)(?:" + LINE_END + rb"|(?=[,)]))", Place.TEXT), after=b" :", sign=b"=-:"),
    Syntax(_in_prose(_CELL), far=b"|", after=b"` ", sign=b"|"),
    Syntax(_in_prose(_MARKED), b"*`", b"", b"*`"),
    # Authorization: SharedKey a:x, password: x, PASSWORD=x ./run
    Syntax(Taker(lines.header), BEFORE, FAR, b":"),
    Syntax(Taker(lines.flow), far=b"{,", sign=b":"),
    Syntax(Taker(lines.line, lines.SET.match), BEFORE, FAR, b":= \"'", b":="),
    # //registry.npmjs.org/:_authToken=x
    Syntax(_run(Run(rb"[ \t]{0,9}+=[ \t]{0,9}+[\"']?+", BARE, 4, 2000, rb"(?=[\"']?+(?:\s|\Z|\\))"), left=rb"//[^\s\"'=]{1,120}[/:]"), b"/:", b"", b"= "),
    # https://h/x;sessionid=x, Server=h;Pwd=x, a=1 password=x b=2
    Syntax(_matched(rb"=([^;/?#&\"'\s<>\\]{4,500}+)", left=rb"://[^\s\"'<>]*", far=1000), b";", b"", b"="),
    Syntax(_matched(rb"[ \t]?=[ \t]?(?![\w.]{1,60}\()(?:\{([^{}\r\n]{4,500}+)\}|([^;\"'\s<>&\\]{4,500}?)(?=[,)}\]]{0,9}+(?:[;\"'\s<>&\\]|\Z)))", left=_CONNECTION, far=200, near=_CONNECTION_WORDS, fold=bytes.lower), b"; \t", b"", b"= ", b"="),
    Syntax(_run(Run(rb"=", rb"[^;,\"'\s<>&\\]", 4, 500, b""), left=rb"(?:--set(?:-string)?[ =]|:[0-9]{2,5},)\S*"), b" \t,=", b"", b"="),
    Syntax(_run(Run(rb"[ \t]?=[ \t]?(?!" + IDENTIFIER + rb")", rb"[^;,\"'\s<>&\\(){}]", 6, 500, rb"(?=;[ ]?[A-Za-z][\w ]{1,30}=[^=])")), after=b"= ", sign=b"="),
    Syntax(_matched(rb"=([^\"'\s<>()]{4,500}+)\)", left=rb"\(\w{2,20}=[^()]{0,100}\)\s?\(", far=130), b"(", b"", b"="),
    Syntax(_run(Run(rb"=", BARE, 6, 2000, rb"(?=\s|\Z|\\{1,15}[nr]|\\{0,15}\")")), b" \t=", b"", b"="),
    # key=PASSWORD&value=x of a form, and as command lines have it
    Syntax(_matched(rb"&[\w.\[\]%]{0,60}?(?i:value)(?:\]|%5D)?=([^&\s\"'<>]{1,2000}+)", Place.FIELD, left=rb"(?i:name|key)(?:\]|%5D)?=", decode=unquote_to_bytes), b"=", b"", b"&"),
    # Where code and sentences stand too: f(password=x), the password is: x
    Syntax(_matched(rb"=(?!" + IDENTIFIER + rb")(" + BARE + rb"{6,2000}+)(?![(\[{$`])", Place.INNER), after=b"="),
    Syntax(_in_prose(_SENTENCE), after=b": \"'"),
    Syntax(_in_prose(_STATED, only=stands_out), after=b": *`."),
    Syntax(_in_prose(rb":" + _CHANCE + _STOP, only=is_by_chance), b" \t\r\n\"'`(", after=b":"),
)  # fmt: skip
_NEXT = re.compile(rb"[\\\"'`\]]{0,16}+\s{0,200}+(\S)", re.DOTALL)
#: A field with nothing in it, or with what is too short to be a secret under a name
#: that leaves a doubt.
_EMPTY, _SHORT = (
    re.compile(
        rb"\"[ \t\r\n]{0,9}+:[ \t\r\n]{0,9}+(?:null|true|false|\"\"|\{\}|\[\]" + more
    )
    for more in (rb")", rb"|\"[^\"\\]{0,7}+\"|-?+[0-9.]{1,40}+(?=[,}\s]))")
)


@lru_cache(maxsize=4096)
def _rows(*around: bytes) -> tuple[Taker, ...]:
    def fits(row: Syntax) -> bool:
        pairs = zip(around, row[1:], strict=True)
        return all(not of or (one != b"" and one in of) for one, of in pairs)

    return tuple(row.of for row in SYNTAXES if fits(row))


def values(scan: Scan, begin: int, finish: int, *, is_sure: bool) -> Values:
    """Return the values of a name, which ``is_sure`` to be that of a secret or not."""
    data = scan.data
    after = data[finish : finish + 1]
    if after == b'"' and (_EMPTY if is_sure else _SHORT).match(data, finish):
        return NONE
    left, sign, ends = scan.left(begin, 12), _NEXT.match(data, finish), scan.ends
    before, far = left[-1:] or b"\n", left.rstrip(b" \t\\\"'`")[-1:] or b"\n"
    for take, ahead, rule in _rows(before, far, after, sign[1] if sign else b""):
        if ahead and (finish < ends.get(rule, 0) or not ahead(data, finish)):
            continue
        if found := take(scan, begin, finish):
            return jsonvalues.without_messages(scan, begin, finish, found)
    return NONE
