"""All that we rely on in mitmproxy beyond its documentation."""

from mitmvcr.mitm.host.facts import (
    LastResort,
    Takeover,
    drain,
    end_process,
    expect_cleartext_h2,
    gives_up_after,
    is_exiting,
    refusal,
    refuse_unknown_options,
    settle_memory,
    speak_cleartext_h2,
    take_deferred_options,
    tell_when_left,
    update_options,
    was_left_by_client,
    watch_who_leaves,
)

__all__ = [
    "LastResort",
    "Takeover",
    "drain",
    "end_process",
    "expect_cleartext_h2",
    "gives_up_after",
    "is_exiting",
    "refusal",
    "refuse_unknown_options",
    "settle_memory",
    "speak_cleartext_h2",
    "take_deferred_options",
    "tell_when_left",
    "update_options",
    "was_left_by_client",
    "watch_who_leaves",
]
