"""All that we rely on in mitmproxy beyond its documentation.

Each fact was measured on the versions that it names; file names are relative to the
installed ``mitmproxy/`` package.
"""

from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.cert_store import compare_quickly
from mitmvcr.proxy.host.exit import (
    ExitGuard,
    drain,
    end_process,
    is_exiting,
    settle_memory,
)
from mitmvcr.proxy.host.options import (
    HostOptions,
    gives_up_after,
    refusal,
    refuse_unknown_options,
    set_options,
    take_deferred_options,
    update_options,
)
from mitmvcr.proxy.host.protocols import (
    choose_alpn,
    expect_cleartext_h2,
    speak_cleartext_h2,
)
from mitmvcr.proxy.host.resets import (
    tell_when_left,
    was_left_by_client,
    watch_who_leaves,
)

__all__ = [
    "ExitGuard",
    "HostOptions",
    "capabilities",
    "choose_alpn",
    "compare_quickly",
    "drain",
    "end_process",
    "expect_cleartext_h2",
    "gives_up_after",
    "is_exiting",
    "refusal",
    "refuse_unknown_options",
    "set_options",
    "settle_memory",
    "speak_cleartext_h2",
    "take_deferred_options",
    "tell_when_left",
    "update_options",
    "was_left_by_client",
    "watch_who_leaves",
]
