"""Other recordings as cassettes: each module reads one kind."""
