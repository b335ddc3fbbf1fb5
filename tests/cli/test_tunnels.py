"""What the shims of Python and Node do with a connection, and what they leave alone."""

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from cli.helpers import CLIENT_PYTHON, need
from cli.tunnels import FakeProxy, fake_proxy
from mitmvcr.cli.child import trust
from patience import PATIENCE


@pytest.fixture
def proxy() -> Iterator[FakeProxy]:
    with fake_proxy() as server:
        yield server


def run(proxy: FakeProxy, command: list[str], **more: str) -> str:
    """All that it printed."""
    ran = subprocess.run(
        command,
        env=os.environ | proxy.variables | more,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return ran.stdout + ran.stderr


def python(proxy: FakeProxy, code: str, **more: str) -> str:
    shim = {"PYTHONPATH": str(trust._SHIMS / "python")}
    return run(proxy, [CLIENT_PYTHON, "-c", code], **shim, **more)


def node(proxy: FakeProxy, code: str, *before: str) -> str:
    """``before``: what is loaded before our preload."""
    tool = shutil.which("node")
    need("node", tool)
    preload = str(trust._SHIMS / "node" / "preload.cjs")
    loaded = [word for path in (*before, preload) for word in ("--require", path)]
    return run(proxy, [tool, *loaded, "-e", code])


HTTP_CLIENT = """
import http.client
connection = http.client.HTTPConnection({host!r}, {port}, timeout=20)
try:
    connection.request("GET", "/x")
    print(connection.getresponse().read().decode())
except OSError as error:
    print(error)
"""
URLLIB3 = """
import urllib3
pool = urllib3.{pool}
try:
    print(pool.request("GET", "http://{host}/x", retries=False).data.decode())
except urllib3.exceptions.HTTPError as error:
    print(error)
"""


def test_http_client_gets_a_tunnel(proxy):
    assert python(proxy, HTTP_CLIENT.format(host="api.test", port=80)) == "ok\n"
    assert proxy.asked == ["CONNECT api.test:80 HTTP/1.1"]


def test_urllib3_gets_a_tunnel(proxy):
    code = URLLIB3.format(pool="PoolManager()", host="api.test")
    assert python(proxy, code) == "ok\n"
    assert proxy.asked == ["CONNECT api.test:80 HTTP/1.1"]


#: urllib3-future, which niquests puts in urllib3's place, as far as a tunnel sees it.
FUTURE = {
    "__init__": "",
    "util/__init__": "",
    "util/connection": """
import socket
def create_connection(address, timeout, source_address=None, socket_options=None):
    return socket.create_connection(address, timeout)
""",
    "connection": """
import urllib3.util.connection
from enum import Enum
HttpVersion = Enum("HttpVersion", "h11 h2 h3")
class HTTPConnection:
    host, port, default_port, timeout = "api.test", None, 80, 20
    proxy = _tunnel_host = socket_options = None
    def __init__(self): self.disabled_svn = set()
    def _new_conn(self): raise OSError("it went past the proxy")
""",
}
ASK_FUTURE = """
from urllib3.connection import HTTPConnection
made = HTTPConnection()
made._new_conn().sendall(b"GET /x HTTP/1.1\\r\\n\\r\\n")
print(made.disabled_svn)
"""


def test_urllib3_future_gets_a_tunnel_and_keeps_to_it(proxy, tmp_path):
    for name, code in FUTURE.items():
        path = tmp_path / "urllib3" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    code = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n{ASK_FUTURE}"
    assert python(proxy, code) == "{<HttpVersion.h3: 3>}\n"
    assert proxy.asked == ["CONNECT api.test:80 HTTP/1.1"]


@pytest.mark.parametrize(
    "code",
    [
        HTTP_CLIENT.format(host="api.test", port=80),
        URLLIB3.format(pool="PoolManager()", host="api.test"),
    ],
)
def test_a_refusal_is_said(proxy, code):
    proxy.status = "502 Bad Gateway"
    said = python(proxy, code)
    assert "the proxy refused the connection: HTTP/1.1 502 Bad Gateway" in said


def test_a_name_that_is_not_ascii_is_asked_for_as_dns_has_it(proxy):
    code = "from importlib import import_module as load\n"
    code += "import http.client, sys\n"
    code += "t = sys.modules['mitmvcr_tunnels']\n"
    code += "print(t._request('bücher.test', 1)); print(t._request('::1', 1))\n"
    first, second = python(proxy, code).splitlines()
    assert "CONNECT xn--bcher-kva.test:1 HTTP/1.1" in first
    assert "CONNECT [::1]:1 HTTP/1.1" in second


def test_what_no_proxy_names_goes_past(proxy):
    for code in (
        HTTP_CLIENT.format(host="past.test", port=80),
        URLLIB3.format(pool="PoolManager()", host="past.test"),
    ):
        assert "ok" not in python(proxy, code)
    assert proxy.asked == []


def test_a_proxy_of_the_programs_own_is_left_alone(proxy):
    with fake_proxy() as own:
        code = URLLIB3.format(pool=f"ProxyManager({own.url!r})", host="api.test")
        assert python(proxy, code) == "ok\n"
        assert own.asked == ["GET http://api.test/x HTTP/1.1"]
    assert proxy.asked == []


URLLIB = """
import urllib.request as library
handler = library.ProxyHandler({{"http": {own!r}}})
print(library.build_opener(handler).open("http://api.test/x").read().decode())
"""
OVER_HTTP_CLIENT = """
import http.client
connection = http.client.HTTPConnection({host!r}, timeout=20)
connection.request("GET", "http://{named}/x")
print(connection.getresponse().read().decode())
"""


def test_a_proxy_that_urllib_was_given_is_left_alone(proxy):
    """As the port of one session is, where localhost goes through the run's own."""
    with fake_proxy() as own:
        assert python(proxy, URLLIB.format(own=own.url)) == "ok\n"
        assert own.asked == ["GET http://api.test/x HTTP/1.1"]
    assert proxy.asked == []


def test_an_origin_that_is_asked_by_its_whole_url_gets_a_tunnel(proxy):
    for host, named in (("api.test", "API.test"), ("api.test:80", "api.test")):
        code = OVER_HTTP_CLIENT.format(host=host, named=named)
        assert python(proxy, code) == "ok\n"
    assert proxy.asked == ["CONNECT api.test:80 HTTP/1.1"] * 2


def test_a_program_that_has_changed_the_variables_is_left_alone(proxy):
    with fake_proxy() as own:
        host, _, port = own.url.removeprefix("http://").partition(":")
        code = "import os; os.environ['https_proxy'] = 'http://other.test:1'\n"
        code += HTTP_CLIENT.format(host=host, port=port)
        assert python(proxy, code) == "ok\n"
    assert proxy.asked == []


PAHO = """
import socket
class Client:
    _keepalive, _connect_timeout = 60, 20.0
    def __init__(self, transport, own=None):
        self._transport, self._own = transport, own
        self._host, self._port = "broker.test", 80
    def _get_proxy(self):
        return self._own
    def _create_socket_connection(self):
        return "its own way"
"""


@pytest.mark.parametrize(
    ("client", "made", "asked"),
    [
        ("Client('websockets')", "socket", ["CONNECT broker.test:80 HTTP/1.1"]),
        ("Client('websockets', {'proxy_addr': 'own'})", "str", []),
        ("Client('tcp')", "str", []),
    ],
)
def test_paho_gets_a_tunnel_for_what_is_http(proxy, tmp_path, client, made, asked):
    """A stand-in: scripts/clients tries the real one."""
    folder = tmp_path / "paho" / "mqtt"
    folder.mkdir(parents=True)
    (folder / "client.py").write_text(PAHO)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
    code += "from paho.mqtt.client import Client\n"
    code += f"made = {client}._create_socket_connection()\n"
    code += "print(type(made).__name__)\n"
    assert python(proxy, code) == f"{made}\n"
    assert proxy.asked == asked


CONNECTS = """
const {{ connect }} = require('{module}');
const options = {{ host: '{host}', port: {port}, {more} }};
const socket = connect(options, () => socket.write('GET / HTTP/1.1\\r\\n\\r\\n'));
socket.setEncoding('utf8');
socket.on('data', (text) => console.log(text.split('\\r\\n').pop()));
socket.on('error', (error) => console.log(error.message));
"""
UNDICI = "highWaterMark: 65536"


def test_what_undici_connects_with_gets_a_tunnel(proxy):
    code = CONNECTS.format(module="net", host="api.test", port=80, more=UNDICI)
    assert node(proxy, code) == "ok\n"
    assert proxy.asked == ["CONNECT api.test:80 HTTP/1.1"]


def test_node_is_told_of_a_refusal(proxy):
    proxy.status = "502 Bad Gateway"
    for module, more in (("net", UNDICI), ("tls", "ALPNProtocols: ['h2']")):
        code = CONNECTS.format(module=module, host="api.test", port=443, more=more)
        assert node(proxy, code) == "the proxy refused api.test:443: 502\n"
    assert proxy.asked == ["CONNECT api.test:443 HTTP/1.1"] * 2


def test_what_deno_s_npm_packages_connect_with_gets_a_tunnel(proxy, tmp_path):
    deno = tmp_path / "deno.cjs"
    versions = "{ value: { ...process.versions, deno: '2.9.6' } }"
    deno.write_text(f"Object.defineProperty(process, 'versions', {versions});")
    code = CONNECTS.format(module="net", host="api.test", port=80, more=UNDICI)
    assert node(proxy, code, str(deno)) == "ok\n"
    assert proxy.asked == ["CONNECT api.test:80 HTTP/1.1"]


#: A Node that takes itself for Bun, where TLS has a handle and is told itself.
BUN = """
const net = require('net');
const versions = { ...process.versions, bun: '1.4.5' };
Object.defineProperty(process, 'versions', { value: versions });
globalThis.WebSocket = class {};
const { Socket } = net;
Socket.prototype.unref = function unref() { this.told = true; return this; };
"""
TELLS_TLS = """
const socket = require('tls').connect(
  { host: 'api.test', port: 443, ALPNProtocols: ['h2'] });
socket.on('error', () => {});
socket.unref();
console.log(Boolean(socket.told));
process.exit();
"""


def test_bun_tells_tls_itself(proxy, tmp_path):
    """And not the socket below, which passes on to TLS what it is told."""
    bun = tmp_path / "bun.cjs"
    bun.write_text(BUN)
    assert node(proxy, TELLS_TLS, str(bun)) == "true\n"


@pytest.mark.parametrize("module", ["net", "tls"])
def test_node_what_may_be_no_http_goes_past(proxy, module):
    """A database's TLS, to an authority of its own."""
    code = CONNECTS.format(module=module, host="past.invalid", port=5432, more="")
    assert "ok" not in node(proxy, code)
    assert proxy.asked == []


ASKS_BY_PATH = """
const http = require('http');
const to = {{ host: '{host}', port: {port}, path: '{path}' }};
http.get(to, (answer) => answer.on('data', (data) => console.log(`${{data}}`)));
"""


def test_node_leaves_a_proxy_alone_that_a_request_names(proxy):
    with fake_proxy() as own:
        _, _, port = own.url.rpartition(":")
        path = "http://api.test/x"
        code = ASKS_BY_PATH.format(host="127.0.0.1", port=port, path=path)
        assert node(proxy, code) == "ok\n"
        assert own.asked == [f"GET {path} HTTP/1.1"]
    assert proxy.asked == []
    code = ASKS_BY_PATH.format(host="api.test", port=80, path=path)
    assert node(proxy, code) == "ok\n"
    assert proxy.asked == ["CONNECT api.test:80 HTTP/1.1"]


#: What an observer makes of it, as dd-trace: nothing.
LOOKS_ON = """
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) { return connect.apply(this, args); };
"""
#: What nock and MSW make of a program, in the three ways that they have had: they put
#: their own in the place of http's functions; of its agents, which connect once it is
#: known that nobody answers; and of what sockets connect with.
MOCKS_REQUESTS = """
const { ClientRequest } = http;
http.request = function request() { throw new Error('a CONNECT was seen'); };
http.ClientRequest = http.request;
http.get = (to) => new ClientRequest(to).end();
"""
MOCKS_AGENTS = """
const mocked = (of) => class extends of.Agent {
  constructor() { super(); this.onRequest = this.onResponse = () => {}; }
  createConnection(options, done) {
    if (options.host !== 'mocked.test') return super.createConnection(options, done);
    console.log('mocked');
    return new net.Socket();
  }
};
http.globalAgent = new (mocked(http))();
https.globalAgent = new (mocked(https))();
"""
MOCKS_SOCKETS = """
globalThis.__MSW_INTERCEPTORS_REGISTRY = new Map();
globalThis.__MSW_INTERCEPTORS_REGISTRY.set(Symbol.for('socket-interceptor'), 1);
const { connect } = net.Socket.prototype;
const mockLookup = (name, options, done) => {};
let past = false;
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  if (past) return connect.apply(this, args);
  console.log(options.host === 'mocked.test' ? 'mocked' : `seen ${options.host}`);
  connect.call(this, { ...options, lookup: mockLookup });
  if (options.host === 'mocked.test') return this;
  if (!(this instanceof tls.TLSSocket)) return connect.apply(new net.Socket(), args);
  const symbols = Object.getOwnPropertySymbols(this);
  const given = this[symbols.find((each) => each.description === 'connect-options')];
  past = true;
  tls.connect({ ...options, ...given }).on('error', () => {});
  past = false;
  return this;
};
"""
ASKS_AMONG_MOCKS = """
const http = require('http');
const https = require('https');
const net = require('net');
const tls = require('tls');
{mocks}
const to = {{ host: '{host}', port: {port}, path: '/x' }};
const request = {module}.get(to);
const say = (data) => console.log(`${{data}}`);
request.on('response', (answer) => answer.on('data', say));
request.on('error', () => {{}});
"""


@pytest.mark.parametrize(
    ("mocks", "seen"),
    [
        (MOCKS_REQUESTS, ""),
        (MOCKS_AGENTS, ""),
        (MOCKS_SOCKETS, "seen api.test\n"),
        (LOOKS_ON, ""),
    ],
    ids=["requests", "agents", "sockets", "none"],
)
@pytest.mark.parametrize(("module", "port"), [("http", 80), ("https", 443)])
def test_node_what_a_mock_lets_pass_gets_a_tunnel(proxy, mocks, seen, module, port):
    """The fake proxy speaks no TLS: it refuses what https asked it for."""
    if module == "https":
        proxy.status = "502 Bad Gateway"
    code = ASKS_AMONG_MOCKS.format(
        mocks=mocks, host="api.test", port=port, module=module
    )
    said = "ok\n" if module == "http" else ""
    assert node(proxy, code) == seen + said
    assert proxy.asked == [f"CONNECT api.test:{port} HTTP/1.1"]


@pytest.mark.parametrize("mocks", [MOCKS_AGENTS, MOCKS_SOCKETS])
@pytest.mark.parametrize(("module", "port"), [("http", 80), ("https", 443)])
def test_node_what_is_mocked_gets_no_tunnel(proxy, mocks, module, port):
    code = ASKS_AMONG_MOCKS.format(
        mocks=mocks, host="mocked.test", port=port, module=module
    )
    assert node(proxy, code) == "mocked\n"
    assert proxy.asked == []
