#!/usr/bin/env bash
# h2 trims a blank at the end of a header value when it sends it, and refuses the same
# value with a connection error when it receives it: two h2 ends never meet the case.
#
# Versions: h2 4.4.1 (CPython 3.11 to 3.13).
# Source: h2's H2Configuration (normalize_outbound_headers, validate_inbound_headers);
# RFC 9113, section 8.2.1, calls a field with such a value malformed, which is a stream
# error, not one of the connection.
# Why it matters to a recorder: "Authorization: Bearer " is what an SDK sends whose key is
# empty, as in a replay in CI. Clients that do not trim it lose the whole connection, with
# all other streams, at any proxy that stands on h2; a test whose client is h2 itself
# (httpx, for one) passes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check h2==4.4.1
cat > "$work/look.py" <<'PY'
from importlib.metadata import version

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived
from h2.exceptions import ProtocolError

HEADERS = [
    (":method", "GET"),
    (":scheme", "https"),
    (":authority", "origin.example"),
    (":path", "/"),
    ("authorization", "Bearer "),
]


def received(**sending):
    """What a server sees of the request: its header, or the error."""
    client = H2Connection(H2Configuration(client_side=True, **sending))
    server = H2Connection(H2Configuration(client_side=False))
    client.initiate_connection()
    server.initiate_connection()
    client.send_headers(1, HEADERS, end_stream=True)
    try:
        events = server.receive_data(client.data_to_send())
    except ProtocolError as error:
        return f"{type(error).__name__}: {error}"
    (request,) = (event for event in events if isinstance(event, RequestReceived))
    return dict(request.headers)[b"authorization"]


usual = received()
as_given = received(normalize_outbound_headers=False, validate_outbound_headers=False)
print("h2", version("h2"))
print("sent by h2 as usual:", usual)
print("sent as it was given:", as_given)
assert usual == b"Bearer", "the behaviour has changed"
assert as_given.startswith("ProtocolError: "), "the behaviour has changed"
PY
"$work/venv/bin/python" "$work/look.py"
