"""Which protocol a connection speaks: within TLS what was recorded, and without it
HTTP/2 too, which mitmproxy does not expect."""

import re
from typing import TYPE_CHECKING, Any

from mitmproxy import ctx

from mitmvcr.proxy.host.capabilities import capabilities

if TYPE_CHECKING:
    from mitmproxy import connection, tls
    from mitmproxy.proxy import layer
    from mitmproxy.proxy.layer import CommandGenerator

_H2_PREFACE = b"PRI * HTTP/2.0"
#: Type, flags and stream of the first frame of an HTTP/2 server, behind its length.
_H2_SETTINGS = b"\4\0\0\0\0\0"
#: The line of a request of which more is to come: its end is not there.
_BEGINNING = re.compile(
    rb"(?!SSH)[A-Za-z][A-Za-z_-]{0,31}"
    rb"(?: (?:(?:[/*]|https?:|wss?:)[!-~\x80-\xff]*(?: [HTP/01.]*\r?)?|[a-z]{0,5})?)?"
)
#: mitmproxy's own options by which a connection is not HTTP.
_HOSTS = ("ignore_hosts", "allow_hosts", "tcp_hosts")


def expect_cleartext_h2(choice: "layer.NextLayer") -> None:
    """Take HTTP/2 with prior knowledge, as gRPC speaks it without TLS, for what it
    is: mitmproxy takes it for a request with the method PRI and kills it, or for TCP
    where the server spoke first (addons/next_layer.py, which leaves alone what is
    chosen already). Its layers go by ALPN, so that is set."""
    client, server = choice.context.client, choice.context.server
    if client.tls or choice.layer is not None:
        return
    if not capabilities.has("cleartext HTTP/2"):
        return
    sent = choice.data_client()
    if sent.startswith(_H2_PREFACE) or (
        not sent and choice.data_server()[3:9] == _H2_SETTINGS
    ):
        client.alpn = server.alpn = b"h2"
        choice.layer = _http_layer(choice.context)
    elif sent and _is_beginning(sent):
        choice.layer = _waiting_layer(choice.context)


def _waiting_layer(context: Any) -> Any:
    """Return a layer that asks for the next one once its client's first bytes are more
    than the beginning of HTTP/2's: until then a POST has the same."""
    from mitmproxy.proxy.layer import NextLayer

    class Waiting(NextLayer):
        def _ask(self) -> "CommandGenerator[None]":
            if not _is_beginning(self.data_client()):
                yield from super()._ask()

    return Waiting(context)


def _is_beginning(sent: bytes) -> bool:
    return len(sent) < len(_H2_PREFACE) and _H2_PREFACE.startswith(sent)


def expect_http(choice: "layer.NextLayer") -> None:
    """Take for HTTP what may be the beginning of a request's line: Guile and Racket
    send the method before the rest, a record of TLS and a packet end within a long URL,
    and mitmproxy takes a line without its end for TCP for good (addons/next_layer.py).
    Leave alone what is for the proxy itself, which has no
    target yet, and a reverse proxy, whose option names the protocol."""
    client, server = choice.context.client, choice.context.server
    if choice.layer is not None or server.address is None or client.alpn:
        return
    if not _BEGINNING.fullmatch(choice.data_client()) or choice.data_server():
        return
    is_said = client.proxy_mode.type_name == "reverse"
    if is_said or any(getattr(ctx.options, name) for name in _HOSTS):
        return
    if capabilities.has("cleartext HTTP/2"):
        choice.layer = _http_layer(choice.context)


def _http_layer(context: Any) -> Any:
    from mitmproxy.proxy.layers import http as layers

    return layers.HttpLayer(context, layers.HTTPMode.transparent)


def speak_cleartext_h2(
    client: "connection.Client", server: "connection.Server"
) -> None:
    """Let a connection that is about to be opened speak what its client speaks."""
    if client.alpn == b"h2" and not client.tls:
        server.alpn = b"h2"


def choose_alpn(data: "tls.ClientHelloData", protocol: bytes) -> None:
    """Let the client have this protocol, if it has offered it. To be called from
    ``tls_clienthello`` (addons/tlsconfig.py: alpn_select_callback)."""
    offered = protocol in data.client_hello.alpn_protocols
    if offered and capabilities.has("ALPN choice"):
        data.context.client.alpn = protocol
