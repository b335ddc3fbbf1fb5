"""A cassette in play: decide, record, explain."""

from mitmvcr.session.opening import (
    check_secrets,
    interactions_of,
    not_looked_into,
    open_session,
)
from mitmvcr.session.redaction import Redacted, Seen
from mitmvcr.session.session import Session
