"""All that touches mitmproxy."""
