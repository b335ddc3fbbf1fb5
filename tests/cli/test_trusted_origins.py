"""Origins of a private authority, and those that want a certificate of the client."""

import socket
import socketserver
import ssl
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cli.helpers import lines
from cli.served import served
from origin.certs import CertFiles, make

FETCH = """
import urllib.error, urllib.request as u
try: print(u.urlopen("https://localhost:{port}/").read().decode())
except urllib.error.HTTPError as e: print(e.code)
"""


class Answers(BaseHTTPRequestHandler):
    """Says whether the client showed a certificate."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"known" if self.connection.getpeercert() else b"unknown"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def port(certs: CertFiles) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs.leaf)
    context.load_verify_locations(certs.ca)
    context.verify_mode = ssl.CERT_OPTIONAL
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with served(server):
        yield server.server_address[1]


@pytest.fixture
def run(cli, port):
    def start(*words, **env):
        options = ("--cassette", "new", "--include-localhost", *words)
        program = cli.python(FETCH.format(port=port))
        return cli("run", *options, *program, env=env)

    return start


def test_one_that_is_not_trusted_is_told_with_the_cure(run):
    ran = run()
    assert (ran.returncode, ran.stdout) == (0, "502\n")
    told, summary = lines(ran.stderr)
    assert "broke off and is not recorded: Certificate verify failed" in told
    assert "(--upstream-ca FILE trusts its authority" in told
    assert "--insecure-upstream anybody)" in told
    assert summary.endswith("missed 0, unused 0; 1 not recorded")
    assert "nothing went through" not in ran.stderr


#: A folder of authorities may be named by each.
FOLDERS = {
    "folder": "SSL_CERT_DIR",
    "requests": "REQUESTS_CA_BUNDLE",
    "curl": "CURL_CA_BUNDLE",
}


@pytest.mark.parametrize("way", ["option", "node", "folder", "requests", "curl", "set"])
def test_ways_to_trust_it(run, certs, tmp_path, way):
    words, env = (), {}
    if way == "option":
        words = ("--upstream-ca", certs.ca)
    elif way == "node":
        env = {"NODE_EXTRA_CA_CERTS": str(certs.ca)}
    elif way in FOLDERS:
        (tmp_path / "certs").mkdir()
        (tmp_path / "certs" / "ca.pem").write_bytes(certs.ca.read_bytes())
        env = {FOLDERS[way]: str(tmp_path / "certs")}
    else:
        words = ("--set", "ssl_insecure=true")
    ran = run(*words, **env)
    assert ran.stdout == "unknown\n", ran.stderr
    assert "recorded 1" in ran.stderr


def test_a_certificate_of_the_client_is_shown(run, certs, tmp_path):
    words = ("--upstream-ca", certs.ca, "--client-cert")
    assert run(*words, certs.leaf).stdout == "known\n"
    (tmp_path / "new.yaml").unlink()
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "localhost.pem").write_bytes(certs.leaf.read_bytes())
    assert run(*words, "shown").stdout == "known\n"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--upstream-ca", "no.pem"), "there is no such file"),
        (("--upstream-ca", "."), "is a folder; name a PEM file"),
        (("--upstream-ca", "text"), "holds no certificate in PEM"),
        (("--client-cert", "no.pem"), "there is no such file"),
        (("--client-cert", "text"), "holds no private key; put the certificate and"),
        (("--set", "ssl_insecur=true"), "no such option; did you mean ssl_insecure?"),
        (("--set", "ssl_insecure=perhaps"), "perhaps"),
        (("--set", "xyzzy"), "mitmproxy has no such option"),
        (("--set", "=x"), "use NAME=VALUE, as ssl_insecure=true"),
        (("--set", "vcr_mode=record"), "=vcr_mode=record: mitmvcr sets that itself; "),
        (("--set", "mode=socks5"), "=mode=socks5: a command is given an HTTP proxy: "),
        (("--set", "mode=local:curl"), "'mitmvcr serve' knows the other modes"),
        (("--set", "proxyauth=me:hunter2"), "=proxyauth=...: a command is given a pro"),
        (("--set", "upstream_auth=hunter2"), "=upstream_auth=...: mitmproxy cannot "),
        (("--set", "confdir=/tmp"), "mitmvcr sets that itself"),
        (("--set", "server=false"), "mitmvcr needs a proxy that listens"),
    ],
)
def test_what_cannot_be_used_is_one_line(cli, tmp_path, words, problem):
    (tmp_path / "text").write_text("text")
    ran = cli("run", "--cassette", "new", *words, *cli.python("print(1)"))
    assert (ran.returncode, ran.stdout) == (125, "")
    (told,) = lines(ran.stderr)
    assert told.startswith(f"mitmvcr: error: {words[0]}=")
    assert problem in told
    assert "hunter2" not in told


def test_a_list_of_mitmproxy_s_has_all_that_is_given(cli, tmp_path):
    """Modes too: one of them is the command's."""
    (tmp_path / "a").write_text("mapped")
    rules = [f"map_local=|http://h/{each}|{tmp_path}/a" for each in "ab"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        other = f"mode=socks5@{free.getsockname()[1]}"
    given = (*rules, "mode=regular", other)
    sets = [word for each in given for word in ("--set", each)]
    fetch = "import urllib.request as u; print(u.urlopen('http://h/a').read().decode())"
    ran = cli("run", "--cassette", "new", *sets, *cli.python(fetch))
    assert ran.stdout == "mapped\n", ran.stderr


class Demanding(socketserver.ThreadingTCPServer):
    """Wants a certificate of each client, in one version of TLS; and says so when it
    likes, so that the request may have left."""

    daemon_threads = True
    context: ssl.SSLContext


class Answered(socketserver.BaseRequestHandler):
    server: Demanding

    def handle(self) -> None:
        with suppress(OSError):  # the client is refused
            line = self.server.context.wrap_socket(self.request, server_side=True)
            with line:
                line.recv(65536)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nknown")


@pytest.fixture(params=["TLSv1_2", "TLSv1_3"])
def demanding(certs: CertFiles, request: pytest.FixtureRequest) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs.leaf)
    context.load_verify_locations(certs.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    version = ssl.TLSVersion[request.param]
    context.minimum_version = context.maximum_version = version
    server = Demanding(("127.0.0.1", 0), Answered)
    server.context = context
    with served(server):
        yield server.server_address[1]


@pytest.mark.parametrize("strategy", ["eager", "lazy"])
@pytest.mark.parametrize("shown", ["none", "another's"])
def test_one_that_wants_a_certificate_and_does_not_get_its_own_is_told_with_the_cure(
    cli, certs, demanding, tmp_path, strategy, shown
):
    """It refuses while TLS begins, or when the request is on its way already: there is
    an answer in either case."""
    words = ["--upstream-ca", certs.ca, "--set", f"connection_strategy={strategy}"]
    if shown != "none":
        stranger = tmp_path / "stranger"
        stranger.mkdir()
        words += ["--client-cert", make(stranger).leaf]
    options = ("--cassette", "new", "--include-localhost", *words)
    ran = cli("run", *options, *cli.python(FETCH.format(port=demanding)))
    assert ran.stdout == "502\n", ran.stderr
    told, summary = lines(ran.stderr)
    assert "broke off and is not recorded: " in told
    assert "(where it wants a certificate of its client, --client-cert FILE " in told
    assert summary.endswith("; 1 not recorded")
