"""A cassette in play: decide, record, explain."""

from mitmvcr.session.opening import open_session
from mitmvcr.session.redaction import Redacted, Seen
from mitmvcr.session.session import Session

__all__ = ["Redacted", "Seen", "Session", "open_session"]
