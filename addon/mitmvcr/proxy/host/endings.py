"""How TLS with a client ends: with a close_notify (RFC 8446, section 6.1).

mitmproxy closes the connection without one (proxy/layers/tls.py: send_close). GnuTLS
and OpenSSL take that for a connection that broke, where an answer goes until its end:
wget asks for it twenty times, and SWI-Prolog fails.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.wrapping import wrap

if TYPE_CHECKING:
    from mitmproxy.connection import Client

_broken: "WeakSet[Client]" = WeakSet()


def leave_unsaid(client: "Client") -> None:
    """End a connection without a close_notify, because its answer was cut off."""
    _broken.add(client)


def say_the_end() -> None:
    """Send a close_notify to clients, however often this is called."""
    if capabilities.has("end of TLS"):
        from mitmproxy.proxy.layers import tls

        wrap(tls.ClientTLSLayer, "send_close", _said, tls)


def _said(original: Callable[[Any, Any], Any], module: Any) -> Callable[..., Any]:
    def send_close(self: Any, command: Any) -> Any:
        if self.tls is not None and self.conn not in _broken:
            with suppress(module.SSL.Error):  # the handshake is not over
                self.tls.shutdown()
            yield from self.tls_interact()
        yield from original(self, command)

    return send_close
