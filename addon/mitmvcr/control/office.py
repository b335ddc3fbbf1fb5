"""What the API needs of the sessions; values in and values for JSON out."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Protocol

from mitmvcr.core.errors import VcrError

#: What a client wants, and what it gets in return.
Wish = Mapping[str, Any]
Facts = dict[str, Any]


#: The name that a client has for the proxy, where it called at the proxy's own port.
found_at: ContextVar[str] = ContextVar("found_at", default="")


#: The media type of certificates.
PEM = "application/x-pem-file"


class Problem(VcrError):
    """What a client asked for cannot be; ``status`` is HTTP's, ``field`` names what is
    wrong, ``remedy`` what would help."""

    def __init__(self, status: int, field: str, detail: str, remedy: str) -> None:
        self.status, self.field, self.detail = status, field, detail
        super().__init__(f"{field}: {detail}", remedy=remedy)


class Ports(Protocol):
    """Opens ports that belong to no session and are pointed to one after another, as a
    worker of a test framework does. Raises as Office does."""

    async def open(self, wish: Wish) -> Facts:
        """Open one, and return how to reach it and which session it points to."""

    def point(self, port: str, wish: Wish) -> Facts:
        """Let what reaches it from now on belong to another session, or to none."""

    async def close(self, port: str) -> Facts:
        """Close it; what still comes on an open connection to it is refused."""


class Office(Protocol):
    """Opens sessions, changes and ends them. Each method raises Problem or another
    VcrError, and then nothing has changed."""

    @property
    def ports(self) -> Ports: ...

    @property
    def version(self) -> str: ...

    @property
    def options(self) -> Mapping[str, Facts]:
        """Return what a session may have as options, each as a JSON schema."""

    def health(self) -> Facts:
        """Return that clients are served."""

    def authority(self) -> bytes:
        """Return the certificate that clients of the proxy have to trust, in PEM."""

    def sessions(self) -> list[Facts]:
        """Return the state of each session in play."""

    def session(self, name: str) -> Facts:
        """Return the state of one."""

    def named(self, wish: Wish) -> Wish:
        """Return a wish for one with the names that it gets."""

    async def open(self, wish: Wish) -> Facts:
        """Begin one, and return how to reach it; ``test``: whose it is."""

    async def switch(self, name: str, wish: Wish) -> Facts:
        """Give it another cassette; return the report of the one that it had, which
        is saved; ``failed``: the test of that did."""

    def variables(self, name: str, wish: Wish | None = None) -> Facts:
        """Record what a test has made up, by name; return what was recorded first."""

    def save(self, name: str) -> Facts:
        """Put what was recorded so far in place, and return its state."""

    async def end(self, name: str, wish: Wish) -> Facts:
        """Save and end it, and return its report; ``failed``: its test did."""
