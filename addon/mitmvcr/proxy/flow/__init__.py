"""One flow, from its session's decision to its end."""
