"""The fast lane: HTTP/1.1 and TLS for a strict replay, by values of bytes.

It knows one spelling of a request, the one that clients send. Whatever is not spelled
so goes to mitmproxy as it came, so that no answer depends on the lane.
"""

from mitmvcr.lane.answers import render, render_parts
from mitmvcr.lane.connection import Connection, Desk, Ends, Line, Sent
from mitmvcr.lane.hello import Hello

__all__ = [
    "Connection",
    "Desk",
    "Ends",
    "Hello",
    "Line",
    "Sent",
    "render",
    "render_parts",
]
