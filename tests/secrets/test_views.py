"""Secrets where two notations meet: none stays, and all around it does."""

# ruff: noqa: E501 # texts are easier to read in one piece

import html
import json
from base64 import b64encode, encodebytes
from collections.abc import Callable
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets import views
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.rules import Rules
from mitmvcr.secrets.spans import Span

SECRET = "q7Rk2Zp9Wm4Xc8Vb3Nt6Ys1L"

#: Texts as programs print, write and read them.
TEXTS = {
    "csv": "id,user,password\n1,me,%s\n",
    "csv, quoted": '"id","user","password"\n"1","me","%s"\n',
    "csv, two lines in a cell": 'id,note,password,n\n1,"a\nb",%s,2\n\nend, of it\n',
    "tsv": "id\tuser\tpassword\n1\tme\t%s\n",
    "psql": " user |  password  \n------+------------\n me   | %s\n(1 row)\n",
    "md": "| user | password |\n|---|---|\n| me | %s |\n",
    "php": '["password"]=>\n  string(24) "%s"\n',
    "insert": "INSERT INTO `u` (`id`, `n`, `password`) VALUES (1, 'it''s)', NULL),\n(2, '', '%s');\n",
    "values": "insert into u(n, password)\nvalues (0, N'%s')\n",
    "copy": "COPY public.u (id, password) FROM stdin;\n1\t%s\n\\.\n",
    "columns": '{"columns": ["id", "password"], "rows": [[1, "%s"]]}\n',
    "netrc": "machine h.example\nlogin me\npassword %s\n",
    "pair": "- name: DB_PASSWORD\n  value: %s\n",
    "fish": "set -gx API_KEY %s\n",
    "erlang": "#{user => <<\"me\">>,password => <<\"%s\">>}\n",
    "input": '<input type="hidden" name="csrf_token" value="%s">\n',
    "log in": "CREATE USER 'app'@'%%' IDENTIFIED BY '%s';\n",
    "ini": "user = me\npassword = %s\n",
    "yaml": "db:\n  password: %s\n",
    "dump": "GET /x HTTP/1.1\nHost: h.example\nX-Api-Key: %s\n",
}  # fmt: skip


def _prefixed(before: str) -> Callable[[str], str]:
    return lambda text: "".join(f"{before}{each}\n" for each in text.splitlines())


#: What a text stands in, and the type of all of it.
AROUND: dict[str, tuple[str, Callable[[str], str]]] = {
    "json": ("application/json", lambda text: json.dumps({"a": 1, "body": text, "n": None})),
    "json in json": ("application/json", lambda text: json.dumps({"a": json.dumps({"b": text})})),
    "event stream": ("text/event-stream", lambda text: "data: " + json.dumps({"t": text}) + "\n\n"),
    "fenced": ("application/json", lambda text: json.dumps({"content": f"So:\n\n```\n{text}\n```\nDone"})),
    "patch": ("application/json", lambda text: json.dumps({"patch": "@@ -0,0 +1,9 @@\n" + _prefixed("+")(text)})),
    "cdata": ("application/xml", lambda text: f"<a><b><![CDATA[{text}]]></b></a>"),
    "pre": ("text/html", lambda text: f"<pre>{html.escape(text)}</pre>"),
    "lines of a log": ("text/plain", _prefixed("2026-01-02T03:04:05.678Z ")),
    "lines of compose": ("text/plain", _prefixed("web-1  | ")),
    "numbered": ("text/plain", _prefixed("    12\t")),
    "found": ("text/plain", _prefixed("src/conf/a.txt:3:")),
    "added": ("text/x-diff", _prefixed("+")),
    "quoted": ("text/plain", _prefixed("> ")),
    "list": ("application/json", lambda text: json.dumps({"lines": text.splitlines(), "n": 1})),
    "notebook": ("application/json", lambda text: json.dumps({"source": ["# a\n", *text.splitlines(keepends=True)]})),
}  # fmt: skip
#: Where a word or other cells stand before a quote.
NOT = {("pre", "log in"), ("pre", "insert"), ("pre", "values")}
#: Base64 in one line and in more, with what ends them.
LINES: dict[str, Callable[[bytes], str]] = {
    "in one": lambda text: b64encode(text).decode(),
    "in JSON": lambda text: json.dumps(encodebytes(text).decode())[1:-1],
    "of a mail": lambda text: encodebytes(text).decode().replace("\n", "\r\n"),
    "of a file": lambda text: encodebytes(text).decode()[:-1],
}


def kept(body: str, kind: str = "") -> str:
    headers = {"Content-Type": [kind]} if kind else {}
    met = Interaction(0, Request(), Response(body=body.encode(), headers=headers))
    return Redactor().interaction(met).response.body.decode()


def _is_all_else_there(body: str, clean: str) -> bool:
    before, _, after = body.partition(SECRET)
    return clean.startswith(before) and clean.endswith(after)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("text", TEXTS)
def test_none_stays_in_a_text_in_another(text: str, around: str) -> None:
    kind, put = AROUND[around]
    body = put(TEXTS[text] % SECRET)
    clean = kept(body, kind)
    if (around, text) in NOT:
        assert clean == body
    else:
        assert SECRET not in clean
        assert _is_all_else_there(body, clean)


@pytest.mark.parametrize("lines", LINES)
@pytest.mark.parametrize("text", sorted(TEXTS.keys() - {"log in"}))  # by no name
def test_a_text_in_base64_is_looked_through(text: str, lines: str) -> None:
    plain = "# ä line of it\n" * 9 + f"{TEXTS[text]}\n{TEXTS[text]}" % (SECRET, SECRET)
    coded = LINES[lines](plain.encode())
    for around in ('{"content":"%s","n":1}', "Head: x\r\n\r\n%s\r\n--b--", "a = %s\n"):
        if "=" in coded and around.startswith("a") and lines != "in one":
            continue
        assert kept(around % coded) == around % LINES[lines](kept(plain).encode())


@pytest.mark.parametrize(
    "coded",
    [
        "eyJhbGciOiJIUzI1NiJ9." + b64encode(b"the password: hunter2!Xyz").decode(),
        b64encode(b"\0\1 password: hunter2!Xyz ").decode(),
        b64encode(b"\xff\xfe password: hunter2!Xyz ").decode(),
        b64encode(b"password: x").decode(),
        b64encode(b"passwordless: hunter2!Xyz 12").decode() + "A",
    ],
    ids=["token", "bytes", "no letters", "short", "cut off"],
)
def test_what_is_no_text_in_base64_stays(coded: str) -> None:
    assert kept(coded) == coded


#: Values as languages show them.
SHOWN = [
    'Config { user: "me", password: Some("%s"), n: None }',
    'Config {\n    password: Some(\n        "%s",\n    ),\n}',
    'Config(user: "me", password: Optional("%s"))',
    "Login(user='me', password=SecretStr('%s'))",
    "Map(user -> me, password -> %s, n -> 1)",
    '((user . "me") (password . "%s"))',
    '{:db/user "me" :db/password "%s"}',
    '["password":protected]=>\n  string(24) "%s"\n',
    '["password":"App\\User":private]=>\n  string(24) "%s"\n',
    "(\n    [user] => me\n    [password:protected] => %s\n)\n",
    'Client.builder().user("me").apiKey("%s").build();',
    '#define WIFI_PASSWORD "%s"\n',
    "rawHeaders: [ 'Host', 'h', 'X-Api-Key', '%s' ]",
    "    DefaultPassword    REG_SZ    %s\n",
    "user                           me\npassword                       %s\n",
    "const apiKey = `%s`;",
    "{\n    user = me;\n    password = %s;\n}",
    "{user=me, password=%s, n=1}",
    "Config[user=me, password=%s, n=1]",
    "Config { User = me, Password = %s, N = 1 }",
    "credentials {\n  username 'me'\n  password '%s'\n}",
    '{:user "me", :password "%s"}',
]


@pytest.mark.parametrize(
    "before",
    [
        "The password is ", 'my password is "', "the db password is now: `", "Password: <b>",
        "log in as bob with password ", "map[age:3 password:", "{user: me, password:", "{n: 1, password: ",
        "Password ........ ", "**Password:** ", "-o username=me,password=", "| user | password | ",
        "<table><tr><th>User</th><th><b>Password</b></th></tr>\n<tr>\n<td>me</td><td>",
        "<dl><dt>Password</dt><dd>",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "password", ["Gr4n1te-Fox!9", "wq8Zt5Kd", "s3cr3t!pw", "Summer2026!"]
)
def test_a_password_that_shows_as_one_is_hidden(before: str, password: str) -> None:
    ends = {
        "|": " |",
        "dd>": "</dd></dl>",
        "td>": "</td></tr></table>",
        "b>": "</b>",
        '"': '".',
        "`": "`.",
    }
    stop = next(
        (end for sign, end in ends.items() if before.strip().endswith(sign)), ""
    )
    for after in (stop, stop + " and so on"):
        if before.startswith("{") and not after:
            after = "}"
        body = before + password + after
        for each in (body, json.dumps({"t": body})):
            first, _, rest = each.partition(password)
            clean = kept(each)
            assert clean.startswith(first + "[REDACTED:")
            assert clean.endswith("]" + rest)


@pytest.mark.parametrize(
    "said",
    [
        "is Base64-encoded", "was reset in v1.2.3", "is not RFC4226-compliant", "uses PBKDF2WithHmacSHA1",
        "is sent to me@h2o.example", "aliasCfgV10.AccessKey", "*v1.Secret", "--from-literal=key1=v1",
        "is too_short4you", "accepted for user2", "Authentication2", "is 12345678", "is i18n-ready.",
    ],
)  # fmt: skip
def test_what_is_said_of_a_password_stays(said: str) -> None:
    for each in (
        f"the password {said}",
        json.dumps({"t": f"The password {said} here"}),
    ):
        assert kept(each) == each


@pytest.mark.parametrize("text", SHOWN)
def test_the_value_alone_is_hidden(text: str) -> None:
    body = text % SECRET
    for each in (body, json.dumps({"t": body, "n": 1})):
        clean = kept(each)
        assert SECRET not in clean
        assert _is_all_else_there(each, clean)


def test_both_values_of_a_plan_are_hidden() -> None:
    plan = f'  ~ password = "old-{SECRET[::-1]}" -> "{SECRET}"\n'
    for body in (plan, json.dumps({"plan": plan})):
        assert kept(body).count("[REDACTED:password]") == 2


#: What only looks so.
ORDINARY = [
    '<a href="a.html" accesskey="p">Prev</a> <a ACCESSKEY="n">Next</a>',
    json.dumps({"html": '<a href="a.html" accesskey="p">Prev</a>'}),
    "  secondary_token     = enos_remote_exec.fetch_secondary_token.stdout\n",
    "    aws_secret_key = aws_iam_access_key.aws_enos_test_user.secret\n",
    "\tDEVICE_AUTH_TOKEN   = src.GatewayAuthMethod_ASSOCIATION_AND_DEVICE_AUTH_TOKEN\n",
    'GITHUB_TOKEN="${GITHUB_TOKEN:-}"\n',
    '  token           = "${var.cluster_id}_${local.pin}"\n',
    '    private_key = "${file("${var.key_path}")}"\n',
    "serial = $dir/serial\nprivate_key = ./rootca.key\n",
    "$url .= '&access_token='.$options['gitlab-token'];",
    "Send `Authorization: Bearer YOUR_TOKEN`",
    'credentials: "google.auth.credentials.CredentialsWithRegionalAccessBoundary"',
    'option.WithAPIKey("AIza...")',
    json.dumps({"code": "if pw is not None:\n    user = x(user)\n    pw = urllib.parse.unquote(pw)\n"}),
    json.dumps({"patch": "+def f(token, password):\n+    return check(token, password)\n"}),
    json.dumps({"text": "the token \nis used, the password: of `user`\n\npassword, token\n"}),
    "web-1  | the password is required\nweb-1  | token: expired\n",
    "&lt;password&gt; of the &quot;user&quot;, token=&gt;",
    "id,user,password\nand so on\n",
    'the password "of a user\nand so on"\n',
    "password,token\n",
]  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_what_is_ordinary_stays(text: str) -> None:
    assert kept(text) == text


def test_a_compiled_program_stays() -> None:
    body = b"\xa7\r\r\n\0\0\0\0\xda\x0curi_passwordr\x1b\0\0\0s\x08\0\0\0        r"
    met = Interaction(0, Request(), Response(body=body))
    assert Redactor().interaction(met).response.body == body


def test_a_long_string_is_looked_at_around_the_name() -> None:
    rest = "a line of it\n" * 200
    text = json.dumps({"t": f"{rest}- name: PASSWORD\n  value: {SECRET}\n{rest}"})
    assert SECRET not in kept(text)
    assert SECRET not in kept(text[: text.index(SECRET) + 30])  # cut off
    lines = _prefixed("web-1  | ")(f"{rest}password = {SECRET}\n{rest}")
    assert SECRET not in kept(lines)


@given(st.lists(st.sampled_from(['"', "\\", "ä", "\n", "password", "\t", ":", "𝄞"])))
def test_each_letter_is_found_where_it_was(letters: list[str]) -> None:
    said = "".join(letters)
    data = json.dumps({"password:": said}).encode()
    place = data.index(b"password:"), len(data)
    for view in views.around(b'{"a": "' + data + b'"}', [(7, 7)]):
        assert view.back(Span(0, len(view.text), "x")).end <= len(data) + 9
    for text in (html.escape(said).encode(), json.dumps(said).encode()):
        for view in views.around(b"<" + text + b">", [(2, 2)]):
            for at in range(len(view.text)):
                span = view.back(Span(at, at + 1, "x"))
                assert 0 < span.start < span.end <= len(text) + 1
    assert place


def test_a_form_in_the_parameter_of_another() -> None:
    body = "id=1&text=" + quote_plus(f"db:\n  password: {SECRET}\n") + "&z=1"
    met = Interaction(
        0,
        Request(body=body.encode(), headers={"Content-Type": ["application/x-www-form-urlencoded"]}),
        Response(),
    )  # fmt: skip
    assert SECRET not in Redactor().interaction(met).request.body.decode()


def test_a_pin_is_kept_wherever_it_stands() -> None:
    for text in ('{"pin": "123-45-678"}', "pin: 123-45-678\n", "pincode=123-45-678\n"):
        met = Interaction(0, Request(), Response(body=text.encode()))
        redactor = Redactor(Rules(keep=("homekit-pin",)))
        assert redactor.interaction(met) is met
        assert kept(text) != text


def test_a_line_is_one_however_long() -> None:
    text = "--secured\\ a1b2 " * 500 + "web-1 | password = x"
    assert kept(text) == text


def test_a_value_whose_first_letter_is_escaped_is_hidden_from_there() -> None:
    view = next(views.around(rb'{"a": "key: \u0041bc\u0044 x"}', [(7, 10)]))
    assert view.text == b"key: AbcD x"
    assert view.back(Span(5, 9, "key")) == Span(12, 26, "key")


def test_so_much_of_a_text_is_read_again() -> None:
    """All of it was, and what was read of that again."""
    data = b"--password \n" * 5000
    names = [(at + 2, at + 10) for at in range(0, len(data), 12)]
    read = sum(len(view.text) for view in views.around(data, names))
    assert len(data) // 4 < read < len(data) // 2 + 10_000


def test_a_value_at_the_end_of_what_is_read_again_is_hidden_whole() -> None:
    """Behind the first name 600 bytes are read: where a value of the next one stood
    there, its first letters were hidden."""
    for size in range(540, 600):
        said = json.dumps({"password": "", "n": "x" * (size - 40), "api_key": SECRET})
        clean = kept(f'<i data-a="{html.escape(said)}"></i>', "text/html")
        assert SECRET[-8:] not in clean
    long = SECRET * 30
    clean = kept(html.escape(json.dumps({"api_key": long})), "text/html")
    assert SECRET[-8:] not in clean
