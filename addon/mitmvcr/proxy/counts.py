"""What is counted and said of connections: that they came, and what became of their
TLS, as mitmproxy says it."""

import logging
import re

from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.sessions import Sessions

logger = logging.getLogger("mitmvcr")


class Counts:
    """Counts for the session that a client's connection is of, if it is of one."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def came(self, player: Player | None) -> None:
        """Count a connection of this session."""
        if self._sessions.root is not None:
            self._sessions.came += 1
        elif player is not None:
            player.session.came()

    def tls_broke(self, player: Player | None, name: str, reason: str) -> None:
        """Note that a client of this session broke off TLS."""
        if player is not None:
            player.session.log.tls_broke(name, reason)
        elif self._sessions.root is not None:
            self._sessions.log.tls_broke(name, reason)


#: Under TLS 1.3 a client that refuses our certificate may say so only by leaving.
LEFT = "it left after the handshake and asked nothing"
#: One that asks in the packet that ends its handshake (lftp) may leave as it reads our
#: certificate.
LEFT_EARLY = "it asked, and left before there could be an answer"
_UNTRUSTED = ("unknown ca", "bad certificate", "certificate unknown")


#: Bytes that came over the line, as Python writes them.
_BYTES = re.compile(r"(?<![\w'\"])b(['\"]).*\1|<memory at \w+>", re.DOTALL)


def without_bytes(text: str) -> str:
    """Return a text of mitmproxy's or h2's without what a client sent."""
    return _BYTES.sub("(not shown)", text)


def tell_unread(reason: str) -> None:
    """Say why a connection was ended whose HTTP/2 is none."""
    logger.warning(
        "mitmvcr: a connection is ended, and what was asked last on it is neither"
        " recorded nor replayed: it is not HTTP/2: %s",
        without_bytes(reason.removeprefix("uncaught hyper-h2 error: ")),
    )


def broken(name: str, reason: str) -> tuple[int, str]:
    """Return what mitmproxy says of a handshake that failed (proxy/layers/tls.py:
    on_handshake_error)."""
    if not reason:
        return logging.INFO, (
            "The client disconnected during the handshake. If this happens consistently"
            f" for {name}, this may indicate that the client does not trust the proxy's"
            " certificate."
        )
    known = reason.endswith(("alert unknown ca", "alert bad certificate"))
    error = reason if known else f"OpenSSL Error([('SSL routines', '', '{reason}')])"
    if "unsupported protocol" in reason:
        return logging.WARNING, (
            "Client and mitmproxy cannot agree on a TLS version to use. You may need to"
            " adjust mitmproxy's tls_version_client_min option."
        )
    if any(each in reason for each in _UNTRUSTED):
        trust = "does not trust"
    else:
        trust = "may not trust"
    return (
        logging.WARNING,
        f"The client {trust} the proxy's certificate for {name} ({error})",
    )
