"""A value for each option that is not its default, as a user would type it; and texts
as settings."""

from pathlib import Path

from mitmvcr.options import BY_NAME, Settings, Text, settings_of

#: What looks like a certificate and its key to whoever does not load them.
_PEM = Path(__file__).with_name("sample.pem")

SAMPLES: dict[str, Text] = {
    "cassette": "cassettes/chat.yaml",
    "dir": "cassettes/tests",
    "mode": "replay_only",
    "allow_repeats": "last",
    "layout": "v3",
    "view": "wire",
    "match": "method,path,header:Accept",
    "ignore_headers": ("X-Request-Id", "X-Trace-*="),
    "ignore_query": ("ts", "utm_*"),
    "ignore_json": ("$['a','b']", "$.messages[*].id="),
    "ignore_form": ("nonce=",),
    "ignore_body": ("run-[0-9]{1,3}", "a=b="),
    "ignore_path": ("(?<=/runs/)[^/]+", "a=b="),
    "base_url_map": ("https://staging.example.com/api=https://example.com/",),
    "hooks": __file__,
    "redact": "none",
    "headers": "accept,x-mine",
    "redact_headers": ("X-Mine", "X-Yours"),
    "redact_query": ("mine",),
    "redact_json": ("$.user.email",),
    "redact_regex": ("acct_([0-9]{3,9})",),
    "redact_hosts": ("*.example.com",),
    "keep": ("jwt",),
    "fake": ("jwt",),
    "secret": ("OPENAI_API_KEY",),
    "latency": "0.5",
    "retry_after": "keep",
    "time": "shift",
    "record_chunks": "yes",
    "record_errors": "yes",
    "partial": "drop",
    "websocket": "yes",
    "spool": "4096",
    "fsync": "each",
    "write_empty": "yes",
    "keep_volatile": "yes",
    "save_failed": "no",
    "drop_unused": "yes",
    "passthrough": ("~d a.example", "~u '/x, y'"),
    "control": "0",
    "idle_timeout": "1m30s",
    "rerecord": ("login/*", "other"),
    "block": ("~d c.example",),
    "ignore_preset": "telemetry",
    "lane": "off",
    "max_age": "30d",
    "fail_on_age": "yes",
    "echo": "off",
    "include_localhost": "yes",
    "no_proxy": ".corp.test,db:5432",
    "upstream_ca": str(_PEM),
    "insecure_upstream": "yes",
    "client_cert": str(_PEM),
    "set": ("ssl_insecure=true", "http2=false"),
    "isolate": "yes",
    "transparent": "yes",
    "transparent_port": ("4566", "9200"),
    "isolate_allow": ("5432", "db.example:6379"),
    "ui": "web",
    "host": "::1",
    "port": "9",
    "workers": "2",
    "attached": "yes",
    "report": ("out/report.json", "-"),
    "prove": "yes",
    "receipt": "out/receipt.json",
    "fail_on_miss": "no",
    "allow_idle": "yes",
    "fail_on_unused": "yes",
}


def parse_settings(**texts: Text) -> Settings:
    """Parse options by name; one that is not there has its default. Raises
    OptionError, which names the option as mitmproxy does."""
    return settings_of({name: BY_NAME[name].read(texts[name]) for name in texts})
