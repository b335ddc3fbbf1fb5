"""What each capability relies on in mitmproxy, looked at where it runs.

A check raises where something is not as it was when it was read; the table in
capabilities.py has the versions. A mitmproxy module is imported here and nowhere
earlier, so that one that is gone switches off what needs it and nothing else.
"""

from mitmproxy import version

from mitmvcr.proxy.host.look import (
    Changed,
    awaits,
    declares,
    find,
    has_fields,
    names_in,
    takes,
    uses,
    yields,
)

_HTTP = "mitmproxy.proxy.layers.http"
_STREAM = f"{_HTTP}:HttpStream"
_SERVER = "mitmproxy.proxy.server"


def hook_dispatch() -> None:
    """Check that the loop over the addons is the one that ours stands for."""
    place = "mitmproxy.addonmanager:AddonManager"
    awaits(f"{place}.trigger_event", "self", "event")
    awaits(f"{place}.invoke_addon", "self", "addon", "event")
    takes("mitmproxy.addonmanager:safecall")
    takes(f"{place}.trigger", "self", "event")
    takes(f"{place}.invoke_addon_sync", "self", "addon", "event")
    for name, ask in (
        ("trigger_event", "invoke_addon"),
        ("trigger", "invoke_addon_sync"),
    ):
        used = {"chain", "safecall", ask, "exceptions", "AddonHalt"}
        if set(names_in(f"{place}.{name}")) != used:
            raise Changed(f"{place}.{name} asks addons in another way")
    uses(f"{place}._iter_hooks", "traverse", "getattr", "name")
    if "addons" not in find("mitmproxy.addonmanager:traverse").__code__.co_consts:
        raise Changed("addons within an addon are found in another way")


def stream_replay() -> None:
    yields(f"{_STREAM}.send_response", "self", "already_streamed")
    yields(f"{_STREAM}.check_killed", "self", "emit_error_hook")
    uses(f"{_STREAM}.check_killed", "_paused_event_queue", "RequestProtocolError")
    declares("mitmproxy.proxy.layer:Layer", ["_paused_event_queue"])
    has_fields(f"{_HTTP}:SendHttp", "event", "connection")
    has_fields(f"{_HTTP}:ResponseHeaders", "stream_id", "response", "end_stream")
    has_fields(f"{_HTTP}:ResponseData", "stream_id", "data")
    find(f"{_HTTP}:ResponseEndOfMessage")
    find("mitmproxy.proxy.commands:StartHook")
    find("mitmproxy.flow:Error.KILLED_MESSAGE")
    _naps()


def _naps() -> None:
    """Check that a layer can wait for a while, and only that layer does."""
    takes("mitmproxy.proxy.commands:RequestWakeup", "delay")
    find("mitmproxy.proxy.commands:RequestWakeup.blocking")
    find("mitmproxy.proxy.events:Wakeup")
    uses("mitmproxy.proxy.layer:Layer.handle_event", "blocking")
    uses(f"{_SERVER}:ConnectionHandler.wakeup", "delay", "server_event", "Wakeup")


def early_response() -> None:
    yields(f"{_STREAM}.start_request_stream", "self")
    has_fields(f"{_HTTP}:SendHttp", "event", "connection")
    has_fields(f"{_HTTP}:ResponseHeaders", "stream_id", "response", "end_stream")
    has_fields(f"{_HTTP}:DropStream", "stream_id")
    takes(f"{_HTTP}:HttpResponseHook", "flow")
    find(f"{_STREAM}.state_errored")
    yields(f"{_STREAM}._handle_event", "self", "event")
    yields(f"{_STREAM}.handle_protocol_error", "self", "event")
    takes("mitmproxy.proxy.commands:RequestWakeup", "delay")
    declares("mitmproxy.proxy.layer:Layer", ["_paused_event_queue"])
    find("mitmproxy.proxy.commands:StartHook")
    _naps()
    has_fields(f"{_HTTP}:RequestData", "stream_id", "data")
    has_fields(f"{_HTTP}:ResponseData", "stream_id", "data")
    has_fields(f"{_HTTP}:ResponseTrailers", "stream_id", "trailers")
    has_fields(f"{_HTTP}:ResponseEndOfMessage", "stream_id")
    takes(f"{_HTTP}:HttpResponseHeadersHook", "flow")
    yields(f"{_STREAM}.check_killed", "self", "emit_error_hook")


def backpressure() -> None:
    declares("mitmproxy.addons.proxyserver:Proxyserver", ["connections"])
    awaits(f"{_SERVER}:ConnectionHandler.drain_writers", "self")
    declares(f"{_SERVER}:ConnectionHandler", ["transports"])
    has_fields(f"{_SERVER}:ConnectionIO", "handler", "reader", "writer")
    declares(f"{_HTTP}:HttpLayer", ["connections"])
    declares(f"{_HTTP}._http2:Http2Connection", ["h2_conn"])
    declares(f"{_HTTP}._http_h2:BufferedH2Connection", ["stream_buffers"])
    declares(f"{_HTTP}._http_h2:SendH2Data", ["data"])


def websocket_replay() -> None:
    _naps()
    place = "mitmproxy.proxy.layers.websocket"
    takes(f"{place}:WebsocketLayer", "context", "flow")
    find("mitmproxy.proxy.commands:StartHook")
    takes(f"{place}:WebsocketStartHook", "flow")
    takes(f"{place}:WebsocketEndHook", "flow")
    takes("mitmproxy.proxy.layer:Layer._handle_event", "self", "event")
    uses(f"{_STREAM}.flow_done", "websocket", "WebsocketLayer", "child_layer")


def urls_of_websockets() -> None:
    place = "mitmproxy.net.http.http1.read"
    takes(f"{place}:_read_request_line", "line")
    uses(f"{place}:read_request_head", "_read_request_line")


def upgraded_connections() -> None:
    _naps()
    place = "mitmproxy.proxy.layers.tcp:TCPLayer"
    takes(place, "context", "ignore")
    yields(f"{place}.relay_messages", "self", "event")
    uses(f"{place}.start", "_handle_event", "relay_messages")
    uses(f"{place}.relay_messages", "TcpEndHook")
    pipe = f"{_HTTP}._http1:Http1Connection.make_pipe"
    uses(pipe, "passthrough", "state", "buf", "maybe_extract_at_most", "lstrip")
    takes(
        f"{_SERVER}:ConnectionHandler.close_connection",
        *("self", "connection", "half_close"),
    )
    takes("mitmproxy.proxy.layers.tls:SSL.Connection.shutdown", "self")
    find("mitmproxy.proxy.layers.tls:SSL.Connection.bio_read")
    uses(f"{_STREAM}.flow_done", "child_layer", "tcp", "TCPLayer")
    find("mitmproxy.proxy.commands:CloseConnection")


def cleartext_h2() -> None:
    takes(f"{_HTTP}:HttpLayer", "context", "mode")
    find(f"{_HTTP}:HTTPMode.transparent")
    uses(f"{_HTTP}:HttpLayer._handle_event", "client", "alpn")
    takes("mitmproxy.proxy.layer:NextLayer.data_client", "self")
    takes("mitmproxy.proxy.layer:NextLayer.data_server", "self")
    yields("mitmproxy.proxy.layer:NextLayer._ask", "self")


def alpn_choice() -> None:
    place = "mitmproxy.addons.tlsconfig"
    declares(f"{place}:AppData", ["client_alpn"])
    if "client_alpn" not in find(f"{place}:alpn_select_callback").__code__.co_consts:
        raise Changed("the client's protocol is chosen in another way")
    uses(f"{place}:TlsConfig.tls_start_client", "alpn", "set_app_data", "AppData")


def option_names() -> None:
    place = "mitmproxy.optmanager:OptManager"
    takes(f"{place}.process_deferred", "self")
    uses(f"{place}.process_deferred", "deferred")
    uses(f"{place}.__init__", "deferred")


def option_alone() -> None:
    """Check that what is kept for a rollback is the options and nothing beside them."""
    place = "mitmproxy.optmanager:OptManager"
    uses(f"{place}.update_known", "_options", "rollback", "changed", "send")
    uses(f"{place}.__init__", "changed", "errored", "_options")
    names = names_in(f"{place}.rollback")
    if not {"deepcopy", "_options", "errored", "changed"} <= {*names}:
        raise Changed(f"{place}.rollback keeps something else")


def options_together() -> None:
    """Check that to add one is to keep it and to tell of it."""
    place = "mitmproxy.optmanager:OptManager"
    names = ("self", "name", "typespec", "default", "help", "choices")
    takes(f"{place}.add_option", *names)
    if {*names_in(f"{place}.add_option")} != {"_Option", "_options", "changed", "send"}:
        raise Changed(f"{place}.add_option does something else too")


def own_options() -> None:
    """Check that both are there, and are what decides."""
    options = find("mitmproxy.ctx:options")
    for name in ("connection_strategy", "stream_large_bodies"):
        if name not in options.keys():  # noqa: SIM118 - it has no ``in`` of its own
            raise Changed(f"there is no option {name}")
    uses(f"{_STREAM}.handle_connect_regular", "connection_strategy")
    uses(f"{_STREAM}.check_body_size", "stream_large_bodies")


def refused_connections() -> None:
    """Check that an error set by a hook is looked at before the socket is opened."""
    place = f"{_SERVER}:ConnectionHandler.open_connection"
    uses(place, "ServerConnectHook", "error", "open_connection")
    hook_data = "mitmproxy.proxy.server_hooks:ServerConnectionHookData"
    has_fields(hook_data, "server", "client")
    declares("mitmproxy.connection:Connection", ["error"])


def surrounded_hooks() -> None:
    """Check that every hook of a connection or a flow passes the method that ours
    stands for."""
    awaits("mitmproxy.addonmanager:AddonManager.handle_lifecycle", "self", "event")
    for place in (
        "mitmproxy.proxy.mode_servers:ProxyConnectionHandler",
        "mitmproxy.addons.clientplayback:ReplayHandler",
    ):
        uses(f"{place}.handle_hook", "handle_lifecycle")


def open_connections() -> None:
    """Check that those to the network can be found, and closed as mitmproxy closes
    them."""
    declares("mitmproxy.addons.proxyserver:Proxyserver", ["connections"])
    declares(f"{_SERVER}:ConnectionHandler", ["transports"])
    has_fields(f"{_SERVER}:ConnectionIO", "handler", "reader", "writer")


def place_in_the_chain() -> None:
    place = "mitmproxy.addonmanager:AddonManager"
    takes(f"{place}.register", "self", "addon")
    uses(f"{place}.add", "chain", "register")
    uses(f"{place}.get", "lookup", "get")


def any_header_value() -> None:
    """Check that we can say whether HTTP/2 takes a header value with blanks round
    it."""
    plain = find("h2.config:H2Configuration")
    for name in ("Http2Server", "Http2Client"):
        place = f"{_HTTP}._http2:{name}.h2_conf"
        find(f"{place}.validate_inbound_headers")
        if not isinstance(find(place), plain):
            raise Changed(f"{place} is of another kind")


def wait_at_the_end() -> None:
    should_exit = getattr(find("mitmproxy.ctx:master"), "should_exit", None)
    if not callable(getattr(should_exit, "is_set", None)):
        raise Changed("the master has no should_exit")


def exit_from_hooks() -> None:
    """Check that an exit passes what keeps an addon's errors from the proxy."""
    try:
        with find("mitmproxy.addonmanager:safecall")():
            raise SystemExit(0)
    except SystemExit:
        return
    raise Changed("a hook cannot end the process")


def silence_limit() -> None:
    try:
        find(f"{_SERVER}:TCP_TIMEOUT")
    except Changed:
        if not hasattr(find("mitmproxy.ctx:options"), "tcp_timeout"):
            raise Changed("there is neither TCP_TIMEOUT nor tcp_timeout") from None


def own_ports() -> None:
    """Check that it says which of its ports listen."""
    takes("mitmproxy.addons.proxyserver:Servers.__getitem__", "self", "mode")
    takes("mitmproxy.addons.proxyserver:Servers.__iter__", "self")
    declares("mitmproxy.addons.proxyserver:Proxyserver", ["is_running"])
    place = "mitmproxy.proxy.mode_servers:ServerInstance"
    find(f"{place}.is_running")
    find(f"{place}.last_exception")
    find(f"{place}.listen_addrs")


def own_master() -> None:
    find("mitmproxy.options:Options")
    find("mitmproxy.master:Master.run")
    find("mitmproxy.addons:default_addons")
    takes("mitmproxy.addons.proxyserver:Proxyserver.listen_addrs", "self")


def fast_lane() -> None:
    """Check that a connection comes by the method that ours stands for, and that a
    certificate needs no more than what is known then."""
    place = "mitmproxy.proxy.mode_servers"
    awaits(f"{place}:ServerInstance.handle_stream", "self", "reader", "writer")
    uses(f"{place}:AsyncioServerInstance.listen", "start_server", "handle_stream")
    uses(f"{_SERVER}:LiveConnectionHandler.__init__", "get_extra_info")
    tls = "mitmproxy.addons.tlsconfig"
    takes(f"{tls}:TlsConfig.get_cert", "self", "conn_context")
    uses(f"{tls}:TlsConfig.get_cert", "certificate_list", "sni", "sockname", "address")
    has_fields(
        "mitmproxy.certs:CertStoreEntry",
        *("cert", "privatekey", "chain_file", "chain_certs"),
    )


def lean_start() -> None:
    """Check by the version: to look at what may be needed later would import it."""
    if version.VERSION.partition(".")[0] not in ("11", "12"):
        raise Changed("what the lane leaves to mitmproxy was read in 11 and 12 only")


def certificate_store() -> None:
    """Check that each entry is one thing, which the store finds by its names."""
    place = "mitmproxy.certs:CertStore"
    uses(f"{place}.expire", "expire_queue", "STORE_CAP", "certs", "items")
    uses(f"{place}.get_cert", "certs", "CertStoreEntry", "expire")


def shared_port() -> None:
    """Check that the first port is listened on by the method that ours stands for."""
    place = "mitmproxy.proxy.mode_servers"
    awaits(f"{place}:AsyncioServerInstance.listen", "self", "host", "port")
    uses(f"{place}:AsyncioServerInstance.listen", "start_server", "handle_stream")
    uses(f"{place}:AsyncioServerInstance._start", "listen")
    awaits(f"{place}:ServerInstance.handle_stream", "self", "reader", "writer")


def late_imports() -> None:
    """Check by the version: to look at what is to be imported late would import it."""
    if version.VERSION.partition(".")[0] not in ("11", "12"):
        raise Changed("what mitmproxy imports was read in 11 and 12 only")


def cert_store() -> None:
    place = "mitmproxy.certs:CertStore"
    for name in ("create_store", "load_dhparam"):
        find(f"{place}.{name}")
    find("mitmproxy.certs:Cert.from_pem")
    uses(f"{place}.create_store", "create_ca")


def backdated_certificates() -> None:
    place = "mitmproxy.certs"
    for name in ("create_ca", "dummy_cert"):
        uses(f"{place}:{name}", "datetime", "now")
    find(f"{place}:CERT_EXPIRY")


_MESSAGE = (
    *("http_version", "headers", "content", "trailers"),
    *("timestamp_start", "timestamp_end"),
)


def raw_messages() -> None:
    place = "mitmproxy.http"
    of_request = ("host", "port", "method", "scheme", "authority", "path")
    has_fields(f"{place}:RequestData", *_MESSAGE, *of_request)
    has_fields(f"{place}:ResponseData", *_MESSAGE, "status_code", "reason")
    declares(f"{place}:Message", ["data"])
