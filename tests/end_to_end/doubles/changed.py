"""mitmproxy as it may be one day: what a replayed stream relies on is not there."""

import os
from typing import Any

from mitmproxy.proxy.layers import http

CHANGE = os.environ["CHANGE"]


def check_killed(self: Any, hook: bool) -> Any:
    return killed(self, hook)


def send_response(self: Any, already_streamed: bool, more: int) -> Any:
    return whole(self, already_streamed)


def start_request_stream(self: Any, more: int = 0) -> Any:
    return passed_on(self)


passed_on = http.HttpStream.start_request_stream
whole, killed = http.HttpStream.send_response, http.HttpStream.check_killed
if CHANGE == "killed":
    http.HttpStream.check_killed = check_killed
elif CHANGE == "arguments":
    # Still called as before, by mitmproxy's own code.
    send_response.__defaults__ = (False, 0)
    http.HttpStream.send_response = send_response
elif CHANGE == "no generator":
    http.HttpStream.send_response = lambda self, already_streamed=False: whole(
        self, already_streamed
    )
elif CHANGE == "request stream":
    http.HttpStream.start_request_stream = start_request_stream
