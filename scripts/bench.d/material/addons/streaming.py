"""mitmproxy's own streaming: what recording a stream is compared with."""

from mitmproxy import http


def responseheaders(flow: http.HTTPFlow) -> None:
    if flow.response:
        flow.response.stream = True
