"""All that we rely on in mitmproxy beyond its documentation.

Each fact was measured on the versions that it names; file names are relative to the
installed ``mitmproxy/`` package. A name here is imported when it is first used: a
strict replay needs few of them, or none.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mitmvcr.proxy.host.capabilities import capabilities

if TYPE_CHECKING:
    from mitmvcr.proxy.host.alerts import hear_alerts
    from mitmvcr.proxy.host.cert_store import compare_quickly
    from mitmvcr.proxy.host.exit import (
        ExitGuard,
        drain,
        end_process,
        is_exiting,
    )
    from mitmvcr.proxy.host.options import (
        HostOptions,
        gives_up_after,
        refusal,
        refuse_other_proxies,
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
    "hear_alerts",
    "is_exiting",
    "refusal",
    "refuse_other_proxies",
    "refuse_unknown_options",
    "set_options",
    "speak_cleartext_h2",
    "take_deferred_options",
    "tell_when_left",
    "update_options",
    "was_left_by_client",
    "watch_who_leaves",
    "whole",
]

#: Where each of them is.
_HOMES = {
    "compare_quickly": "cert_store",
    "hear_alerts": "alerts",
    **dict.fromkeys(("ExitGuard", "drain", "end_process", "is_exiting"), "exit"),
    **dict.fromkeys(("HostOptions", "gives_up_after", "refusal"), "options"),
    **dict.fromkeys(("refuse_other_proxies", "refuse_unknown_options"), "options"),
    "set_options": "options",
    **dict.fromkeys(("take_deferred_options", "update_options"), "options"),
    **dict.fromkeys(("choose_alpn", "expect_cleartext_h2"), "protocols"),
    "speak_cleartext_h2": "protocols",
    **dict.fromkeys(("tell_when_left", "was_left_by_client"), "resets"),
    "watch_who_leaves": "resets",
}


def whole() -> None:
    """Import all of them: the files of this package may be gone later."""
    for name in _HOMES:
        __getattr__(name)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
