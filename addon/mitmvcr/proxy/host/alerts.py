"""What a server says when it ends TLS with an alert.

Under TLS 1.3 a server judges the client's certificate when the handshake is over for
the client. mitmproxy logs its alert, and takes what follows for the mere end of the
connection; where the request has left by then it waits for an answer until its client
gives up, as OpenSSL counts the alert as an end that has been passed on already
(proxy/layers/tls.py: receive_data and receive_close).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.wrapping import wrap

if TYPE_CHECKING:
    from mitmproxy.connection import Connection
    from mitmproxy.tls import TlsData

#: Alerts about a certificate (RFC 8446, section 6), as OpenSSL names them.
ALERTS = {
    40: "handshake failure",
    42: "bad certificate",
    43: "unsupported certificate",
    44: "certificate revoked",
    45: "certificate expired",
    46: "certificate unknown",
    48: "unknown ca",
    49: "access denied",
    116: "certificate required",
}
_FATAL, _READ_ALERT = 2, 0x4004
_servers: "WeakKeyDictionary[Any, Connection]" = WeakKeyDictionary()


def hear_alerts(data: "TlsData") -> None:
    """Have a connection to a server end with the alert that it gets, in its
    ``error``."""
    if data.ssl_conn is None or not capabilities.has("TLS alerts"):
        return
    from mitmproxy.proxy.layers import tls

    wrap(tls.ServerTLSLayer, "receive_close", _passing_on)
    _servers[data.ssl_conn] = data.conn
    listen = getattr(data.ssl_conn, "set_info_callback", None)  # pyOpenSSL 26
    (listen or data.ssl_conn.get_context().set_info_callback)(_note)


def _note(tls: Any, where: int, said: int) -> None:
    server = _servers.get(tls)
    if server is not None and where == _READ_ALERT and said >> 8 == _FATAL:
        number = said & 0xFF
        server.error = f"TLS alert {ALERTS.get(number, number)}"


def _passing_on(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    from mitmproxy.proxy import tunnel

    def receive_close(self: Any) -> Any:
        if _servers.get(self.tls) is not None and self.conn.error:
            return tunnel.TunnelLayer.receive_close(self)
        return original(self)

    return receive_close
