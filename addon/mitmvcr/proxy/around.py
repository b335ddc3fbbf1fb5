"""What the lane goes by of the mitmproxy round it, and where there is none."""

from mitmvcr.proxy import host
from mitmvcr.proxy.host.plain import Plain

#: So long mitmproxy bears silence, in seconds, if nobody says otherwise.
GIVES_UP_AFTER = 600.0


class Around(Plain):
    """It runs."""

    def gives_up_after(self) -> float:
        """Return how long it lets a connection be silent, in seconds."""
        from mitmvcr.proxy.host.options import gives_up_after  # it has mitmproxy

        return gives_up_after()

    def chooses_protocol(self) -> bool:
        """Return whether it speaks with a client what was recorded."""
        return host.capabilities.has("ALPN choice")


class Alone:
    """There is none, and there will be one as it comes."""

    def is_same(self) -> bool:
        return True

    def look(self) -> bool:
        return True

    def gives_up_after(self) -> float:
        return GIVES_UP_AFTER

    def chooses_protocol(self) -> bool:
        return True
