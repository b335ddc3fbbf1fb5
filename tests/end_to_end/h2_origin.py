"""An HTTP/2 origin whose every step a test takes itself."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import h2.config
import h2.connection
import h2.settings

from origin.certs import CertFiles
from patience import PATIENCE


def context_of(certs: CertFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs.leaf)
    context.set_alpn_protocols(["h2"])
    return context


def begun(plug: ssl.SSLSocket, most: int = 100) -> h2.connection.H2Connection:
    """Greet who has connected, and say how many streams at most may be open. h2 takes
    the answer to these settings for that to what is said of them soon after, too."""
    made = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    code = h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS
    made.local_settings = h2.settings.Settings(False, {code: most})
    made.initiate_connection()
    plug.sendall(made.data_to_send())
    return made


@contextmanager
def speaking(certs: CertFiles, speak: Callable[[ssl.SSLSocket], None]) -> Iterator[int]:
    """Accept one connection, and let this speak on it. Yield the port."""
    context = context_of(certs)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            accepted, _ = listener.accept()
            with (
                suppress(ConnectionError),  # what it says may come when nobody reads on
                context.wrap_socket(accepted, server_side=True) as plug,
            ):
                speak(plug)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(PATIENCE)
        assert not thread.is_alive()
