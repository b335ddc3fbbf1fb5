"""A pasted curl command becomes the request that curl sends; curl itself is asked."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cli.helpers import need
from mitmvcr.cli.curl.command import Curl, parse_curl
from mitmvcr.core.errors import OptionError

#: What curl says of itself, and of the connection.
OWN = {"host", "user-agent", "content-length", "accept-encoding", "expect"}


@dataclass(frozen=True)
class Sent:
    method: str
    path: str
    headers: frozenset[tuple[str, str]]
    body: bytes


class Listener:
    """An origin that keeps the last request."""

    def __init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = frozenset(
                    (name.lower(), value)
                    for name, value in self.headers.items()
                    if name.lower() not in OWN
                )
                body = self.rfile.read(length)
                outer.last = Sent(self.command, self.path, headers, body)
                self.send_response(204)
                self.end_headers()

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = handle_any

            def log_message(self, *_: object) -> None:
                pass

        self.last: Sent | None = None
        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    started = Listener()
    yield started
    started.stop()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "body").write_bytes(b"a=1\r\nb=\xff\0\n")
    (tmp_path / "heads").write_text("A: b\nC: d\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def as_sent(curl: Curl, base: str) -> Sent:
    known = frozenset((name.lower(), value) for name, value in curl.headers)
    headers = frozenset(pair for pair in known if pair[0] not in OWN)
    return Sent(curl.method, curl.url.removeprefix(base), headers, curl.body or b"")


COMMANDS = [
    "{url}/a?b=c",
    "-X DELETE {url}/a",
    "-XPATCH -d a=1 -d b=2 {url}/a",
    "--request PUT --data-raw @a {url}/a",
    "-d @body {url}/a",
    "--data-ascii @body {url}/a",
    "--data-binary @body {url}/a",
    "--data-urlencode 'a b&c' --data-urlencode =x= --data-urlencode 'n=v w' {url}/a",
    "--data-urlencode @body --data-urlencode n@body {url}/a",
    "--json '{{\"a\": 1}}' {url}/a",
    "--json '{{' --json '}}' {url}/a",
    "--json x -H 'Content-Type: text/plain' -H 'accept: a' {url}/a",
    "-G -d a=1 -d b=2 {url}/a",
    "-G --data-urlencode 'q=a b' {url}/a?x=1",
    "-I {url}/a",
    "-H 'A: b' -H 'A:c' -H 'Empty;' -H 'Accept:' {url}/a",
    "-H 'Content-Type:' -d a {url}/a",
    "-H @heads {url}/a",
    "-u me:secret {url}/a",
    "-u me:secret -H 'Authorization: own' {url}/a",
    "-b 'a=1; b=2' -e http://x.test/ -r 0-3 {url}/a",
    "-b jar {url}/a",
    "-sSL --compressed -k -i --http1.1 -m 20 --connect-timeout 5 {url}/a",
    "-fsSo /dev/null -w '' {url}/a",
    "--url {url}/a -A me",
    "-d '' {url}/a",
    "$'{url}/a' -d $'\\u00e9\\n'",
    "-- {url}/a",
]


@pytest.mark.parametrize("words", COMMANDS)
def test_it_is_what_curl_sends(listener: Listener, files: Path, words: str) -> None:
    need("curl", shutil.which("curl"))
    command = f"curl {words.format(url=listener.url)}"
    listener.last = None
    ran = subprocess.run(
        ["bash", "-c", f"{command} --noproxy '*'"], capture_output=True, check=False
    )
    assert listener.last is not None, ran.stderr
    assert as_sent(parse_curl(command), listener.url) == listener.last


def test_what_a_browser_copies_is_understood() -> None:
    curl = parse_curl(
        "curl 'https://api.example.test/v1/chat?stream=true' \\\n"
        "  -H 'accept: application/json' \\\n"
        "  -H 'content-type: application/json' \\\n"
        '  --data-raw $\'{"text":"it\\\'s\\u0021"}\' \\\n'
        "  --compressed ;"
    )
    assert (curl.method, curl.url) == (
        "POST",
        "https://api.example.test/v1/chat?stream=true",
    )
    assert curl.body == b'{"text":"it\'s!"}'
    assert ("content-type", "application/json") in curl.headers


def test_a_url_without_a_scheme_is_http() -> None:
    assert parse_curl("curl h.test/a").url == "http://h.test/a"


@pytest.mark.parametrize(
    ("command", "named"),
    [
        ("curl --no-such http://h/", "--curl=--no-such: mitmvcr does not understand"),
        (
            "curl -sW http://h/",
            "--curl=-W: mitmvcr does not understand this curl option",
        ),
        ("curl -F a=1 http://h/", "--curl=--form: is not understood here: multipart"),
        ("curl --upload-file x http://h/", "--curl=--upload-file: is not understood"),
        ("curl http://h/ -X", "--curl=-X: its value is missing"),
        ("curl http://h/ --data", "--curl=--data: its value is missing"),
        ("curl -d @absent http://h/", "--curl=--data @absent: cannot be read: No such"),
        ("curl http://h/ http://i/", "--curl=http://i/: give only one URL"),
        ("curl -s", "--curl=curl -s: there is no URL in it"),
        ("curl 'http://h/", "--curl=curl 'http://h/: a quote is not closed"),
    ],
)
def test_what_is_not_understood_is_one_line(command: str, named: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse_curl(command)
    assert str(caught.value).startswith(named)
