"""The right answer or none: real clients ask a recorded cassette in another order, for
other bytes, and as somebody else."""

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from uuid import UUID

import pytest

from end_to_end.clients import CLIENT_PYTHON
from end_to_end.negotiating import FILE, Negotiating
from end_to_end.proxy import Proxy
from end_to_end.wire import Got, fetch
from patience import PATIENCE


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


@pytest.fixture(scope="module")
def known() -> Iterator[Negotiating]:
    with Negotiating() as origin:
        yield origin


class Stage:
    """A cassette that is recorded by some requests and replayed by others."""

    def __init__(
        self, mitmdump: Callable[..., Proxy], ca: Path, folder: Path, origin: str
    ) -> None:
        self._mitmdump, self._ca, self.origin = mitmdump, ca, origin
        self.cassette, self.folder = folder / "equals.yaml", folder
        self.proxy: Proxy

    def start(self, mode: str, **options: object) -> None:
        self.proxy = self._mitmdump(self.cassette, mode, **options)
        self.proxy.wait_until_listening()

    def stop(self) -> str:
        assert self.proxy.stop() == 0, self.proxy.log
        assert "Traceback" not in self.proxy.log
        return self.proxy.log

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> Got:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        method = "GET" if body is None else "POST"
        url = f"{self.origin}/{path}"
        return fetch(self.proxy.url, self._ca, url, method, body, named)

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[bytes]:
        """Run a client that finds the proxy in its environment."""
        proxy = {name: self.proxy.url for name in ("http_proxy", "https_proxy")}
        environment = {**_without_proxy(os.environ), **proxy, "no_proxy": ""}
        return subprocess.run(
            command, env=environment, capture_output=True, timeout=PATIENCE, check=False
        )

    def curl(self, path: str, *options: str) -> tuple[bytes, int]:
        """What curl printed, and its exit status."""
        done = self.run("curl", "-sS", *options, f"{self.origin}/{path}")
        return done.stdout, done.returncode


def _without_proxy(environment: Mapping[str, str]) -> dict[str, str]:
    return {k: v for k, v in environment.items() if "proxy" not in k.lower()}


@pytest.fixture
def stage(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path, known: Negotiating
) -> Stage:
    return Stage(mitmdump, proxy_ca, tmp_path, known.url)


# Headers


@pytest.mark.parametrize("path", ["plain", "variant"])
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Accept", ("application/json", "application/xml", "text/csv")),
        ("Accept_Language", ("de", "en", "fr")),
        ("X_Mode", ("a", "b", "c")),
    ],
)
def test_each_form_is_answered_in_any_order(
    stage: Stage, path: str, name: str, values: Sequence[str]
) -> None:
    stage.start("record_only")
    recorded = {each: stage.ask(path, **{name: each}).body for each in values}
    stage.stop()
    stage.start("replay_only")
    for each in reversed(values):
        assert stage.ask(path, **{name: each}).body == recorded[each]
    assert "replayed 3, missed 0" in stage.stop()


def test_a_form_that_nobody_recorded_is_a_miss_that_says_so(stage: Stage) -> None:
    stage.start("record_only")
    for each in ("de", "en"):
        stage.ask("variant", Accept_Language=each)
    stage.stop()
    stage.start("replay_only")
    missed = stage.ask("variant", Accept_Language="fr")
    assert missed.status == 424
    assert missed.headers["x-vcr-miss-reason"].endswith(
        'header.accept-language: "fr" was "de", and the answer\'s Vary names it;'
        " vcr_match=-vary would let it match"
    )
    stage.stop()
    stage.start("replay_only", vcr_match="-vary")
    assert stage.ask("variant", Accept_Language="fr").status == 200
    stage.stop()


def test_what_can_have_no_effect_is_told_at_the_start(stage: Stage) -> None:
    stage.start("record_only", vcr_match="url,header:Authorization", vcr_keep="typo")
    stage.ask("plain")
    log = stage.stop()
    assert "vcr_match=header:Authorization: this header holds a secret" in log
    assert "vcr_keep=typo: nothing is hidden under this name" in log


# Conditions


def test_only_who_has_it_is_told_that_nothing_changed(stage: Stage) -> None:
    stage.start("record_only")
    assert stage.ask("file", If_None_Match='"v1"').status == 304
    stage.stop()
    stage.start("replay_only")
    missed = stage.ask("file")
    assert missed.status == 424
    assert "header.if-none-match: absent was" in missed.headers["x-vcr-miss-reason"]
    assert "vcr_match=-validators" in missed.headers["x-vcr-miss-reason"]
    assert stage.ask("file", If_None_Match='"v2"').status == 424
    assert stage.ask("file", If_None_Match='"v1"').status == 304
    stage.stop()


def test_curl_gets_304_only_with_its_etag(stage: Stage) -> None:
    stage.start("record_only")
    code = ["-o", "/dev/null", "-w", "%{http_code}"]
    tagged = ["-H", 'If-None-Match: "v1"']
    assert stage.curl("file", *code, *tagged) == (b"304", 0)
    assert stage.curl("file", *code) == (b"200", 0)
    stage.stop()
    stage.start("replay_only")
    assert stage.curl("file", *code) == (b"200", 0)
    assert stage.curl("file", *code, *tagged) == (b"304", 0)
    stage.stop()


# Ranges


def test_curl_gets_the_bytes_that_it_asks_for(stage: Stage) -> None:
    stage.start("record_only")
    for first in (0, 100, 200):
        assert stage.curl("file", "-r", f"{first}-{first + 99}")[1] == 0
    stage.stop()
    stage.start("replay_only")
    for first in (200, 0):
        got = stage.curl("file", "-r", f"{first}-{first + 99}")
        assert got == (FILE[first : first + 100], 0)
    missed = stage.ask("file", Range="bytes=500-599")
    assert missed.status == 424
    reason = missed.headers["x-vcr-miss-reason"]
    assert 'header.range: "bytes=500-599" was "bytes=100-199"' in reason
    assert "vcr_match=-range would let it match" in reason
    assert stage.curl("file", "-r", "110-119") == (FILE[110:120], 0)
    assert "replayed 3, missed 1, unused 0" in stage.stop()


def test_curl_goes_on_where_a_download_was_cut(stage: Stage) -> None:
    stage.start("record_only")
    assert stage.curl("file") == (FILE, 0)
    stage.stop()
    part = stage.folder / "part"
    part.write_bytes(FILE[:1000])
    stage.start("replay_only")
    assert stage.curl("file", "-C", "-", "-o", str(part)) == (b"", 0)
    assert part.read_bytes() == FILE
    stage.stop()


def test_nothing_is_left_to_go_on_with(stage: Stage) -> None:
    stage.start("record_only")
    assert stage.ask("file", Range=f"bytes={len(FILE)}-").status == 416
    stage.stop()
    stage.start("replay_only")
    assert stage.ask("file", Range="bytes=7-").status == 424
    assert stage.ask("file", Range=f"bytes={len(FILE)}-").status == 416
    stage.stop()


DOWNLOADS = Path(__file__).parent / "downloads.py"


@pytest.mark.parametrize("name", ["boto3", "azure", "google"])
def test_an_sdk_downloads_in_parts_as_before(stage: Stage, name: str) -> None:
    wanted = hashlib.sha256(FILE).hexdigest().encode() + b"\n"

    def download(part: int, threads: int) -> bytes:
        command = (CLIENT_PYTHON, DOWNLOADS, name, stage.origin)
        done = stage.run(*command, str(part), str(threads))
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        return done.stdout

    stage.start("record_only")
    assert download(1 << 18, 1) == wanted
    stage.stop()
    for part in (1 << 18, 1 << 17):
        stage.start("replay_only")
        assert download(part, 4) == wanted
        assert "missed 0, unused 0" in stage.stop()


# Who asks


def miss_reason(answers: Iterator[Got]) -> str:
    """Return why the first stranger was refused: one in some 300 has the hint of an
    account by chance, whose answer it gets, or finds used up."""
    reasons = (answer.headers.get("x-vcr-miss-reason", "") for answer in answers)
    return next(each for each in reasons if each and "used up" not in each)


def _named(names: Sequence[str]) -> list[tuple[str, bytes | None]]:
    """Things are made under names, and asked for by them."""
    asked = [("things", b'{"id": "%s"}' % name.encode()) for name in names]
    return [*asked, *((f"things/{name}", None) for name in names)]


def test_each_thing_is_its_own_in_any_order_and_under_any_name(stage: Stage) -> None:
    one, two, three, four = (str(UUID(int=n << 64)) for n in (7, 8, 9, 10))
    stage.start("record_only")
    recorded = [stage.ask(*each).body for each in _named([one, two])]
    assert len(set(recorded)) == 2
    stage.stop()
    rules = {"vcr_ignore_json": "$.id=", "vcr_ignore_path": "(?<=/things/)[^/]+"}
    for echo in ("auto", "off"):
        stage.start("replay_only", **rules, vcr_echo=echo)
        for at in (3, 1, 0, 2):
            assert stage.ask(*_named([one, two])[at]).body == recorded[at]
        assert "replayed 4, missed 0" in stage.stop()
    stage.start("replay_only", **rules, vcr_echo="off")
    for at in (0, 1, 3, 2):
        assert stage.ask(*_named([three, four])[at]).body == recorded[at]
    assert "replayed 4, missed 0" in stage.stop()


def test_another_part_of_an_upload_is_a_miss(stage: Stage) -> None:
    stage.start("record_only")
    parts = [stage.ask("things/x", b"", Upload_Offset=n).body for n in ("0", "4")]
    stage.stop()
    stage.start("replay_only")
    missed = stage.ask("things/x", b"", Upload_Offset="8")
    assert missed.status == 424
    assert "vcr_match=-operation" in missed.headers["x-vcr-miss-reason"]
    found = [stage.ask("things/x", b"", Upload_Offset=n).body for n in ("4", "0")]
    assert found == parts[::-1]
    stage.stop()


def test_two_accounts_are_not_mixed_up(stage: Stage) -> None:
    accounts = {"good:pass": 200, "bad:pass": 401, "other:word": 200}
    stage.start("record_only")
    for pair in accounts:
        stage.curl("basic/a", "-u", pair)
    stage.stop()
    assert b"good" not in stage.cassette.read_bytes().replace(b"hello good", b"")
    stage.start("replay_only")
    reason = miss_reason(
        stage.ask("basic/a", Authorization=f"Basic {stranger}")
        for stranger in ("bm9ib2R5Om5vbmU=", "bm8tb25lOm5vbmU=", "YW55Ym9keTphbnk=")
    )
    assert reason.endswith(
        "this cassette holds 3 different values of `authorization`;"
        " yours is none of them; vcr_match=-identity would let it match"
    )
    stage.stop()
    stage.start("replay_only")  # of which no stranger has used anything up
    for pair in reversed(accounts):
        name = pair.partition(":")[0].encode()
        word = b"hello " if accounts[pair] == 200 else b"no "
        assert stage.curl("basic/a", "-u", pair) == (word + name, 0)
    stage.stop()


def test_one_account_is_anybodys(stage: Stage) -> None:
    stage.start("record_only")
    stage.curl("basic/b", "-u", "good:pass")
    stage.stop()
    assert b"identity" not in stage.cassette.read_bytes()
    stage.start("replay_only")
    assert stage.curl("basic/b", "-u", "dummy:dummy") == (b"hello good", 0)
    stage.stop()


@pytest.mark.parametrize("path", ["basic", "digest"])
def test_curl_is_challenged_again_in_another_order(stage: Stage, path: str) -> None:
    stage.start("record_only")
    for user in ("good:pass", "other:word"):
        assert stage.curl(path, "--anyauth", "-u", user)[1] == 0
    stage.stop()
    stage.start("replay_only")
    for user in ("other:word", "good:pass"):
        name = user.partition(":")[0].encode()
        assert stage.curl(path, "--anyauth", "-u", user) == (b"hello " + name, 0)
    assert "replayed 4, missed 0, unused 0" in stage.stop()


REQUESTS = """
import sys, requests
from requests.auth import HTTPBasicAuth, HTTPDigestAuth
kind = {"basic": HTTPBasicAuth, "digest": HTTPDigestAuth}[sys.argv[2]]
for user in sys.argv[3:]:
    print(requests.get(sys.argv[1], auth=kind(*user.split(":"))).text)
"""


@pytest.mark.parametrize("path", ["basic", "digest"])
def test_requests_is_known_by_its_account(stage: Stage, path: str) -> None:
    program = ("-c", REQUESTS, f"{stage.origin}/{path}", path)
    users = ("good:pass", "other:word", "good:pass")
    stage.start("record_only")
    assert stage.run(CLIENT_PYTHON, *program, *users).returncode == 0
    stage.stop()
    stage.start("replay_only")
    done = stage.run(CLIENT_PYTHON, *program, *users[1:], users[0])
    said = done.stdout.split(b"\n")[:3]
    assert said == [b"hello other", b"hello good", b"hello good"], done.stderr
    assert "missed 0, unused 0" in stage.stop()


def test_a_wrong_password_does_not_log_in(stage: Stage) -> None:
    right, wrong = (
        b'{"user":"u","password":"the-%b-password"}' % word
        for word in (b"right", b"wrong")
    )
    stage.start("record_only")
    assert [stage.ask("login", each).status for each in (right, wrong)] == [200, 401]
    stage.stop()
    assert b"-password" not in stage.cassette.read_bytes()
    stage.start("replay_only")
    reason = miss_reason(
        stage.ask("login", wrong.replace(b"wrong", other))
        for other in (b"other", b"third", b"fourth")
    )
    assert "2 different values of `password`; yours is neither" in reason
    stage.stop()
    stage.start("replay_only")
    assert [stage.ask("login", each).status for each in (wrong, right)] == [401, 200]
    stage.stop()


SIGN_IN = """
import sys, requests
origin, *names = sys.argv[1:]
signed = {}
for name in names:
    session = signed[name] = requests.Session()
    asked = {"user": name, "password": f"the password of {name}"}
    signed[name].token = session.post(f"{origin}/sessions", json=asked).json()
for name in reversed(names):
    print(signed[name].get(f"{origin}/me").text)
    token = signed[name].token["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    print(requests.get(f"{origin}/me/too", headers=bearer).text)
"""


def test_two_who_sign_in_go_on_as_themselves(stage: Stage) -> None:
    program = (CLIENT_PYTHON, "-c", SIGN_IN, stage.origin)
    stage.start("record_only")
    assert stage.run(*program, "ann", "bea").returncode == 0
    stage.stop()
    for name in (b"ann", b"bea"):
        assert hashlib.sha256(name).hexdigest() not in stage.cassette.read_text()
    stage.start("replay_only")
    done = stage.run(*program, "bea", "ann")
    assert done.stdout.split(b"\n")[:4] == [
        b"you are ['ann']",
        b"you are ['ann']",
        b"you are ['bea']",
        b"you are ['bea']",
    ], done.stderr
    assert "replayed 6, missed 0, unused 0" in stage.stop()


def test_a_page_of_rows_is_answered_only_by_itself(stage: Stage) -> None:
    stage.start("record_only")
    pages = ("0-9", "10-19")
    recorded = {page: stage.ask("rows", Range=page).body for page in pages}
    stage.stop()
    stage.start("replay_only")
    assert stage.ask("rows", Range="20-29").status == 424
    for page in reversed(pages):
        assert stage.ask("rows", Range=page).body == recorded[page]
    stage.stop()


def test_a_secret_in_a_url_is_known_again(stage: Stage) -> None:
    stage.start("record_only")
    recorded = {key: stage.ask(f"kv?key={key}").body for key in ("alpha", "beta")}
    stage.stop()
    assert b"alpha" not in stage.cassette.read_bytes()
    stage.start("replay_only")
    for key in ("beta", "alpha"):
        assert stage.ask(f"kv?key={key}").body == recorded[key]
    stage.stop()
