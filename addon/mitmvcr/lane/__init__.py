"""The fast lane: HTTP/1.1, HTTP/2 and TLS for a strict replay, by values of bytes.

It knows one spelling of a request, the one that clients send. Whatever is not spelled
so goes to mitmproxy as it came, so that no answer depends on the lane.
"""

from mitmvcr.lane.answers import render, render_http2, render_parts
from mitmvcr.lane.connection import Connection
from mitmvcr.lane.hello import Hello
from mitmvcr.lane.line import MARK, Answer, Ends, Later, Line, Sent, SentFields
