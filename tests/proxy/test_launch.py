import asyncio
import logging
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from mitmvcr.core.errors import CassetteNotFoundError, CassetteWriteError, VcrError
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer
from mitmvcr.proxy.launch import running_proxy
from option_samples import parse_settings


def test_a_proxy_answers_from_its_cassette_while_the_block_runs(tmp_path, confdir):
    path = tmp_path / "a.yaml"
    request = Request(method="GET", url="http://h.test/a")
    response = Response(code=200, status="200 OK", body=b"recorded")
    path.write_bytes(writer.dumps(Cassette([Interaction(0, request, response)])))
    settings = parse_settings(cassette=str(path), mode="replay_only")

    async def main():
        async with running_proxy(settings, confdir=confdir) as proxy:
            body = await asyncio.to_thread(get, "http://h.test/a", proxy.port)
            assert proxy.ca_file.read_text().startswith("-----BEGIN CERTIFICATE")
            return body, proxy.summary().line()

    body, line = asyncio.run(main())
    assert body == b"recorded"
    assert line.endswith("recorded 0, replayed 1, missed 0, unused 0")


def test_what_keeps_each_of_several_sessions_from_saving_is_told_once(
    tmp_path, confdir, capfd, monkeypatch
):
    """The first is raised, for whoever runs the proxy to tell."""

    def fail(recording):
        raise CassetteWriteError("its cassette", "no space left")

    monkeypatch.setattr("mitmvcr.session.recording.Recording.close", fail)
    settings = parse_settings(dir=str(tmp_path), mode="record_once")

    async def main():
        async with running_proxy(settings, confdir=confdir) as proxy:
            for name in ("one", "two"):
                with pytest.raises(urllib.error.HTTPError):
                    await asyncio.to_thread(get, "http://no.test/", proxy.port, name)

    with pytest.raises(CassetteWriteError):
        asyncio.run(main())
    assert capfd.readouterr().err.count("no space left") == 1


def get(url: str, port: int, name: str = "") -> bytes:
    login = f"{name}:x@" if name else ""
    proxies = urllib.request.ProxyHandler({"http": f"http://{login}127.0.0.1:{port}"})
    with urllib.request.build_opener(proxies).open(url) as answer:
        return answer.read()


def start(settings, confdir, **options):
    async def main():
        async with running_proxy(settings, confdir=confdir, **options):
            raise AssertionError("it should not have started")

    asyncio.run(main())


def test_a_missing_cassette_is_an_error_of_ours(tmp_path, confdir):
    settings = parse_settings(cassette=str(tmp_path / "a"), mode="replay_only")
    with pytest.raises(CassetteNotFoundError, match="cassette not found"):
        start(settings, confdir)


def test_a_port_that_is_taken_is_an_error_of_ours(tmp_path, confdir, capfd):
    settings = parse_settings(cassette=str(tmp_path / "a"), mode="record_once")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(VcrError, match="the proxy could not start"):
            start(settings, confdir, listen_port=port)
    assert str(port) in capfd.readouterr().err
    assert list(Path(tmp_path).iterdir()) == []


def test_a_start_that_fails_leaves_nothing(tmp_path, confdir):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        cassette = str(tmp_path / "a.yaml")
        settings = parse_settings(cassette=cassette, mode="record_once", control=port)
        with pytest.raises(VcrError, match="address already in use"):
            start(settings, confdir)
    assert not [*tmp_path.glob("a.yaml*")]


def test_how_java_ends_tls_is_no_warning(tmp_path, confdir, capfd):
    settings = parse_settings(cassette=str(tmp_path / "a"), mode="record_once")
    mitmproxys = logging.getLogger("mitmproxy.proxy.server")

    async def main():
        async with running_proxy(settings, confdir=confdir):
            mitmproxys.warning("TLS Error: (-1, 'Unexpected EOF')")
            mitmproxys.warning("TLS Error: [('SSL routines', '', 'bad record mac')]")

    asyncio.run(main())
    said = capfd.readouterr().err
    assert said == "TLS Error: [('SSL routines', '', 'bad record mac')]\n"
