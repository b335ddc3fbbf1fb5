"""Python's clients that read no proxy variable, sent through the proxy.

``sitecustomize`` loads this file when one of them is imported. Each gets its connection
as a tunnel (CONNECT), so that all else it does stays as it is. Who brings a proxy of
their own is left alone, as is what NO_PROXY names.
"""

import os
import socket
import sys
from urllib.parse import urlsplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_LONGEST = 65536
_PORTS = {"http": 80, "https": 443}


def _proxy_for(host: str, port: int) -> "tuple[str, int] | None":
    """Return where the run's proxy is; None for a host that goes past it."""
    import urllib.request as library

    url = urlsplit(os.environ.get("MITMVCR_PROXY_URL", ""))
    if not url.hostname or not url.port or not host:
        return None
    environment: Any = library  # what is said of its functions names few of them
    proxies = environment.getproxies_environment()  # with NO_PROXY, as "no"
    if proxies.get("https", proxies.get("http")) != url.geturl():
        return None  # the program has set its own since
    itself = (host, port) == (url.hostname, url.port)
    place = f"{host}:{port}"
    bypassed = itself or environment.proxy_bypass_environment(place, proxies)
    return None if bypassed else (url.hostname, url.port)


def _connect(
    create: "Callable[..., Any]",
    address: "tuple[str, int]",
    *args: "Any",
    **kwargs: "Any",
) -> "Any":
    """Do what ``create`` would do, through the proxy if the address is to be reached
    there."""
    host, port = address
    proxy = _proxy_for(host, port)
    if proxy is None:
        return create(address, *args, **kwargs)
    sock = create(proxy, *args, **kwargs)
    try:
        sock.sendall(_request(host, port))
        _read_head(sock)
    except BaseException:
        sock.close()
        raise
    return sock


def _request(host: str, port: int) -> bytes:
    name = host.encode("idna").decode("ascii")
    place = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
    return f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode("ascii")


def _read_head(sock: socket.socket) -> None:
    """Read the proxy's answer, and no byte of what follows it."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = sock.recv(1)
        if not piece or len(head) > _LONGEST:
            raise OSError("the proxy did not answer CONNECT")
        head += piece
    _check(head)


def _check(head: bytes) -> None:
    line = head.split(b"\r\n", 1)[0].decode("latin-1")
    if line.split(" ")[1:2] != ["200"]:
        raise OSError(f"the proxy refused the connection: {line}")


def http_client(module: "Any") -> None:
    """Tunnel where the library makes a socket, unless what is asked first, as by
    urllib, shows that it is a proxy."""
    make, put = module.HTTPConnection.__init__, module.HTTPConnection.putrequest

    def putrequest(
        self: "Any", method: str, url: str, *args: "Any", **kwargs: "Any"
    ) -> None:
        self._mitmvcr_asked = url
        put(self, method, url, *args, **kwargs)

    def init(self: "Any", *args: "Any", **kwargs: "Any") -> None:
        make(self, *args, **kwargs)
        create = self._create_connection

        def through(address: "tuple[str, int]", *rest: "Any") -> "Any":
            asked = getattr(self, "_mitmvcr_asked", "")
            if self._tunnel_host or _is_of_another(asked, *address):
                return create(address, *rest)
            return _connect(create, address, *rest)

        self._create_connection = through

    init.__wrapped__ = make  # type: ignore[attr-defined]
    putrequest.__wrapped__ = put  # type: ignore[attr-defined]
    module.HTTPConnection.__init__ = init
    module.HTTPConnection.putrequest = putrequest


def _is_of_another(url: str, host: str, port: int) -> bool:
    """Return whether a whole URL names another place than it is asked at."""
    scheme, found, rest = url.partition("://")
    default = _PORTS.get(scheme.lower())
    if not found or default is None:
        return False
    place = rest.partition("/")[0].partition("?")[0].rpartition("@")[2].lower()
    name = f"[{host}]" if ":" in host else host.lower()
    return place != f"{name}:{port}" and (place, default) != (name, port)


def urllib3(module: "Any") -> None:
    """Tunnel a connection that no ProxyManager has made. urllib3-future has the same
    names, and would go on by HTTP/3, for which there is no tunnel."""
    new_conn = module.HTTPConnection._new_conn

    def _new_conn(self: "Any") -> "Any":
        target = self.host, self.port or self.default_port
        own = getattr(self, "proxy", None) or self._tunnel_host
        if own or _proxy_for(*target) is None:
            return new_conn(self)
        try:
            return _connect(create, target, self)
        except OSError as error:
            raise module.NewConnectionError(self, str(error)) from error

    def create(address: "tuple[str, int]", self: "Any") -> "Any":
        if hasattr(module, "HttpVersion"):
            self.disabled_svn.add(module.HttpVersion.h3)
        options = self.socket_options
        make = sys.modules["urllib3.util.connection"].create_connection
        return make(address, self.timeout, socket_options=options)

    module.HTTPConnection._new_conn = _new_conn


def httplib2(module: "Any") -> None:
    """Tunnel as without PySocks it knows no proxy; one that was given is left alone."""

    def patch(name: str, secure: bool) -> None:
        kind = getattr(module, name)
        connect = kind.connect

        def through(self: "Any") -> None:
            given = self.proxy_info
            ours = urlsplit(os.environ.get("MITMVCR_PROXY_URL", ""))
            own = given and (given.proxy_host, given.proxy_port) != (
                ours.hostname,
                ours.port,
            )
            if own or _proxy_for(self.host, self.port) is None:
                connect(self)
                return
            timeout = self.timeout if module.has_timeout(self.timeout) else None
            sock = _connect(socket.create_connection, (self.host, self.port), timeout)
            if secure:
                sock = self._context.wrap_socket(sock, server_hostname=self.host)
            self.sock = sock

        kind.connect = through

    patch("HTTPConnectionWithTimeout", False)
    patch("HTTPSConnectionWithTimeout", True)


def geventhttpclient(module: "Any") -> None:
    """Tunnel the connections of a pool; one that was given a proxy is left alone."""
    pool = module.ConnectionPool
    make, connect = pool.__init__, pool._connect_socket

    def init(self: "Any", *args: "Any", **kwargs: "Any") -> None:
        make(self, *args, **kwargs)
        target = self._request_host, self._request_port
        proxy = None if self._use_proxy else _proxy_for(*target)
        self._mitmvcr_target = None if proxy is None else target
        if proxy is not None:
            self._connection_host, self._connection_port = proxy

    def through(self: "Any", sock: "Any", address: "Any") -> "Any":
        sock = connect(self, sock, address)
        if self._mitmvcr_target is not None:
            sock.sendall(_request(*self._mitmvcr_target))
            _read_head(sock)
        return sock

    pool.__init__, pool._connect_socket = init, through


def tornado(module: "Any") -> None:
    """Tunnel what its HTTP and WebSocket clients connect to."""

    class TCPClient(module.TCPClient):  # type: ignore[misc]  # it is known when it runs
        async def connect(
            self, host: str, port: int, *args: "Any", **kwargs: "Any"
        ) -> "Any":
            proxy = _proxy_for(host, port)
            if proxy is None:
                return await super().connect(host, port, *args, **kwargs)
            options = kwargs.pop("ssl_options", None)
            stream = await super().connect(*proxy, *args, **kwargs)
            await stream.write(_request(host, port))
            _check(await stream.read_until(b"\r\n\r\n", max_bytes=_LONGEST))
            if options is None:
                return stream
            return await stream.start_tls(False, options, server_hostname=host)

    module.TCPClient = TCPClient


def twisted(module: "Any") -> None:
    """Tunnel what Agent connects to, and so treq: the tunnel stands between, and what
    was to be connected begins behind it."""
    protocols: Any = sys.modules["twisted.internet.protocol"]
    endpoint: Any = module.HostnameEndpoint

    class Opening(protocols.Protocol):  # type: ignore[misc]  # as above
        def __init__(self, inner: "Any", target: "tuple[str, int]", opened: "Any"):
            self._inner, self._target, self._opened = inner, target, opened
            self._head: Any = b""  # None once the tunnel is open

        def connectionMade(self) -> None:
            self.transport.write(_request(*self._target))

        def dataReceived(self, data: bytes) -> None:
            if self._head is None:
                self._inner.dataReceived(data)
                return
            self._head += data
            head, end, rest = self._head.partition(b"\r\n\r\n")
            if end:
                self._open(head + end, rest)

        def _open(self, head: bytes, rest: bytes) -> None:
            try:
                _check(head)
            except OSError as error:
                self._opened, opened = None, self._opened
                self.transport.abortConnection()
                opened.errback(error)
                return
            self._head = None
            self._inner.makeConnection(self.transport)
            self._opened.callback(self._inner)
            if rest:
                self._inner.dataReceived(rest)

        def connectionLost(self, reason: "Any" = None) -> None:
            if self._head is None:
                self._inner.connectionLost(reason)
            elif self._opened is not None:
                self._opened.errback(reason)

    class HostnameEndpoint(endpoint):  # type: ignore[misc]  # as above
        def __init__(
            self, reactor: "Any", host: "Any", port: int, *args: "Any", **kwargs: "Any"
        ) -> None:
            name = host.decode("ascii") if isinstance(host, bytes) else host
            proxy = _proxy_for(name, port)
            self._target = None if proxy is None else (name, port)
            super().__init__(reactor, *(proxy or (host, port)), *args, **kwargs)

        def connect(self, factory: "Any") -> "Any":
            target = self._target
            if target is None:
                return super().connect(factory)
            opened = module.defer.Deferred()

            def build(address: "Any") -> "Any":
                return Opening(factory.buildProtocol(address), target, opened)

            outer = protocols.Factory()
            outer.buildProtocol = build
            return super().connect(outer).addCallback(lambda _: opened)

    module.HostnameEndpoint = HostnameEndpoint


def paho(module: "Any") -> None:
    """Tunnel what it speaks over WebSocket, for which it knows a variable of its own,
    and with PySocks alone; plain MQTT is no HTTP, and goes as before."""
    client = module.Client
    connect = client._create_socket_connection

    def through(self: "Any") -> "Any":
        target = self._host, self._port
        web = self._transport == "websockets"
        if not web or self._get_proxy() or _proxy_for(*target) is None:
            return connect(self)
        # Before 1.6 it waited as long as it kept a connection.
        timeout = getattr(self, "_connect_timeout", self._keepalive)
        return _connect(socket.create_connection, target, timeout)

    client._create_socket_connection = through


def pycurl(module: "Any") -> None:
    """Have curl trust the run's bundle: a wheel brings roots of its own."""
    bundle = os.environ.get("MITMVCR_CA_BUNDLE", "")

    class Curl(module.Curl):  # type: ignore[misc]  # as above
        def __init__(self, *args: "Any", **kwargs: "Any") -> None:
            super().__init__(*args, **kwargs)
            self._trust()

        def reset(self) -> "Any":
            done = super().reset()
            self._trust()
            return done

        def _trust(self) -> None:
            if os.path.isfile(bundle):
                self.setopt(module.CAINFO, bundle)

    module.Curl = Curl


def stripe(module: "Any") -> None:
    """Have it trust the run's bundle in place of its own."""
    bundle = os.environ.get("MITMVCR_CA_BUNDLE", "")
    if os.path.isfile(bundle):
        module.ca_bundle_path = bundle
