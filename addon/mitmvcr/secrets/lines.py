"""Values in lines of files and of logs, and under a name in YAML."""

import re
from collections.abc import Iterable

from mitmvcr.secrets.looks import is_by_chance, is_no_scope, is_opaque, is_scope
from mitmvcr.secrets.scan import NONE, Place, Scan, Value, Values

#: What a value in no quotes is made of.
LETTER = rb"[^\s\"'<>(){}\[\],;`\\]"
#: And how it begins: not as a variable of a shell or of PHP, or as one of an object.
BARE = (
    rb"(?!\$[A-Za-z_]|(?:self|this|cls|settings|config|os|process|args|request|ctx)\??\.[a-zA-Z_])"
    + LETTER
)
#: A quote may stand in it, and in quotes two of them, with a letter on either side.
SIGNS = rb"|(?<=[A-Za-z0-9])(?:\\{0,3}+\"|''?+)(?=[A-Za-z0-9]))"
SCHEME = rb"(?:(?i:bearer|basic|token|bot|apikey|negotiate|ntlm|dpop) )?+"
#: settings.PASSWORD_1, user?.password
IDENTIFIER = rb"[A-Za-z_]\w*+(?:\??\.[A-Za-z_]\w*+)++(?![\w.~+/=-])"
LINE_END = (
    rb"(?=[ \t]{0,20}+(?:\r?\n|\Z|#|(?<=[ \t]);[ \t]*+[^\s;]|\\{1,15}[nr]|\\{0,15}\"))"
)


#: So far into its line a name may stand.
_INDENT = 60
#: What may stand before the name in its line, and how all of that ends.
_BEGINNING = re.compile(
    rb"(?:\n|\\[nr])(?:[<>*] )?[ \t-]{0,40}"
    rb"(?:(?:export|set|ENV|ARG)[ \t]{1,9})?[\"']?\Z"
)
BEFORE, FAR = b"\n \t-\"'nr#;/", b"\nnr<>*-tVG#;/"
#: A setting that is commented out: what follows a colon there is a comment's own word.
_COMMENTED = re.compile(rb"(?:\n|\\[nr])[ \t]{0,40}(?:#|;|//|--)[ \t]{0,9}\Z")
_SET_TO, _SAID = (
    re.compile(
        rb"[ \t]{0,20}+"
        + sign
        + rb"[ \t]{0,20}+(?!"
        + IDENTIFIER
        + rb")[\"']?+("
        + BARE
        + rb"{6,2000}+)[\"']?+"
        + LINE_END
    )
    for sign in (rb"=", rb"[:=]")
)
#: NAME=VALUE; NAME=VALUE ./run; and a password of a file of settings, with any signs in
#: it, where no code stands.
_LINE = re.compile(
    rb"[\"']?+[ \t]{0,20}+(?:::|[:=])[ \t]{0,20}+(?:[!&][\w!/.-]{0,40}+[ \t]{1,9}+)?+"
    + SCHEME + rb"((?:\{[A-Z0-9-]{2,12}\})?+(?:"
    + BARE + SIGNS + rb"{6,2000}+)" + LINE_END
    + rb"|=(" + BARE + rb"{6,2000}+)(?=[ \t])"
    rb"|(?:=|:[ \t])(?![A-Za-z_$][\w$.]{0,60}+[(\[<{]|\S{0,60}?=>"
    rb"|[A-Za-z_$][\w$]{0,60}\.[\w$.]{1,60}+[;)]|\S{0,60}?;[\w$.]{1,30}+=)"
    rb"([^\s\"'`$<>(){}\[\]&*!|%@][^\s\"'`\\]{4,2000}+(?<![,;:({\[]))"
    rb"(?=[ \t]{0,9}+(?:\r?\n|\Z|\\{1,15}[nr]|\\{0,15}\"))"
)  # fmt: skip
#: What YAML has in no quotes, which is all up to a comment; and between brackets.
_PLAIN, _IN_FLOW = (
    re.compile(
        rb"[\"']?+[ \t]{0,20}+:[ \t]{1,20}+(?:[!&][\w!/.-]{0,40}+[ \t]{1,9}+){0,2}+"
        + SCHEME + rb"((?![\[\]{}&*!|>%@`#,\"']|[-?:]\s)" + rest + rb"\r?\n|\Z)))"
    )
    for rest in (
        rb"[^\r\n]{1,2000}?)(?=,?(?:[ \t]{1,40}#|[ \t]{0,40}(?:",
        rb"[^\r\n,\[\]{}]{1,2000}?)(?=(?:[ \t]{0,40}(?:[,}\]]|",
    )
)  # fmt: skip
#: password = <<EOT
_HEREDOC = re.compile(
    rb"[ \t]{0,20}+=[ \t]{0,20}+<<[-~]?+(\w{1,30}+)\r?\n[ \t]{0,60}+"
    rb"([^\r\n]{4,2000}+)(?=\r?\n[ \t]{0,60}+\1)"
)
#: What any of these begins with.
SET = re.compile(rb"[\"']?+[ \t]{0,20}+[:=]{1,2}+[ \t]{0,20}+\S")
_BLOCK = re.compile(rb":[ \t]{0,9}+[|>][+-]?+[0-9]?+[ \t]{0,9}+\r?\n([ \t]{1,60}+)")


def _beginning(
    scan: Scan, begin: int, regex: re.Pattern[bytes] = _BEGINNING
) -> re.Match[bytes] | None:
    """Match the beginning of the line in which a name is the first word."""
    left = scan.left(begin, _INDENT) if begin > _INDENT else b"\n" + scan.data[:begin]
    at = left.rfind(b"\n")
    if at < 0 and (at := left.find(b"\\")) < 0:
        return None
    return regex.search(left, at)


def line(scan: Scan, begin: int, finish: int) -> Values:
    if not _beginning(scan, begin):
        is_comment = _beginning(scan, begin, _COMMENTED)
        is_setting = scan.left(begin, 1) == b"#"  # no blank between
        regex = _SAID if is_setting else _SET_TO
        return scan.value(regex, finish, Place.TEXT) if is_comment else NONE
    if text := scan.value(_HEREDOC, finish):
        return text
    if block := scan.match(_BLOCK, finish):
        rest = rb"([^\r\n]++(?:\r?\n%b[^\r\n]++)*+)" % block[1]
        return scan.value(re.compile(rest), block.end())
    found = _plain(scan, begin, finish) or scan.value(_LINE, finish, Place.TEXT)
    return [_without_brace(scan, begin, each) for each in found]


def _without_brace(scan: Scan, begin: int, value: Value) -> Value:
    """Return a value without the brace behind it that ends what a brace before its name
    begins."""
    left = scan.left(begin, 200)
    if not value.text.endswith(b"}") or left.rfind(b"{") <= left.rfind(b"}"):
        return value
    text = value.text if b"{" in value.text else value.text.rstrip(b"}]")
    end = value.end - len(value.text) + len(text)
    return value._replace(end=end, text=text)


def flow(scan: Scan, begin: int, finish: int) -> Values:
    """Return what a mapping of YAML's between brackets has in no quotes."""
    return scan.value(_IN_FLOW, finish) if scan.yaml else NONE


def _plain(scan: Scan, begin: int, finish: int) -> Values:
    """Return what YAML has in no quotes behind the first name of a line."""
    if not scan.yaml:
        return NONE
    before = scan.left(begin, 200).rstrip(b"\"'").rstrip()
    is_flow = before.endswith((b",", b"{", b"["))
    return scan.value(_IN_FLOW if is_flow else _PLAIN, finish)


#: What follows a scheme in the line of a header: one word, or parameters.
_CREDENTIALS, _IN_STRING = (
    re.compile(
        rb":[ \t]{0,9}+(?:\r?\n[ \t]{0,60}+-[ \t]{1,9}+)?+"
        rb"[A-Za-z][\w-]{1,40}+[ \t]{1,9}+("
        rb"[\w-]{1,40}+=" + rest + rb"|" + BARE + rb"{8,4000}+" + LINE_END + rb")"
    )
    for rest in (rb"[^\r\n]{6,4000}+", rb"(?:[^\r\n\\\"]|\\{1,15}+\"){6,4000}+")
)


def header(scan: Scan, begin: int, finish: int) -> Values:
    """Return all that follows the scheme, whatever it is, of a request within a body,
    as in a part of the type application/http, or in a log."""
    is_named = scan.data[begin:finish].lower().endswith(b"authorization")
    line = _beginning(scan, begin) if is_named else None
    if not line:
        return NONE
    regex = _IN_STRING if b"\\" in line[0] else _CREDENTIALS
    return scan.value(regex, finish, Place.HEADER)


#: A list, or the end of the line.
NEXT = re.compile(rb":[ \t]{0,9}+[\[\r\n]")
_ENDED = re.compile(rb":[ \t]{0,9}+\r?\n")
#: The lines of a list under a name, or its value alone.
_ITEMS = re.compile(
    rb":[ \t]{0,9}+\r?\n(?:[ ]{0,60}+-[ \t]{1,9}+[^\r\n]{1,2000}+(?:\r?\n|\Z)){1,100}+"
)
_ITEM = re.compile(
    rb"-[ \t]{1,9}+[\"']?+"
    + SCHEME
    + rb"((?:"
    + LETTER
    + SIGNS
    + rb"{6,2000}+)(?=[\"']?+[ \t]{0,20}+(?:\r?\n|\Z|;))"
)
_ONLY_VALUE = re.compile(
    rb":[ \t]{0,9}+\r?\n[ ]{1,60}+(?:(?:value|data|plaintext|content):[ \t]{1,9}+)?+"
    rb"[\"']?+((?:" + BARE + SIGNS + rb"{6,2000}+)(?<!:)[\"']?+" + LINE_END
)  # fmt: skip
_ITS_KEY = re.compile(
    rb":[ \t]{0,9}+\r?\n[ ]{1,60}+key:[ \t]{1,9}+[\"']?+([\w~+/=-]{20,200}+)"
)
#: [x, y]
_FLOW = re.compile(
    rb":[ \t]{0,9}+\[[^\[\]{}\r\n]{6,2000}+\](?=[ \t]{0,9}+(?:[\r\n#]|\Z))"
)
_FLOWS = re.compile(
    rb"(?<=[\[,])[ \t]{0,9}+([\"']?)(" + LETTER + rb"{6,2000}+)\1[ \t]{0,9}+(?=[,\]])"
)


def items(scan: Scan, begin: int, finish: int) -> Values:
    """Return what a list of YAML's holds, or a mapping calls its value; or the value
    alone, if it stands farther in than its name."""
    if not _beginning(scan, begin):
        return NONE
    if flow := scan.match(_FLOW, finish):
        return _but_scopes(
            Value(*each.span(2), each[2], Place.TEXT)
            for each in _FLOWS.finditer(scan.data, *flow.span())
            if each[1] or is_opaque(each[2])
        )
    if not _ENDED.match(scan.data, finish):
        return NONE
    if value := scan.value(_ONLY_VALUE, finish, Place.TEXT):
        return value if _column(scan, value[0].start) > _column(scan, begin) else NONE
    if (value := scan.value(_ITS_KEY, finish)) and is_by_chance(value[0].text):
        return value
    lines = scan.match(_ITEMS, finish)
    if lines is None:
        return NONE
    return _but_scopes(
        Value(*each.span(1), each[1], Place.TEXT)
        for each in _ITEM.finditer(scan.data, finish, lines.end())
    )


def _but_scopes(values: Iterable[Value]) -> Values:
    found = [*values]
    are_scopes = any(is_scope(each.text) for each in found)
    return [each for each in found if not are_scopes or is_no_scope(each.text)]


def _column(scan: Scan, at: int) -> int:
    return at - scan.data.rfind(b"\n", max(0, at - 200), at)


# In commands

#: What may be an argument begins so.
WORD = re.compile(rb"[ \t]{1,60}+(?:\S{4}|[\"'][^\r\n]{4})")
_LOGIN = re.compile(
    rb"\b(?:login|account|machine|user|username)[ \t\r\n]{1,20}"
    rb"\S{1,100}[ \t\r\n]{1,20}\Z"
)
_SET = re.compile(
    rb"(?:\A|[\r\n;])[ \t]{0,40}set[ \t]{1,9}\Z"
    rb"|(?:\A|[\s;])(?:set(?:x|env| -\w{1,3})|ENV|ARG|SetEnv|(?:fastcgi|uwsgi)_param"
    rb"|config(?:ure)?(?: set)?(?: -\S{1,20})?"
    rb"|proxy_set_header|header_up|header_down|add_header)[ \t]{1,9}"
    rb"(?://\S{1,100}/:?)?\Z"
)
_SETTERS = re.compile(rb"[sS]et|config|header|ENV|ARG|param")
#: The word before the last in front of a password.
_WHO = (b"login", b"account", b"machine", b"user", b"username")
#: A value that is not the last word of a sentence, as in ``your account needs password
#: protection.``
_NETRC, _ARGUMENT = (
    re.compile(
        rb"[ \t]{1,20}+(?![A-Za-z'-]{1,30}+[.,;:!?)]{1,3}+(?:\s|\Z))"
        rb"(?:'([^'\r\n\\]{4,500}+)'|[\"']?+("
        rb"(?:[^\s\"\\%b]|\"(?![,;}\])\s]|\Z)|\\(?![nrt\"\\])){4,2000}+))" % most
    )
    for most in (b"", b"'<>;")
)
#: Of a file of settings.
_LITERAL = re.compile(
    rb"[ \t]{1,20}+(?:\"([^\"\r\n\\]{4,500}+)\"|'([^'\r\n\\]{4,500}+)')"
)
_ONLY_WORD = re.compile(
    rb"[ \t]{1,60}+(?:REG_(?:EXPAND_)?SZ[ \t]{1,9}+)?+(?!"
    + IDENTIFIER
    + rb")("
    + BARE
    + rb"{6,500}+)"
    rb"(?=[ \t]{0,9}+(?:\r?\n|\Z))"
)
#: Words of Redis and of LDAP that no prose has.
_SETTINGS = frozenset((b"requirepass", b"masterauth", b"bindpw", b"rootpw"))
#: What parts an option from its value: a sign or a blank, and in a list of JSON, YAML
#: or code what ends one item and begins the next.
_OPTION = re.compile(
    rb"(?:\\{0,15}+[\"']\s{0,80}+,\s{0,80}+(?=\\{0,15}+[\"'])|\r?\n[ \t]{0,60}+-[ \t]"
    rb"|[=:]|[ \t]{1,9}+)\\{0,15}+[\"']?+"
    rb"([^\s\"'<>(){}\[\],;$`\\-][^\s\"'<>;\\]{5,2000}+)"
)


def argument(scan: Scan, begin: int, finish: int) -> Values:
    """Return what follows a name that a command sets, or that netrc has."""
    left = scan.left(begin, 150)
    near = left if left.endswith(b"/") else left[-20:]
    if _SETTERS.search(near) and _SET.search(left):
        return scan.value(_ARGUMENT, finish, Place.TEXT)
    words = left.rsplit(None, 2)
    is_login = len(words) > 1 and words[-2].endswith(_WHO)
    if is_login and _LOGIN.search(left) and not scan.data.startswith(b"-", begin):
        return scan.value(_NETRC, finish, Place.TEXT)
    if not _beginning(scan, begin):
        return NONE
    return scan.value(_LITERAL, finish, Place.TEXT) or _setting(scan, begin, finish)


def _setting(scan: Scan, begin: int, finish: int) -> Values:
    """Return the only word behind a name that is the first one of its line. Of prose it
    may be the last line."""
    value = scan.value(_ONLY_WORD, finish, Place.TEXT)
    is_sure = scan.data[begin:finish].lower() in _SETTINGS
    return value if value and (is_sure or is_opaque(value[0].text)) else NONE


def option(scan: Scan, begin: int, finish: int) -> Values:
    """Return the value of an option of that name, in a command line or a list of its
    words."""
    is_one = scan.data.startswith(b"-", begin)
    return scan.value(_OPTION, finish, Place.TEXT) if is_one else NONE
