"""A call whose origin ends its answer while the client has not ended its side, as
servers of Connect refuse one: the client gets the end, and the whole is recorded."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest

from end_to_end import cassettes
from end_to_end.h2_client import H2Client, connected
from end_to_end.proxy import Proxy
from origin.certs import CertFiles
from patience import PATIENCE

CALL = ("content-type", "application/connect+json")
ERROR = b'{"error":{"code":"unauthenticated"}}'
END = b"\2" + len(ERROR).to_bytes(4, "big") + ERROR
SAID = b"\0\0\0\0\1" + b"1"


@contextmanager
def refusing(certs: CertFiles) -> Iterator[int]:
    """An origin that answers each head with the end of its stream, and reads on until
    its client has left."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs.leaf)
    context.set_alpn_protocols(["h2"])
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            accepted, _ = listener.accept()
            with context.wrap_socket(accepted, server_side=True) as plug:
                _refuse(plug)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(PATIENCE)
        assert not thread.is_alive()


def _refuse(plug: ssl.SSLSocket) -> None:
    made = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    made.initiate_connection()
    plug.sendall(made.data_to_send())
    while data := plug.recv(65536):
        for each in made.receive_data(data):
            if isinstance(each, h2.events.RequestReceived):
                made.send_headers(each.stream_id, [(":status", "200"), CALL])
                made.send_data(each.stream_id, END, end_stream=True)
        plug.sendall(made.data_to_send())


def _leaves(client: H2Client, stream: int) -> None:
    client.reset(stream)


def _ends(client: H2Client, stream: int) -> None:
    client.say(stream, SAID, end=True)


@pytest.mark.parametrize("then", [_leaves, _ends])
def test_its_client_gets_the_end_at_once(
    mitmdump: Callable[..., Proxy],
    proxy_ca: Path,
    certs: CertFiles,
    tmp_path: Path,
    then: Callable[[H2Client, int], None],
) -> None:
    """The connection goes on, whatever the client does with its side."""
    cassette = tmp_path / "a.yaml"
    proxy = mitmdump(cassette, "record_only").wait_until_listening()
    with (
        refusing(certs) as port,
        connected(proxy.port, proxy_ca, "localhost", port) as client,
    ):
        for _ in range(2):
            stream = client.ask("/s.S/Talk", CALL, method="POST", ends=False)
            answer = client.answer(stream)
            assert (answer.status, answer.body) == (200, END)
            assert not answer.was_reset
            then(client, stream)
    assert proxy.stop() == 0, proxy.log
    assert "Traceback" not in proxy.log
    assert ": recorded 2, replayed 0" in proxy.log
    bodies = [item["response"]["body"] for item in cassettes.read(cassette)]
    assert bodies == [END.decode()] * 2
