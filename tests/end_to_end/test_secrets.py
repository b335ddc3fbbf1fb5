"""Planted secrets: through the real proxy, then looked for in all it left behind."""

import base64
import gzip
import html
import json
import random
import re
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, quote_plus, unquote

import pytest
import yaml

from end_to_end.proxy import Proxy
from end_to_end.wire import Got, fetch
from made_up import password, sample, token
from mitmvcr.secrets.patterns import PATTERNS


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
XML = {"Content-Type": "application/xml"}


@dataclass
class Answer:
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"


class Origin:
    """Answers each path with what was planted there, in chunks of seven bytes."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        planted = self.answers

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = planted.get(self.path.partition("?")[0], Answer())
                self.send_response(200)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for at in range(0, len(answer.body), 7):
                    chunk = answer.body[at : at + 7]
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                self.wfile.write(b"0\r\n\r\n")

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def planted() -> Iterator[Origin]:
    origin = Origin()
    yield origin
    origin.stop()


@dataclass
class Case:
    """A request, and what is answered to it."""

    path: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    answer: Answer = field(default_factory=Answer)


def multipart(name: str, value: str) -> tuple[dict[str, str], bytes]:
    text = (
        f'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nplain\r\n--b\r\n'
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--b--\r\n'
    )
    return {"Content-Type": "multipart/form-data; boundary=b"}, text.encode()


def in_a_request(s: str) -> Iterator[Case]:
    """Each place by name, for a secret that only its place shows."""
    quoted = json.dumps(s, ensure_ascii=False)
    nested = json.dumps({"data": json.dumps({"access_token": s})})
    yield Case(
        "/r/json", headers=JSON, body=b'{"a":[{"Password" : %b}]}' % quoted.encode()
    )
    yield Case("/r/nested", headers=JSON, body=nested.encode())
    yield Case(
        "/r/form", headers=FORM, body=f"a=1&client_secret={quote_plus(s)}".encode()
    )
    yield Case(
        "/r/brackets", headers=FORM, body=f"u%5Bpwd%5D={quote(s, '')}&b=".encode()
    )
    yield Case(f"/r/query?x=1&api_key={quote(s, safe='')}&y=2", "GET")
    element = f"<a><s:Password t='1'>{html.escape(s)}</s:Password></a>"
    yield Case("/r/xml", headers=XML, body=element.encode())
    cdata = f"<a><secret><![CDATA[{s.replace(']', '')}]]></secret></a>"
    yield Case("/r/cdata", headers=XML, body=cdata.encode())
    attribute = f'<a><login password="{html.escape(s)}" x="1"/></a>'
    yield Case("/r/attribute", headers=XML, body=attribute.encode())
    headers, body = multipart("password", s)
    yield Case("/r/multipart", headers=headers, body=body)
    packed = gzip.compress(b'{"refresh_token": %b}' % quoted.encode())
    yield Case("/r/gzip", headers={**JSON, "Content-Encoding": "gzip"}, body=packed)
    packed = zlib.compress(b'{"api_key": %b}' % quoted.encode())
    yield Case(
        "/r/deflate", headers={**JSON, "Content-Encoding": "deflate"}, body=packed
    )


def in_a_header(s: str) -> Iterator[Case]:
    pair = base64.b64encode(f"user:{s}".encode()).decode()
    yield Case("/h/bearer", "GET", {"Authorization": f"Bearer {s}"})
    yield Case("/h/basic", "GET", {"Authorization": f"Basic {pair}"})
    yield Case("/h/key", "GET", {"X-Api-Key": s})
    yield Case("/h/own", "GET", {"X-Shop-Access-Token": s})
    yield Case("/h/cookie", "GET", {"Cookie": f"lang=en; sid={s}"})


def in_an_answer(s: str) -> Iterator[Case]:
    quoted = json.dumps(s).encode()
    yield Case("/a/json", answer=Answer(JSON, b'{"x": {"id_token": %b}}' % quoted))
    events = b'data: {"n": 1}\n\ndata: {"apiKey": %b}\n\n' % quoted
    yield Case("/a/sse", answer=Answer({"Content-Type": "text/event-stream"}, events))
    lines = b'{"n": 1}\n{"client_secret":%b}\n' % quoted
    yield Case(
        "/a/lines", answer=Answer({"Content-Type": "application/x-ndjson"}, lines)
    )
    url = f"https://b.example/o?X-Amz-Signature={quote(s, safe='')}&n=1"
    go = json.dumps({"url": url}).replace("&", "\\u0026").encode()
    yield Case("/a/presigned", answer=Answer(JSON, go))
    yield Case("/a/location", answer=Answer({"Location": url}))
    user = {"Location": f"https://me:{quote(s, safe='')}@h.example/"}
    yield Case("/a/userinfo", answer=Answer(user))
    cookie = {"Set-Cookie": f"sid={quote(s, safe='')}; Path=/; HttpOnly"}
    yield Case("/a/cookie", answer=Answer(cookie))
    yield Case("/a/header", answer=Answer({"X-Auth-Token": quote(s, safe="")}))
    text = f"access_token={quote(s, safe='')}&token_type=bearer".encode()
    yield Case("/a/form", answer=Answer(FORM, text))
    page = (
        f'<form><input type=hidden name="csrf_token" value="{html.escape(s)}"></form>'
    )
    yield Case("/a/html", answer=Answer({"Content-Type": "text/html"}, page.encode()))
    packed = Answer(
        {**JSON, "Content-Encoding": "gzip"}, gzip.compress(b'{"token":%b}' % quoted)
    )
    yield Case("/a/gzip", answer=packed)


def once_more(s: str) -> Iterator[Case]:
    """Where nothing but the value itself tells."""
    raw = s.encode()
    for offset in range(3):
        coded = base64.b64encode(b"x" * offset + raw + b"yz").decode()
        yield Case("/m/b64", headers=JSON, body=json.dumps({"d": coded}).encode())
        coded = base64.urlsafe_b64encode(b"x" * offset + raw).decode().rstrip("=")
        yield Case(f"/m/{coded}/items", "GET")
    yield Case(f"/m/{quote(s, safe='')}", "GET")
    yield Case("/m/text", headers={"Content-Type": "text/plain"}, body=b"so: " + raw)
    yield Case("/m/json", headers=JSON, body=json.dumps({"note": s}).encode())
    yield Case("/m/percent", body=f"note={quote_plus(s)}".encode(), headers=FORM)
    headers, body = multipart("note", s)
    yield Case("/m/part", headers=headers, body=body)
    packed = gzip.compress(b"note " + raw, mtime=0)
    yield Case("/m/gzip", headers={"Content-Encoding": "gzip"}, body=packed)
    yield Case("/m/answer", answer=Answer({"X-Echo": quote(s)}, b"you said " + raw))


def by_form(chance: random.Random) -> Iterator[tuple[str, Case]]:
    """Each pattern, in a place that says nothing."""
    for number, pattern in enumerate(PATTERNS):
        for place in range(4) if number < 20 else (number % 4,):
            s = sample(pattern.sample, chance)
            text = json.dumps({"note": s}).encode()
            cases = (
                Case(f"/p/{number}/json", headers=JSON, body=text),
                Case(f"/p/{number}/text", body=f"see {s} there".encode()),
                Case(f"/p/{number}/answer", answer=Answer(JSON, text)),
                Case(f"/p/{number}/gzip", body=gzip.compress(text)),
            )
            if place == 3 and pattern.kind in ("bearer", "basic"):
                continue  # a file of gzip: doubtful forms are none in it
            yield _told(s), cases[place]


def _told(s: str) -> str:
    """The part that is secret: no scheme, user or host."""
    for mark in ("Bearer ", "Basic ", "SSWS ", "AccountKey=", "?sig="):
        s = s.removeprefix(mark)
    return (
        s.rpartition("/IncomingWebhook/")[2]
        .rpartition("hooks/")[2]
        .rpartition("services/")[2]
    )


def encodings(s: str) -> set[bytes]:
    """Made without the code under test."""
    raw = s.encode()
    found = {raw, quote(s, safe="").encode(), quote_plus(s).encode(), quote(s).encode()}
    found |= {json.dumps(s, ensure_ascii=a)[1:-1].encode() for a in (True, False)}
    found |= {html.escape(s).encode(), quote(s, safe="").lower().encode()}
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + raw)
        core = whole[-(-offset * 8 // 6) : (offset + len(raw)) * 8 // 6]
        found |= {core, core.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def haystacks(files: list[Path]) -> Iterator[bytes]:
    for file in files:
        data = file.read_bytes()
        yield data
        if file.suffix == ".yaml":
            yield from _strings(yaml.load(data, yaml.CSafeLoader))


def _strings(value: object) -> Iterator[bytes]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from (*_strings(key), *_strings(each))
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, str | bytes):
        raw = value if isinstance(value, bytes) else value.encode()
        yield raw
        if raw[:2] == b"\x1f\x8b":
            yield gzip.decompress(raw)
        elif raw[:1] == b"\x78":
            with suppress(zlib.error):
                yield zlib.decompress(raw)


Send = Callable[[Case], Got]


def sender(proxy: Proxy, ca: Path, origin: Origin) -> Send:
    def send(case: Case) -> Got:
        url = origin.url + case.path
        return fetch(proxy.url, ca, url, case.method, case.body, case.headers)

    return send


def left_behind(secrets: set[str], files: list[Path]) -> list[str]:
    text = b"\0".join(haystacks(files))
    return [s for s in sorted(secrets) if any(form in text for form in encodings(s))]


@dataclass
class Group:
    """A secret, the case that shows what it is, and those that use it again. Who gets
    it in an answer uses, in a replay, what the replayed answer holds."""

    secret: str
    first: Case
    again: Callable[[str], Iterator[Case]] = once_more
    is_told: bool = False

    def numbered(self, number: int, cases: Iterator[Case] | list[Case]) -> list[Case]:
        """Each path is asked for once, so that each answer is its own."""
        cases = list(cases)
        for at, case in enumerate(cases):
            case.path = f"/{number}-{at}{case.path}"
        return cases

    def run(self, send: Send, number: int, secret: str | None = None) -> list[Got]:
        (first,) = self.numbered(number, [replace(self.first)])
        got = [send(first)]
        if self.is_told and secret is None:
            text = "\n".join([*got[0].headers.values(), got[0].body.decode("latin-1")])
            if got[0].body[:2] == b"\x1f\x8b":
                text += gzip.decompress(got[0].body).decode()
            found = re.search(r"\[REDACTED:[\w.-]+\]", unquote(text))
            assert found, text
            secret = found[0]
        again = self.again(secret or self.secret)
        return got + [send(case) for case in self.numbered(number + 10_000, again)]


def groups(chance: random.Random) -> Iterator[Group]:
    for make, is_told in ((in_a_request, False), (in_an_answer, True)):
        for place in range(len(list(make("x" * 20)))):
            s = password(chance).replace("]", "[")
            yield Group(s, list(make(s))[place], is_told=is_told)
    for place in range(len(list(in_a_header("x")))):
        s = token(chance)
        yield Group(s, list(in_a_header(s))[place])
    for s, case in by_form(chance):
        yield Group(s, case, again=lambda _: iter(()))


def test_no_planted_secret_is_left_in_any_file(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, planted: Origin, tmp_path: Path
) -> None:
    chance = random.Random(20)
    plan = list(groups(chance))
    of_the_environment = token(chance, 40)
    plan.append(Group(of_the_environment, Case(f"/env/{of_the_environment}", "GET")))
    secrets = {group.secret for group in plan}
    for number, group in enumerate(plan):
        answers = [(number, [replace(group.first)])]
        answers.append((number + 10_000, list(group.again(group.secret))))
        for start, cases in answers:
            for case in group.numbered(start, cases):
                planted.answers[case.path.partition("?")[0]] = case.answer

    cassette = tmp_path / "planted.yaml"
    options = {"flow_detail": 0, "environment": {"SHOP_API_KEY": of_the_environment}}
    proxy = mitmdump(cassette, "record_only", **options).wait_until_listening()
    send = sender(proxy, proxy_ca, planted)
    recorded = [group.run(send, n, group.secret) for n, group in enumerate(plan)]
    journal = tmp_path / "journal.yaml"
    journal.write_bytes(Path(f"{cassette}.part").read_bytes())
    assert proxy.stop() == 0, proxy.log
    files = [cassette, journal, *tmp_path.glob("*.log")]
    assert left_behind(secrets, files) == []
    for group, got in zip(plan, recorded, strict=True):
        assert got[0].body == group.first.answer.body  # the traffic is as it was

    planted.stop()
    proxy = mitmdump(cassette, "replay_only", **options).wait_until_listening()
    send = sender(proxy, proxy_ca, planted)
    replayed = [group.run(send, number) for number, group in enumerate(plan)]
    missed = [
        g.first.path
        for g, got in zip(plan, replayed, strict=True)
        if any(each.status != 200 for each in got)
    ]
    assert proxy.stop() == 0
    assert missed == [], proxy.log
    assert left_behind(secrets, [cassette, *tmp_path.glob("*.log")]) == []
    count = sum(map(len, recorded))
    said = f"{len(secrets)} secrets in {count} interactions, none left behind"
    sys.stdout.write(said + "\n")


@dataclass
class Shop:
    """A session of its own kind in each test: recorded live, then replayed."""

    mitmdump: Callable[..., Proxy]
    ca: Path
    origin: Origin
    cassette: Path

    def twice(self, flow: Callable[[Send], list[int]], *secrets: str) -> None:
        for mode in ("record_only", "replay_only"):
            proxy = self.mitmdump(self.cassette, mode, flow_detail=0)
            send = sender(proxy.wait_until_listening(), self.ca, self.origin)
            statuses = flow(send)
            assert proxy.stop() == 0, proxy.log
            assert set(statuses) == {200}, proxy.log
            assert left_behind(set(secrets), [self.cassette]) == []
            if mode == "record_only":
                self.origin.stop()


@pytest.fixture
def shop(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, planted: Origin, tmp_path: Path
) -> Shop:
    return Shop(mitmdump, proxy_ca, planted, tmp_path / "flow.yaml")


def test_a_log_in_is_recorded_redacted_and_replayed(shop: Shop) -> None:
    chance = random.Random(1)
    word, given = password(chance), token(chance)
    body = json.dumps({"access_token": given, "expires_in": 3600}).encode()
    shop.origin.answers["/login"] = Answer(JSON, body)

    def flow(send: Send) -> list[int]:
        asked = json.dumps({"user": "me", "password": word}).encode()
        first = send(Case("/login", headers=JSON, body=asked))
        mine = str(first.json["access_token"])
        bearer = {"Authorization": f"Bearer {mine}", **JSON}
        whoami = Case("/me", "GET", bearer)
        within = Case(f"/sessions/{quote(mine, safe='')}", "GET", bearer)
        renewed = Case(
            "/renew", headers=bearer, body=json.dumps({"old": mine}).encode()
        )
        return [got.status for got in [first, *map(send, (whoami, within, renewed))]]

    shop.twice(flow, word, given)


def test_a_cookie_session_is_replayed(shop: Shop) -> None:
    sid = token(random.Random(2))
    cookie = {"Set-Cookie": f"sid={sid}; Path=/; HttpOnly"}
    shop.origin.answers["/start"] = Answer(cookie, b"{}")

    def flow(send: Send) -> list[int]:
        first = send(Case("/start"))
        mine = first.headers["set-cookie"].partition(";")[0].partition("=")[2]
        assert first.headers["set-cookie"].endswith("; Path=/; HttpOnly")
        headers = {"Cookie": f"sid={mine}"}
        again = Case("/cart", headers=headers, body=f"csrf_token={mine}".encode())
        return [first.status, send(again).status]

    shop.twice(flow, sid)


def test_client_credentials_are_replayed(shop: Shop) -> None:
    chance = random.Random(3)
    secret, given = password(chance), token(chance)
    body = json.dumps({"access_token": given, "token_type": "bearer"}).encode()
    shop.origin.answers["/oauth/token"] = Answer(JSON, body)

    def flow(send: Send) -> list[int]:
        pair = base64.b64encode(f"me:{secret}".encode()).decode()
        form = "grant_type=client_credentials&client_id=me&client_secret="
        form += quote(secret, safe="")
        headers = {**FORM, "Authorization": f"Basic {pair}"}
        first = send(Case("/oauth/token", headers=headers, body=form.encode()))
        mine = {"Authorization": f"Bearer {first.json['access_token']}"}
        return [first.status, send(Case("/things", "GET", mine)).status]

    shop.twice(flow, secret, given)


def test_a_presigned_url_is_followed_in_a_replay(shop: Shop) -> None:
    signature, key = token(random.Random(4), 64), "AKIA" + "Q2" * 8
    query = f"X-Amz-Credential={key}%2Fus&X-Amz-Date=1&X-Amz-Signature={signature}"
    url = f"{shop.origin.url}/bucket/file?{query}"
    body = json.dumps({"url": url}).replace("&", "\\u0026").encode()
    shop.origin.answers["/upload"] = Answer(JSON, body)

    def flow(send: Send) -> list[int]:
        first = send(Case("/upload"))
        followed = str(first.json["url"]).removeprefix(shop.origin.url)
        return [first.status, send(Case(followed, "GET")).status]

    shop.twice(flow, signature, key)


def test_a_miss_and_its_log_give_nothing_away(shop: Shop) -> None:
    word = password(random.Random(5))
    proxy = shop.mitmdump(shop.cassette, "record_only").wait_until_listening()
    assert sender(proxy, shop.ca, shop.origin)(Case("/a", "GET")).status == 200
    proxy.stop()
    proxy = shop.mitmdump(shop.cassette, "replay_only", flow_detail=0)
    send = sender(proxy.wait_until_listening(), shop.ca, shop.origin)
    asked = json.dumps({"password": word}).encode()
    got = send(Case(f"/b?api_key={quote(word, safe='')}", headers=JSON, body=asked))
    proxy.stop()
    assert got.status == 424
    text = got.body + str(got.headers).encode() + proxy.log.encode()
    assert not any(form in text for form in encodings(word))
    assert b"***" in got.body


def test_a_secret_that_is_known_only_later_is_taken_out_at_the_end(shop: Shop) -> None:
    value = token(random.Random(8))
    shop.origin.answers["/early"] = Answer(JSON, json.dumps({"seen": value}).encode())
    proxy = shop.mitmdump(shop.cassette, "record_only", flow_detail=0)
    send = sender(proxy.wait_until_listening(), shop.ca, shop.origin)
    send(Case(f"/early?note={quote(value, safe='')}", "GET"))
    send(Case("/later", "GET", {"Authorization": f"Bearer {value}"}))
    assert proxy.stop() == 0
    assert left_behind({value}, [shop.cassette]) == []
    assert "a later request revealed a secret in this one" in proxy.log
    assert not any(form in proxy.log.encode() for form in encodings(value))


@pytest.mark.parametrize("how", ["passed", "blocked", "dropped", "broken"])
def test_what_a_request_that_is_not_recorded_sends_is_a_secret_too(
    shop: Shop, tmp_path: Path, how: str
) -> None:
    """A token under no name, which is known by what is made of it alone."""
    value, hooks = "q8Zk3vTw9LxN2bRd", tmp_path / "hooks.py"
    hooks.write_text(
        "def before_record(interaction):\n"
        "    return None if '/dropped' in interaction.request.url else interaction\n"
    )
    shop.origin.answers["/early"] = Answer(JSON, json.dumps({"seen": value}).encode())
    options = {"vcr_passthrough": "~u /passed", "vcr_block": "~u /blocked"}
    proxy = shop.mitmdump(shop.cassette, "record_only", vcr_hooks=hooks, **options)
    send = sender(proxy.wait_until_listening(), shop.ca, shop.origin)
    send(Case("/early", "GET"))
    if how == "broken":
        shop.origin.stop()
    send(Case(f"/{how}", "GET", {"Authorization": f"Bearer {value}"}))
    assert proxy.stop() == 0
    assert len(yaml.safe_load(shop.cassette.read_text())["interactions"]) == 1
    assert left_behind({value}, [shop.cassette]) == []


@pytest.mark.parametrize("how", ["passed", "blocked"])
def test_what_a_request_that_is_not_recorded_sends_is_hidden_in_a_replay_too(
    shop: Shop, how: str
) -> None:
    """Else what the recording hid matches nothing."""
    options = {"vcr_passthrough": "~u /passed", "vcr_block": "~u /blocked"}
    for mode, value in (
        ("record_only", "q8Zk3vTw9LxN2bRd"),
        ("replay_only", "q8Zk3vTw9LxN2bRd"),
        ("replay_only", "Wd7mPq2sYt5KcV4h"),
    ):
        proxy = shop.mitmdump(shop.cassette, mode, **options)
        send = sender(proxy.wait_until_listening(), shop.ca, shop.origin)
        send(Case(f"/{how}", "GET", {"Authorization": f"Bearer {value}"}))
        assert send(Case(f"/of/{value}", "GET")).status == 200
        assert proxy.stop() == 0


def test_redaction_can_be_turned_off_and_says_so(shop: Shop) -> None:
    proxy = shop.mitmdump(shop.cassette, "record_only", vcr_redact="none")
    send = sender(proxy.wait_until_listening(), shop.ca, shop.origin)
    send(Case("/a", "GET", {"Authorization": "Bearer abcdefgh12345678"}))
    assert proxy.stop() == 0
    assert "abcdefgh12345678" in shop.cassette.read_text()
    assert "vcr_redact=none: secrets are written to" in proxy.log


def test_a_secret_by_name_is_put_back_in_a_replay(shop: Shop) -> None:
    old, new = token(random.Random(6)), token(random.Random(7))
    shop.origin.answers["/echo"] = Answer(JSON, json.dumps({"you": old}).encode())
    said = []
    for mode, value in (("record_only", old), ("replay_only", new)):
        proxy = shop.mitmdump(
            shop.cassette, mode, vcr_secret="MINE", environment={"MINE": value}
        )
        send = sender(proxy.wait_until_listening(), shop.ca, shop.origin)
        said.append(
            send(Case("/echo", headers=JSON, body=b'{"me": "%b"}' % value.encode()))
        )
        assert proxy.stop() == 0
        assert '"<MINE>"' in shop.cassette.read_text()
    assert [got.json["you"] for got in said] == [old, new]
