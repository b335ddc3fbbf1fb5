"""What is relied on to know, and to say, how a connection or a stream ends; see
checks.py."""

from mitmvcr.proxy.host.look import (
    Changed,
    awaits,
    declares,
    find,
    has_fields,
    names_in,
    says,
    takes,
    uses,
    yields,
)

_HTTP = "mitmproxy.proxy.layers.http"
_STREAM = f"{_HTTP}:HttpStream"


def client_resets() -> None:
    takes(f"{_STREAM}.handle_protocol_error", "self", "event")
    find(f"{_HTTP}:RequestProtocolError")


def early_resets() -> None:
    takes(f"{_STREAM}.handle_event", "self", "event")
    find(f"{_HTTP}:RequestProtocolError")


def early_ends() -> None:
    sending = f"{_STREAM}.send_response"
    yields(sending, "self", "already_streamed")
    uses(sending, "state_done", "server_state", "client_state", "flow_done")
    yields(f"{_STREAM}.state_stream_request_body", "self", "event")
    has_fields(f"{_HTTP}:ResponseEndOfMessage", "stream_id")
    has_fields(f"{_HTTP}:SendHttp", "event", "connection")
    # The end is sent again with the client's, and passed over.
    handling = f"{_HTTP}._http2:Http2Connection._handle_event"
    uses(handling, "is_open_for_us", "ResponseEndOfMessage", "end_stream")


def tls_alerts() -> None:
    place = "mitmproxy.proxy.layers.tls"
    uses(f"{place}:TLSLayer.receive_close", "get_shutdown", "RECEIVED_SHUTDOWN")
    yields(f"{place}:ServerTLSLayer.receive_close", "self")
    yields("mitmproxy.proxy.tunnel:TunnelLayer.receive_close", "self")
    takes("OpenSSL.SSL:Context.set_info_callback", "self", "callback")


def end_of_tls() -> None:
    place = "mitmproxy.proxy.layers.tls:TLSLayer"
    yields("mitmproxy.proxy.layers.tls:ClientTLSLayer.send_close", "self", "command")
    if {*names_in(f"{place}.send_close")} != {"super", "send_close"}:
        raise Changed(f"{place}.send_close does something else too")
    yields(f"{place}.tls_interact", "self")
    takes("mitmproxy.proxy.layers.tls:SSL.Connection.shutdown", "self")
    find("mitmproxy.proxy.layers.tls:SSL.Error")


def ends_of_origins() -> None:
    handling = "mitmproxy.proxy.server:ConnectionHandler.handle_connection"
    awaits(handling, "self", "connection")
    uses(handling, "transports", "reader", "ConnectionClosed")
    place = "mitmproxy.proxy.layers.http._http1"
    yields(f"{place}:Http1Client.read_body", "self", "event")
    uses(f"{place}:Http1Client.read_body", "body_reader", "read_eof", "ProtocolError")
    find(f"{place}:Http10Reader")
    find(f"{place}:h11.RemoteProtocolError")
    takes("mitmproxy.proxy.layers.tls:SSL.Connection.get_shutdown", "self")


def origins_that_leave() -> None:
    place = f"{_HTTP}._http2"
    takes(f"{place}:Http2Client.__init__", "self", "context")
    uses(f"{place}:Http2Client.__init__", "h2_conn", "stream_queue")
    declares(f"{place}:Http2Connection", ["h2_conn", "streams"])
    uses(f"{place}:Http2Client.handle_h2_event", "provisional_max_concurrency")
    uses(f"{place}:Http2Connection.handle_h2_event", "StreamReset", "error_code")
    yields(f"{place}:Http2Connection.close_connection", "self", "msg")
    yields(f"{place}:Http2Client._handle_event", "self", "event")
    uses(f"{place}:Http2Client._handle_event", "our_stream_id", "stream_queue")
    takes(f"{place}:Http2Connection.is_closed", "self", "stream_id")
    find(f"{place}:Http2Connection.done")
    find(f"{place}:Http2Client.ReceiveProtocolError.code")
    h2 = "h2.connection:H2Connection"
    takes(f"{h2}._receive_goaway_frame", "self", "frame")
    uses(f"{h2}.__init__", "_receive_goaway_frame", "_frame_dispatch_table")
    find("hyperframe.frame:GoAwayFrame")
    find("hyperframe.frame:RstStreamFrame")
    takes(f"{_HTTP}:GetHttpConnection.connection_spec_matches", "self", "connection")
    uses(f"{_HTTP}:HttpLayer.get_connection", "connection_spec_matches")
    yields(f"{_STREAM}.handle_protocol_error", "self", "event")
    yields(f"{_STREAM}.make_server_connection", "self")
    find(f"{_STREAM}.state_wait_for_response_headers")
    yields(f"{_STREAM}.start_request_stream", "self")
    uses(f"{_STREAM}.state_consume_request_body", "state_done", "RequestHeaders")
    has_fields(
        f"{_HTTP}:RequestHeaders", "stream_id", "request", "end_stream", "replay_flow"
    )
    has_fields(f"{_HTTP}:RequestData", "stream_id", "data")
    has_fields(f"{_HTTP}:RequestTrailers", "stream_id", "trailers")
    has_fields(f"{_HTTP}:RequestEndOfMessage", "stream_id")


def trailers_of_http1() -> None:
    place = f"{_HTTP}._http1"
    uses(
        f"{place}:Http1Connection.read_body",
        *("body_reader", "EndOfMessage", "headers", "ReceiveEndOfMessage"),
    )
    for side, kind in (("Http1Server", "Response"), ("Http1Client", "Request")):
        yields(f"{place}:{side}.read_body", "self", "event")
        yields(f"{place}:{side}.send", "self", "event")
        uses(f"{place}:{side}.send", f"{kind}EndOfMessage", "mark_done")
        says(f"{place}:{side}.send", b"0\r\n\r\n")
        has_fields(f"{_HTTP}._events:{kind}Trailers", "stream_id", "trailers")
    reading = f"{place}:Http1Client.read_headers"
    yields(reading, "self", "event")
    uses(reading, "request", "buf", "maybe_extract_lines")
    for name in ("ChunkedReader", "ReceiveHttp", "h11.EndOfMessage"):
        find(f"{place}:{name}")


def errors_after_100() -> None:
    place = "mitmproxy.proxy.layers.http._http1"
    sending = f"{place}:Http1Server.send"
    yields(sending, "self", "event")
    uses(sending, "response", "ResponseProtocolError", "make_error_response")
    find(f"{place}:ResponseHeaders")


def turns_of_events() -> None:
    place = "mitmproxy.proxy.server:ConnectionHandler"
    uses(f"{place}.__init__", "defaultdict", "max_conns", "Lock", "_server_event_lock")
    uses(f"{place}.open_connection", "max_conns", "open_connection")
    awaits(f"{place}.server_event", "self", "event")
    uses(f"{place}.server_event", "_server_event_lock", "handle_event")
    uses(f"{place}.handle_connection", "server_event", "drain_writers")
