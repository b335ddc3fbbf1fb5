"""A call whose origin ends its answer while the client has not ended its side, as
servers of Connect refuse one: the client gets the end, and the whole is recorded."""

import ssl
from collections.abc import Callable
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest

from end_to_end import cassettes
from end_to_end.h2_client import H2Client, connected
from end_to_end.h2_origin import begun, speaking
from end_to_end.proxy import Proxy
from origin.certs import CertFiles

CALL = ("content-type", "application/connect+json")
ERROR = b'{"error":{"code":"unauthenticated"}}'
END = b"\2" + len(ERROR).to_bytes(4, "big") + ERROR
SAID = b"\0\0\0\0\1" + b"1"


def _refuse(plug: ssl.SSLSocket) -> None:
    """Answer each head with the end of its stream, and read on until the client has
    left."""
    made = begun(plug)
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
        speaking(certs, _refuse) as port,
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
