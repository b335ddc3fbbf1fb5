"""What commands do that look after cassettes; the logic is in ``mitmvcr.tools``."""
