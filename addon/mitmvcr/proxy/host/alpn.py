"""Which protocol a client is offered within TLS."""

from mitmproxy import tls

from mitmvcr.proxy.host.capabilities import capabilities


def choose_alpn(data: tls.ClientHelloData, protocol: bytes) -> None:
    """Let the client have this protocol, if it has offered it. To be called from
    ``tls_clienthello`` (addons/tlsconfig.py: alpn_select_callback)."""
    offered = protocol in data.client_hello.alpn_protocols
    if offered and capabilities.has("ALPN choice"):
        data.context.client.alpn = protocol
