"""Requests in odd forms, by a client that writes them itself, in random order: a model
says which recorded answer each gets, or that it gets none.

The forms: another method in lower case, a body where others have none, in chunks or of
no length, ``OPTIONS *``, a host in capitals, a ``Host`` that is not the URL's, in
a tunnel or by the whole URL.
"""

import http.client
import random
import socket
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from end_to_end.proxy import Proxy
from patience import PATIENCE

SEEDS = 16
METHODS = ("GET", "GET", "HEAD", "DELETE", "POST", "OPTIONS", "get", "PURGE", "QUERY")
HOSTS = ("127.0.0.1", "LOCALHOST", "localhost")
PATHS = ("/a", "/A", "/a?", "/a?x=1", "//a", "/a/", "/a;p=1", "/%61", "/a%2Fb", "*")
BODIES = (None, None, b"", b"one", b"two", [b"o", b"ne"], [])
OWN = ""
NAMES = (OWN, OWN, OWN, "a.test", "A.Test", "b.test")


class Form(NamedTuple):
    """``host`` is that of the URL, ``name`` that of the header; a list as a body is
    sent in chunks."""

    is_tunneled: bool
    method: str
    host: str
    path: str
    body: bytes | list[bytes] | None
    name: str

    @property
    def key(self) -> tuple[object, ...]:
        """What has to be equal, but for the host that is named."""
        body = b"".join(self.body) if isinstance(self.body, list) else self.body
        path = {"/%61": "/a"}.get(self.path, self.path)
        return self.method, self.host.lower(), path, body or b""


def drawn(chance: random.Random) -> Form:
    values = map(chance.choice, ((True, False), METHODS, HOSTS, PATHS, BODIES, NAMES))
    return _allowed(Form(*values))


def neighbour(form: Form, chance: random.Random) -> Form:
    """Return a form that differs in one thing, most often in the host that is named, or
    in none."""
    name = chance.choice((*Form._fields, "name", "name"))
    return _allowed(form._replace(**{name: getattr(drawn(chance), name)}))


def _allowed(form: Form) -> Form:
    """Only ``OPTIONS`` in origin form has a star for a path."""
    is_star = form.path == "*"
    return form._replace(is_tunneled=True, method="OPTIONS") if is_star else form


class Counting:
    """Answers each request with the number of requests so far, on any host."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.count = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                plug, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plug,), daemon=True).start()

    def _serve(self, plug: socket.socket) -> None:
        with plug, plug.makefile("rb") as lines:
            while first := lines.readline():
                head = http.client.parse_headers(lines)
                _skip_body(lines, head)
                self.count += 1
                text = b"" if first.startswith(b"HEAD ") else b"%d" % self.count
                said = f"X-Number: {self.count}\r\nContent-Length: {len(text)}\r\n\r\n"
                plug.sendall(b"HTTP/1.1 200 OK\r\n" + said.encode() + text)


def _skip_body(lines: object, head: http.client.HTTPMessage) -> None:
    if head["Transfer-Encoding"] is None:
        lines.read(int(head["Content-Length"] or 0))
        return
    while size := int(lines.readline(), 16):
        lines.read(size + 2)
    lines.readline()


def ask(proxy: Proxy, session: str, port: int, form: Form) -> tuple[int, str]:
    """Return the status, and the number of the answer or an empty text."""
    authority = f"{form.host}:{port}"
    login = f"Proxy-Authorization: Basic {b64encode(f'{session}:x'.encode()).decode()}"
    with (
        socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE) as plug,
        plug.makefile("rb") as lines,
    ):
        target = form.path
        if form.is_tunneled:
            plug.sendall(f"CONNECT {authority} HTTP/1.1\r\n{login}\r\n\r\n".encode())
            assert b" 200 " in lines.readline()
            http.client.parse_headers(lines)
        else:
            target = f"http://{authority}{form.path}"
        head = [f"{form.method} {target} HTTP/1.1", f"Host: {form.name or authority}"]
        head += [] if form.is_tunneled else [login]
        plug.sendall(_framed(head, form.body))
        status = int(lines.readline().split()[1])
        answer = http.client.parse_headers(lines)
        body = (
            b"" if form.method == "HEAD" else lines.read(int(answer["Content-Length"]))
        )
        number = answer["X-Number"] or ""
        assert not number or form.method == "HEAD" or body.decode() == number
        return status, number


def _framed(head: Sequence[str], body: bytes | list[bytes] | None) -> bytes:
    if body is None:
        return "\r\n".join([*head, "", ""]).encode()
    if isinstance(body, bytes):
        return (
            "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body
        )
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in [*body, b""])
    return "\r\n".join([*head, "Transfer-Encoding: chunked", "", ""]).encode() + chunks


class Model:
    """What a cassette holds, and what is left of it."""

    def __init__(self, recorded: Sequence[tuple[Form, str]]) -> None:
        self._left = list(recorded)
        self._names = {form.key: set[str]() for form, _ in recorded}
        for form, _ in recorded:
            self._names[form.key].add(form.name.lower())

    def may_answer(self, form: Form) -> set[str]:
        """Return the numbers of the answers of which the request gets one: of hosts
        that share an address each has its own, where several were recorded; who asks
        for the address's own name gets any where that was not."""
        names, name = self._names.get(form.key, set()), form.name.lower()
        is_any = len(names) == 1 or (name == OWN and OWN not in names)
        return {
            number
            for each, number in self._left
            if each.key == form.key and (is_any or each.name.lower() == name)
        }

    def take(self, number: str) -> None:
        self._left = [each for each in self._left if each[1] != number]


@pytest.fixture
def counting() -> Iterator[Counting]:
    with closing(Counting()) as origin:
        yield origin


def test_each_form_gets_its_own_answer_or_none(
    mitmdump: Callable[..., Proxy], tmp_path: Path, counting: Counting
) -> None:
    folder = tmp_path / "cassettes"
    recorded = _recorded(mitmdump(None, "record_only", vcr_dir=folder), counting)
    asked = counting.count
    for lane in ("auto", "off"):
        proxy = mitmdump(None, "replay_only", vcr_dir=folder, vcr_lane=lane)
        proxy.wait_until_listening()
        for seed, held in enumerate(recorded):
            _replay(proxy, counting.port, seed, held)
        assert proxy.stop() == 0, proxy.log
        assert "Traceback" not in proxy.log
    assert counting.count == asked, "something left"


def _recorded(proxy: Proxy, origin: Counting) -> list[list[tuple[Form, str]]]:
    """Return what was recorded in the session of each seed, and its answer."""
    proxy.wait_until_listening()
    found = []
    for seed in range(SEEDS):
        chance, held = random.Random(seed), list[tuple[Form, str]]()
        near = [drawn(chance) for _ in range(2)]
        for _ in range(chance.randint(5, 10)):
            form = neighbour(chance.choice(near), chance)
            status, number = ask(proxy, f"s{seed}", origin.port, form)
            assert (status, number) == (200, f"{origin.count}"), form
            held.append((form, number))
        found.append(held)
    assert proxy.stop() == 0, proxy.log
    return found


def _replay(
    proxy: Proxy, port: int, seed: int, held: Sequence[tuple[Form, str]]
) -> None:
    chance, model = random.Random(-1 - seed), Model(held)
    forms = [form for form, _ in held]
    forms += [neighbour(chance.choice(forms), chance) for _ in range(12)]
    chance.shuffle(forms)
    for form in forms:
        status, number = ask(proxy, f"s{seed}", port, form)
        wanted = model.may_answer(form)
        where = f"seed {seed}, {form}: {number or status} of {wanted}, held {held}"
        assert number in wanted if wanted else status == 424, where
        model.take(number)
