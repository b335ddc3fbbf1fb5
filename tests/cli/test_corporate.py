"""A network whose only way out is a proxy: HTTP or socks, with names that only it
knows, others that are reached without it, and a private authority. One run asks all."""

import socket
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest

from cli.corporate import LOGIN, Gateway, HttpProxy, SocksProxy, gateway
from cli.helpers import MITMVCR, answer, lines, write_cassette
from cli.served import served
from cli.test_serve import fetch, serving
from mitmvcr.cli.child.jks import certificates, trust_store
from origin.certs import CertFiles
from patience import PATIENCE, wait_for_port
from ports import free_port

ASK = """
import sys, urllib.error, urllib.request as u
for url in sys.argv[1:]:
    try: print(u.urlopen(url).read().decode())
    except urllib.error.HTTPError as e: print(e.code)
"""
USER = ":".join(map(quote, LOGIN)) + "@"


class Says(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = f"{self.headers['Host'].partition(':')[0]}{self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def ports(certs: CertFiles) -> Iterator[tuple[int, int]]:
    """Origins over TLS and in the clear."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs.leaf)
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Says) for _ in range(2)]
    servers[0].socket = context.wrap_socket(servers[0].socket, server_side=True)
    with served(servers[0]) as one, served(servers[1]) as other:
        yield one.server_address[1], other.server_address[1]


@pytest.fixture(params=[HttpProxy, SocksProxy], ids=["http", "socks5"])
def way(request: pytest.FixtureRequest, ports: tuple[int, int]) -> Iterator[Gateway]:
    with gateway(request.param) as made:
        made.known = {"api.test": ports[0], "plain.test": ports[1]}
        made.wants_login = True
        made.scheme = "http" if request.param is HttpProxy else "socks5h"
        yield made


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
def test_all_goes_out_through_it_but_for_what_no_proxy_names(
    cli, certs, ports, way, name
):
    past = f"localhost:{ports[1]}"
    env = {
        name: f"{way.scheme}://{USER}{way.place}",
        "NO_PROXY": f".other.example, {past}",
    }
    asked = [
        *("https://api.test/a", "https://api.test/b", "http://plain.test/c"),
        f"http://{past}/d",
    ]
    words = ("-c", "new", "--include-localhost", "--upstream-ca", certs.ca)
    ran = cli("run", *words, *cli.python(ASK), *asked, env=env)
    said = "api.test/a\napi.test/b\nplain.test/c\nlocalhost/d\n"
    assert ran.stdout == said, ran.stderr
    told, summary = lines(ran.stderr)
    assert told == (
        f"mitmvcr: {name} is set: going on through {way.scheme}://{way.place}, but"
        f" without it to what NO_PROXY names: .other.example, {past}"
    )
    assert "recorded 4," in summary
    assert {*way.asked} == {"api.test:443", "plain.test:80"}
    # A strict replay needs none of it, and says nothing of it.
    env = {name: "nonsense://", "SSL_CERT_FILE": "/nowhere.pem"}
    words = ("-c", "new", "--include-localhost", "--upstream-ca", "/nowhere.pem")
    again = cli("run", *words, *cli.python(ASK), *asked, env=env)
    assert again.stdout == said
    assert len(lines(again.stderr)) == 1


def test_serve_goes_on_through_it(cli, home, certs, ports, way, tmp_path):
    past = f"localhost:{ports[1]}"
    url = f"{way.scheme}://{USER}{way.place}"
    env = cli.environment(HTTPS_PROXY=url, NO_PROXY=past)
    words = ("--cassette", "new", "--upstream-ca", certs.ca)
    with serving(cli, *words, env=env) as (process, port):
        wait_for_port(port)
        ca = home / "mitmproxy-ca-cert.pem"
        assert fetch("https://api.test/a", port, ca) == "api.test/a"
        assert fetch("http://plain.test/b", port, ca) == "plain.test/b"
        assert fetch(f"http://{past}/c", port, ca) == "localhost/c"
        assert "502 Bad Gateway" in fetch("https://gone.test/", port, ca)
        process.terminate()
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert {*way.asked} == {"api.test:443", "plain.test:80", "gone.test:443"}
    assert f"HTTPS_PROXY is set: going on through {way.scheme}://{way.place}," in err
    assert "NO_PROXY names hosts that are reached without it" in out
    assert LOGIN[1] not in out + err
    assert "url: http://plain.test/b" in (tmp_path / "new.yaml").read_text()


def test_a_session_that_records_goes_on_through_it_where_the_others_replay(
    cli, home, ports, way, tmp_path
):
    """It went past it, since the proxy was started strictly."""
    env = cli.environment(HTTPS_PROXY=f"{way.scheme}://{USER}{way.place}")
    words = ("--cassettes", "new", "--mode", "replay_only")
    (tmp_path / "new").mkdir()
    write_cassette(tmp_path / "new" / "old.yaml", answer("http://a.test/", b"hello"))
    with serving(cli, *words, env=env) as (process, port):
        wait_for_port(port)
        ca = home / "mitmproxy-ca-cert.pem"
        for url in ("https://api.test/a", "http://plain.test/b"):
            assert "No recorded interaction" in fetch(url, port, ca, "old:x@")
        assert fetch("http://a.test/", port, ca, "old:x@") == "hello"
        assert not way.asked
        found = fetch("http://plain.test/b", port, ca, "fresh:record_only@")
        assert found == "plain.test/b"
        process.terminate()
        process.communicate(timeout=PATIENCE)
    assert [*way.asked] == ["plain.test:80"]
    written = (tmp_path / "new" / "fresh.yaml").read_text()
    assert "url: http://plain.test/b" in written


def test_a_proxy_does_not_go_on_through_itself(cli, tmp_path):
    """In a shell that has what ``mitmvcr env`` prints each request came back, and its
    client was told to give this proxy as its proxy."""
    port = free_port()
    env = {"HTTPS_PROXY": f"http://127.0.0.1:{port}"}
    for command in ("serve", "start"):
        ran = cli(command, "-c", "new", "--port", str(port), env=env)
        assert ran.returncode == 125, ran.stderr
        told = f"HTTPS_PROXY=http://127.0.0.1:{port}: this proxy is there itself"
        assert told in lines(ran.stderr)[-1], ran.stderr


def test_a_serve_that_replays_or_has_a_mode_of_its_own_asks_for_no_proxy(
    cli, home, ports, tmp_path
):
    cassette = write_cassette(tmp_path / "c.yaml", answer("http://a.test/", b"hello"))
    env = cli.environment(HTTPS_PROXY="nonsense://")
    ca = home / "mitmproxy-ca-cert.pem"
    with serving(cli, "-c", cassette, "--mode", "replay_only", env=env) as (_, port):
        wait_for_port(port)
        assert fetch("http://a.test/", port, ca) == "hello"
    with gateway(HttpProxy) as own:
        own.known = {"plain.test": ports[1]}
        words = ("-c", "new", "--set", f"mode=upstream:http://{own.place}")
        with serving(cli, *words, env=env) as (_, port):
            wait_for_port(port)
            assert fetch("http://plain.test/b", port, ca) == "plain.test/b"
    words = ("serve", "-c", "new", "--port", str(free_port()))
    refused = cli(*words, env={"ALL_PROXY": "nonsense://"})
    assert refused.returncode == 125
    assert "ALL_PROXY=nonsense://: use an http://" in lines(refused.stderr)[-1]


def test_a_run_with_a_mode_of_its_own_asks_for_no_proxy_and_names_the_mode(cli, ports):
    """It was told of HTTPS_PROXY, which has nothing to do with it."""
    env = {"HTTPS_PROXY": "nonsense://"}
    with gateway(HttpProxy) as own, socket.create_server(("127.0.0.1", 0)) as closed:
        own.known, own.wants_login = {"plain.test": ports[1]}, True
        nobody = f"127.0.0.1:{closed.getsockname()[1]}"
        closed.close()
        for place, login, url, told in (
            (own.place, ":".join(LOGIN), "http://plain.test/b", ""),
            (own.place, "a:b", "http://plain.test/b", "--set upstream_auth=USER:PASS"),
            (nobody, "a:b", "http://plain.test/b", "that is the proxy that --set mode"),
            (own.place, ":".join(LOGIN), "https://gone.test/", "--set mode=upstream:"),
        ):
            sets = (f"mode=upstream:http://{place}", f"upstream_auth={login}")
            words = [word for each in sets for word in ("--set", each)]
            ran = cli("run", "-c", "new", *words, *cli.python(ASK), url, env=env)
            assert "HTTPS_PROXY" not in ran.stderr
            if told:
                assert told in ran.stderr, url
            else:
                assert ran.stdout == "plain.test/b\n", ran.stderr
                (cli.cwd / "new.yaml").unlink()


def test_refresh_goes_on_through_it(cli, certs, ports, way, tmp_path):
    held = answer("https://api.test/a", b"api.test/a")
    cassette = write_cassette(tmp_path / "c.yaml", held)
    env = {"HTTPS_PROXY": f"{way.scheme}://{USER}{way.place}"}
    ran = cli("refresh", "--upstream-ca", certs.ca, cassette, env=env)
    told, found = lines(ran.stderr)
    assert told == (
        f"mitmvcr: HTTPS_PROXY is set: going on through {way.scheme}://{way.place}"
    )
    assert found.endswith(" 0 not compared")
    assert {*way.asked} == {"api.test:443"}


@pytest.fixture
def other(ports: tuple[int, int]) -> Iterator[Gateway]:
    with gateway(HttpProxy) as made:
        made.known = {"plain.test": ports[1]}
        yield made


@pytest.mark.parametrize("wants", ["each", "first", "second"])
def test_http_and_https_go_out_each_through_its_own_proxy(
    cli, certs, ports, other, wants
):
    """And neither is shown the other's password."""
    with gateway(HttpProxy) as secure:
        secure.known = {"api.test": ports[0]}
        secure.wants_login, other.wants_login = wants != "second", wants != "first"
        env = {
            "HTTPS_PROXY": f"http://{USER if wants != 'second' else ''}{secure.place}",
            "http_proxy": f"http://{USER if wants != 'first' else ''}{other.place}",
            "NO_PROXY": f"localhost:{ports[1]}",
        }
        words = ("-c", "new", "--include-localhost", "--upstream-ca", certs.ca)
        asked = ("https://api.test/a", "http://plain.test/b")
        past = f"http://localhost:{ports[1]}/c"
        ran = cli("run", *words, *cli.python(ASK), *asked, past, env=env)
        assert ran.stdout == "api.test/a\nplain.test/b\nlocalhost/c\n", ran.stderr
        assert (secure.asked, other.asked) == (["api.test:443"], ["plain.test:80"])
        assert secure.logins == ({True} if wants != "second" else {False})
        assert other.logins == ({True} if wants != "first" else {False})
    told, _ = lines(ran.stderr)
    assert told == (
        f"mitmvcr: HTTPS_PROXY and http_proxy are set: going on through http://"
        f"{secure.place}, and for http:// through http://{other.place}, but without it"
        f" to what NO_PROXY names: localhost:{ports[1]}"
    )


def test_a_run_within_a_run_names_nobody(cli):
    """NO_PROXY has a name there that stands for no host."""
    outer = ("run", "-c", "outer", "--include-localhost", "--")
    ran = cli(*outer, *MITMVCR, "run", "-c", "inner", "--", "true")
    assert "is set: going on through http://127.0.0.1:" in ran.stderr
    assert "but without it" not in ran.stderr


@pytest.mark.parametrize("schemes", [("socks5", "http"), ("http", "socks5h")])
def test_a_socks_proxy_beside_another_is_refused(cli, schemes):
    one, other = (f"{each}://{USER}127.0.0.1:9" for each in schemes)
    env = {"HTTPS_PROXY": one, "HTTP_PROXY": other}
    ran = cli("run", "-c", "new", *cli.python("print(1)"), env=env)
    assert (ran.returncode, ran.stdout) == (125, "")
    (told,) = lines(ran.stderr)
    assert told.endswith(
        "HTTPS_PROXY names another, and socks goes beside no other: unset one"
    )
    assert quote(LOGIN[1]) not in told


#: Whichever of them was set.
NAMES = "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY"


@pytest.mark.parametrize("login", ["", "me:wrong@"])
def test_a_login_that_it_refuses_is_told_with_where_it_stands(cli, way, login):
    """Within a tunnel and without."""
    env = {"HTTPS_PROXY": f"{way.scheme}://{login}{way.place}"}
    ask = (*cli.python(ASK), "https://api.test/a", "http://gone.test/")
    ran = cli("run", "-c", "new", *ask, env=env)
    assert ran.stdout.startswith("502\n")
    _, *told, summary = lines(ran.stderr)
    assert "recorded 0," in summary
    assert len(told) == 2
    for each in told:
        assert f"({NAMES} names that proxy; the user and the" in each
        assert "wrong" not in each


def test_what_it_refuses_is_told_with_what_helps(cli, way):
    way.wants_login = False
    env = {"HTTPS_PROXY": f"{way.scheme}://{way.place}"}
    ran = cli("run", "-c", "new", *cli.python(ASK), "https://gone.test/", env=env)
    assert ran.stdout == "502\n"
    if way.scheme == "http":
        assert f"503 No Such Host (the proxy that {NAMES} " in ran.stderr
    else:
        assert f"{way.place}: host unreachable (" in ran.stderr
    assert "NO_PROXY names hosts that are reached without it)" in ran.stderr


def test_a_proxy_that_is_not_there_is_told_with_what_helps(cli):
    """Within a tunnel and without."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        env = {"ALL_PROXY": f"http://127.0.0.1:{closed.getsockname()[1]}"}
        asked = ("https://api.test/", "http://plain.test/")
        ran = cli("run", "-c", "new", *cli.python(ASK), *asked, env=env)
    _, *told, summary = lines(ran.stderr)
    assert "Connect call failed ('127.0.0.1'," in told[0]
    for each in told:
        assert f"(that is the proxy that {NAMES} names; NO_" in each
    assert summary.endswith("2 not recorded")


def test_without_a_proxy_a_name_that_is_not_known_is_told_with_what_helps(cli):
    """To CONNECT too, of whose answer a client shows no more than the status."""
    curl = ("curl", "-s", "--proxy-header", "A: b", "https://nowhere.invalid/")
    ran = cli("run", "-c", "new", *curl, "-o", "-", "http://nowhere.invalid/")
    assert ran.stdout.count("502 Bad Gateway</h1>") == 1
    first, second, summary = lines(ran.stderr)
    assert "a tunnel to nowhere.invalid:443 broke off: Cannot connect to" in first
    assert "http://nowhere.invalid/ broke off and is not recorded: [Errno" in second
    for told in (first, second):
        assert told.endswith("out of this network, HTTPS_PROXY names it)")
    assert summary.endswith("; 2 not recorded")


@pytest.mark.parametrize("told", ["git", "java", "PIP_CERT", "option"])
def test_what_a_client_was_told_to_trust_is_trusted(cli, certs, ports, tmp_path, told):
    env, words = {"HOME": str(tmp_path)}, ()
    if told == "git":
        (tmp_path / ".gitconfig").write_text(f"[http]\n\tsslCAInfo = {certs.ca}\n")
    elif told == "java":
        store = tmp_path / "corp trust.jks"
        store.write_bytes(trust_store(certificates(certs.ca.read_bytes())))
        env["MAVEN_OPTS"] = f"-Xmx64m '-Djavax.net.ssl.trustStore={store}'"
    elif told == "option":
        words = ("--insecure-upstream",)
    else:
        env[told] = str(certs.ca)
    url = f"https://localhost:{ports[0]}/"
    words = ("-c", "new", "--include-localhost", *words)
    ran = cli("run", *words, *cli.python(ASK), url, env=env)
    assert ran.stdout == "localhost/\n", ran.stderr
