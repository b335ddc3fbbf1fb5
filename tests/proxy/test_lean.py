"""A strict replay starts without mitmproxy, and ends up as if it had been there."""

import asyncio
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from mitmproxy.addons import tlsconfig
from mitmproxy.certs import Cert
from mitmproxy.test import taddons

from mitmvcr.core.errors import VcrError
from mitmvcr.proxy import launch
from mitmvcr.proxy.ca import ensure_ca
from mitmvcr.proxy.host import options as host_options
from mitmvcr.proxy.host import plain
from mitmvcr.proxy.host.leaves import CIPHERS, Own
from mitmvcr.proxy.launch import Proxy, running_proxy
from mitmvcr.proxy.running import Running
from option_samples import parse_settings
from patience import PATIENCE
from proxy.lanes import HOST, Client, cassette, interaction, played

GET = b"GET http://api.test%b HTTP/1.1\r\nHost: api.test\r\n%b\r\n"
INNER = b"GET %b HTTP/1.1\r\nHost: api.test\r\n\r\n"
#: All of mitmproxy that a start may import; with TLS its certificates too.
LIGHT = {"mitmproxy", "mitmproxy.version", "mitmproxy.ctx"}
WITH_TLS = {
    "mitmproxy.certs",
    "mitmproxy.coretypes",
    "mitmproxy.coretypes.serializable",
}

IMPORTED = """
import sys
from mitmvcr.cli import main

code = main(sys.argv[1:])
print(code, *(each for each in sys.modules if each.partition(".")[0] == "mitmproxy"))
"""
ASKS = """
import ssl, sys, urllib.request
for url in sys.argv[1:]:
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"recorded"
"""


def recorded(folder: Path) -> Path:
    urls = [f"{scheme}://{HOST}/a" for scheme in ("http", "https")]
    return cassette(folder / "a.yaml", *map(interaction, urls))


def imported(folder: Path, home: Path, *asked: str) -> set[str]:
    """Run a child that asks these, and return what of mitmproxy the run imported."""
    words = ["run", "--allow-idle", "--cassette", recorded(folder), "--mode"]
    words += ["replay_only", "--", sys.executable, "-c", ASKS, *asked]
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *map(str, words)],
        env={"MITMVCR_HOME": str(home), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    code, *names = done.stdout.split()
    assert code == "0", done.stderr
    return set(names)


def test_mitmproxy_is_imported_when_it_is_first_needed(tmp_path) -> None:
    home = tmp_path / "home"
    ensure_ca(home)
    assert imported(tmp_path, home) <= LIGHT
    secured = imported(tmp_path, home, f"http://{HOST}/a", f"https://{HOST}/a")
    assert secured - LIGHT <= WITH_TLS


def counted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return what grows with each start of mitmproxy."""
    starts: list[object] = []
    imported = launch._imported

    def counting() -> Any:
        inside = imported()

        def start(*args: Any) -> AbstractAsyncContextManager[Running]:
            starts.append(args[-1])
            return inside(*args)

        return start

    monkeypatch.setattr(launch, "_imported", counting)
    return starts


CLIENTS = 12


def many(proxy: Proxy) -> Iterator[bytes]:
    """Have clients come at once, of whom each third asks for what is not there between
    two hits."""
    found: dict[int, bytes] = {}

    def ask(number: int) -> None:
        with_tls = number % 2
        client = Client(proxy).secure() if with_tls else Client(proxy)
        paths = [b"/%d" % number] * 2
        if number % 3 == 0:
            paths.insert(1, b"/miss/%d" % number)
        asked = [INNER % path if with_tls else GET % (path, b"") for path in paths]
        found[number] = b"".join(map(client.ask, asked))
        client.socket.shutdown(socket.SHUT_WR)
        client.rest()  # the proxy has seen its end then

    threads = [Thread(target=ask, args=[number]) for number in range(CLIENTS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    yield from (found[number] for number in range(CLIENTS))


def codes(answers: bytes) -> list[bytes]:
    return re.findall(rb"HTTP/1.1 (\d+)", answers)


def test_many_are_handed_over_at_once_to_one_mitmproxy(tmp_path, confdir, monkeypatch):
    starts = counted(monkeypatch)
    urls = [
        f"{'https' if number % 2 else 'http'}://{HOST}/{number}"
        for number in range(CLIENTS)
    ]
    path = cassette(tmp_path / "a.yaml", *map(interaction, [*urls, *urls]))
    own, lean = (played(path, confdir, many, lane=lane) for lane in ("off", "auto"))
    assert [each is None for each in starts] == [True, False]
    # Which interaction is the nearest of a miss is a matter of who came first.
    assert [*map(codes, lean.answers)] == [*map(codes, own.answers)]
    assert (lean.summary, lean.connects) == (own.summary, own.connects)
    assert len(lean.misses) == CLIENTS // 3


@pytest.mark.parametrize(
    "options", [{"view": "wire"}, {"mode": "record_once"}], ids=str
)
def test_it_is_the_same_with_and_without_a_lean_start(options, tmp_path, confdir):
    path = recorded(tmp_path)

    def play(proxy: Proxy) -> Iterator[bytes]:
        Client(proxy).close()
        client, secured = Client(proxy), Client(proxy).secure()
        yield client.ask(GET % (b"/a", b""))
        yield secured.ask(INNER % b"/a")
        yield client.ask(GET % (b"/a", b""))
        yield secured.ask(INNER % b"/a")
        upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
        yield Client(proxy).ask(GET % (b"/a", upgrade))
        yield Client(proxy).secure("other.test").ask(INNER % b"/a")

    lean, early = (
        played(path, confdir, play, lane="auto", sets=sets, **options)
        for sets in ((), ("http2=true",))  # any of mitmproxy's options starts it
    )
    assert lean == early
    assert (lean.lane, lean.connects) == (2, 5)


@pytest.mark.parametrize(
    ("url", "counts"),
    [(f"http://{HOST}/miss", (1, 0)), ("http://telemetry.go.dev/upload/x", (0, 1))],
)
def test_a_miss_whose_client_has_left_is_counted_and_told(
    tmp_path, confdir, monkeypatch, url, counts
):
    """Also where the block ends while mitmproxy has not started yet; what calls home
    does not count."""

    begins, imported = Event(), launch._imported

    def beginning() -> Any:
        begins.set()
        return imported()

    monkeypatch.setattr(launch, "_imported", beginning)

    def play(proxy: Proxy) -> None:
        client = Client(proxy)
        assert client.ask(GET % (b"/a", b"")).endswith(b"recorded")
        client.send(b"GET %b HTTP/1.1\r\nHost: h\r\n\r\n" % url.encode())
        client.close()
        assert begins.wait(PATIENCE)

    async def main() -> Any:
        settings = parse_settings(cassette=str(recorded(tmp_path)), mode="replay_only")
        async with running_proxy(settings, confdir=confdir) as proxy:
            (session,) = proxy.sessions
            await asyncio.to_thread(play, proxy)
        return proxy.summary(), session.log.misses

    found, misses = asyncio.run(main())
    assert (found.missed, found.blocked) == counts
    assert (found.replayed, found.came) == (1, 1)
    assert [miss.url for miss in misses] == [url] * found.missed


@pytest.mark.parametrize(
    ("path", "count"), [(b"/miss", (0, 1)), (b"/a", (1, 0))], ids=["miss", "hit"]
)
def test_what_was_sent_before_the_end_is_heard(tmp_path, confdir, path, count):
    """Though the session was not prepared yet, and nobody waits for an answer, as where
    a program tells of its use and ends."""

    def play(proxy: Proxy) -> None:
        clients = [Client(proxy) for _ in range(3)]
        for client in clients:
            client.send(GET % (path, b""))
            client.close()

    async def main() -> Any:
        settings = parse_settings(
            cassette=str(recorded(tmp_path)), mode="replay_only", allow_repeats="yes"
        )
        async with running_proxy(settings, confdir=confdir) as proxy:
            play(proxy)  # without a turn of the loop
        return proxy.summary()

    found = asyncio.run(main())
    assert (found.replayed, found.missed) == tuple(3 * each for each in count)


@pytest.mark.parametrize("which", ["plan", "on_miss"])
def test_a_fault_whose_client_has_left_is_noted(tmp_path, confdir, which):
    failed = Event()

    def fail(*_: object) -> None:
        failed.set()
        raise VcrError("a fault of a test")

    def play(proxy: Proxy) -> None:
        client = Client(proxy)
        client.send(GET % (b"/miss", b""))
        client.close()
        assert failed.wait(PATIENCE)

    async def main() -> None:
        settings = parse_settings(cassette=str(recorded(tmp_path)), mode="replay_only")
        async with running_proxy(settings, confdir=confdir) as proxy:
            (session,) = proxy.sessions
            setattr(session, which, fail)
            await asyncio.to_thread(play, proxy)

    with pytest.raises(VcrError, match="a fault of a test"):
        asyncio.run(main())


def test_a_mitmproxy_that_cannot_start_is_an_error_of_the_run(
    tmp_path, confdir, monkeypatch, capfd
):
    def fail() -> Any:
        raise VcrError("a fault of a test")

    monkeypatch.setattr(launch, "_imported", fail)

    def play(proxy: Proxy) -> Iterator[bytes]:
        yield Client(proxy).ask(GET % (b"/a", b""))
        yield Client(proxy).ask(GET % (b"/miss", b""))
        yield Client(proxy).ask(GET % (b"/miss", b""))

    found = played(recorded(tmp_path), confdir, play, fails=True, lane="auto")
    assert found.answers[0].endswith(b"recorded")
    assert found.answers[1:] == [b"", b""]
    assert found.log == ["mitmvcr: error: a fault of a test"]


def test_a_port_that_is_taken_is_an_error_of_ours(tmp_path, confdir):
    async def main() -> None:
        settings = parse_settings(cassette=str(recorded(tmp_path)), mode="replay_only")
        async with running_proxy(settings, confdir=confdir) as proxy:
            with pytest.raises(VcrError, match=f":{proxy.port} cannot be listened on"):
                async with running_proxy(
                    settings, confdir=confdir, listen_port=proxy.port
                ):
                    raise AssertionError("it should not have started")

    asyncio.run(main())


NAMES = [
    ("api.test", "api.test"),
    ("a.api.test", "api.test"),
    (None, "api.test"),
    (None, "10.1.2.3"),
    ("bücher.test", "xn--bcher-kva.test"),
]


@pytest.mark.parametrize(("name", "place"), NAMES)
def test_a_certificate_says_what_mitmproxys_would(name, place, confdir) -> None:
    client = SimpleNamespace(sni=name, sockname=("127.0.0.1", 1))
    server = SimpleNamespace(certificate_list=[], address=(place, 0))
    context = SimpleNamespace(client=client, server=server)

    async def made() -> Any:
        addon = tlsconfig.TlsConfig()
        with taddons.context(addon) as running:
            running.configure(addon, confdir=str(confdir))
            return addon.get_cert(context)

    theirs = asyncio.run(made())
    ours = Own(confdir).get_cert(context)
    assert said(ours.cert) == said(theirs.cert)
    assert ours.privatekey.private_numbers() == theirs.privatekey.private_numbers()
    assert ours.chain_certs == theirs.chain_certs


def said(made: Cert) -> tuple[object, ...]:
    of = x509.load_pem_x509_certificate(made.to_pem())
    lasts = of.not_valid_after_utc - of.not_valid_before_utc
    return of.issuer, of.subject, [*of.extensions], of.public_key(), round(lasts.days)


def test_what_is_taken_from_mitmproxy_is_what_it_has() -> None:
    assert CIPHERS == tlsconfig._DEFAULT_CIPHERS

    async def main() -> None:
        with taddons.context():
            assert host_options.gives_up_after() == plain.GIVES_UP_AFTER

    asyncio.run(main())
