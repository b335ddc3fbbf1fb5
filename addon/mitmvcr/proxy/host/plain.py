"""Whether mitmproxy is as it comes: nothing of it but the recorder changes an answer,
and nobody else looks at a flow (addons/__init__.py: default_addons; tools/dump.py)."""

from collections.abc import Set
from typing import Any

from mitmproxy import ctx

from mitmvcr.proxy.host.capabilities import capabilities

#: Options that change no answer of a replay, whatever their value.
_HARMLESS = frozenset(
    (
        *("confdir", "listen_host", "listen_port", "mode", "key_size"),
        *("connection_strategy", "stream_large_bodies", "validate_inbound_headers"),
        *("ssl_verify_upstream_trusted_ca", "ssl_verify_upstream_trusted_confdir"),
        *("ssl_insecure", "client_certs", "tcp_timeout"),
        *("flow_detail", "termlog_verbosity"),
    )
)
_PLACE = "mitmproxy.addons."
#: mitmproxy's own addons that do nothing without one of their options, or nothing to
#: what is in the lane.
_QUIET = frozenset(
    (
        *("anticache", "anticomp", "block", "blocklist", "browser", "clientplayback"),
        *("command_history", "comment", "core", "cut", "disable_h2c", "dns_resolver"),
        *("dumper", "errorcheck", "export", "keepserving", "maplocal", "mapremote"),
        *("modifybody", "modifyheaders", "next_layer", "onboarding", "proxyauth"),
        *("proxyserver", "readfile", "save", "savehar", "script", "serverplayback"),
        *("stickyauth", "stickycookie", "strip_dns_https_records", "termlog"),
        *("tlsconfig", "update_alt_svc", "upstream_auth"),
    )
)


def is_harmless(names: Set[str]) -> bool:
    """Return whether none of these options of mitmproxy's own counts here."""
    return names <= _HARMLESS and "flow_detail" not in names


class Plain:
    """Looks at the options and the addons of the mitmproxy that runs."""

    def __init__(self) -> None:
        self._chain: list[Any] = []

    def is_same(self) -> bool:
        """Return whether the addons are those of the last look."""
        same: bool = self._chain == ctx.master.addons.chain  # the same objects: quick
        return same

    def look(self) -> bool:
        self._chain = list(ctx.master.addons.chain)
        return all(map(_is_quiet, self._chain)) and all(
            name in _HARMLESS or name.startswith("vcr_")
            for name in ctx.options.keys()  # noqa: SIM118 - it has no ``in`` of its own
            if ctx.options.has_changed(name)
        )

    def gives_up_after(self) -> float:
        """Return how long it lets a connection be silent, in seconds."""
        from mitmvcr.proxy.host.options import gives_up_after  # it has mitmproxy

        return gives_up_after()

    def chooses_protocol(self) -> bool:
        """Return whether it speaks with a client what was recorded."""
        return capabilities.has("ALPN choice")


def _is_quiet(addon: object) -> bool:
    place = type(addon).__module__
    if place.startswith("mitmvcr.proxy."):
        return True
    name = place.removeprefix(_PLACE)
    if name == "dumper" and ctx.options.flow_detail:
        return False  # it prints each flow
    return place.startswith(_PLACE) and name in _QUIET


#: So long mitmproxy bears silence, in seconds, if nobody says otherwise.
GIVES_UP_AFTER = 600.0


class Alone:
    """There is none, and there will be one as it comes."""

    def is_same(self) -> bool:
        return True

    def look(self) -> bool:
        return True

    def gives_up_after(self) -> float:
        return GIVES_UP_AFTER

    def chooses_protocol(self) -> bool:
        return True
