"""mitmproxy's hooks on one side, a session's decisions on the other."""
