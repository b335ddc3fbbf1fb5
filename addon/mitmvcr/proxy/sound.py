"""A quick look at a certificate authority, by OpenSSL as Python has it: what mitmproxy
looks with takes a third of a short run to import."""

import ssl
import time
from pathlib import Path

from mitmvcr.lane.tls import Tls

#: Of an RSA key OpenSSL may make up for a number that is wrong.
_KEY = b"-----BEGIN EC PRIVATE KEY-----"
#: A handshake takes no more turns.
_TURNS = 3


def is_sound(authority: Path, dhparam: Path) -> bool:
    """Return whether all is well with it. Where it is not, or where that cannot be
    known so, a longer look says why."""
    try:
        return _KEY in authority.read_bytes() and _serves(authority, dhparam)
    except (OSError, ValueError, LookupError):
        return False


def _serves(authority: Path, dhparam: Path) -> bool:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(authority, password="")
    server.load_dh_params(str(dhparam))
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.load_verify_locations(authority)
    ends = str(client.get_ca_certs()[0]["notAfter"])
    return ssl.cert_time_to_seconds(ends) > time.time() and _shake(
        Tls(client, server=False), Tls(server, server=True)
    )


def _shake(client: Tls, server: Tls) -> bool:
    """Return whether two sides agree: the client has seen then that the key which has
    signed is the certificate's."""
    for _ in range(_TURNS):
        for one, other in ((client, server), (server, client)):
            one.shake()
            other.feed(one.outgoing())
    return client.is_shaken and server.is_shaken
