"""Why nothing matched: what comes nearest, where it differs, and what would help."""
