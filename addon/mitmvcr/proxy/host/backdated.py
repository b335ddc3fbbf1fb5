"""Certificates of another day (mitmproxy's certs.py: create_ca, dummy_cert), for a
client whose clock is set back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from types import SimpleNamespace

from mitmvcr.proxy.host.capabilities import capabilities


@contextmanager
def backdated(seconds: int) -> Iterator[None]:
    """Let certificates that are made in this block be good from that long ago, and for
    as long from now as ever. Raises CapabilityError."""
    capabilities.require("backdated certificates")
    from unittest.mock import patch

    from mitmproxy import certs

    ago = timedelta(seconds=seconds)

    class Then(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) - ago  # type: ignore[arg-type]

    then = SimpleNamespace(
        datetime=Then, timedelta=timedelta, date=date, timezone=timezone, UTC=UTC
    )
    lasting = certs.CERT_EXPIRY + ago
    with patch.multiple(certs, datetime=then, CERT_EXPIRY=lasting):
        yield
