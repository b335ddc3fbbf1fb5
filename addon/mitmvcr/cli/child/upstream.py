"""An inherited HTTPS_PROXY is the way out of this network: ours goes through it."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from mitmvcr.cli.report.console import say
from mitmvcr.core.errors import OptionError

_NAMES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY")


def inherited_proxy(inherited: Mapping[str, str]) -> str | None:
    """Return the URL of the proxy that the environment names, and say so on stderr;
    None without one. Raise OptionError for one that is no HTTP proxy: going past it
    silently would be worse."""
    for name in _NAMES:
        if value := inherited.get(name, "").strip():
            url = value if "://" in value else f"http://{value}"
            say(f"{name} is set: going on through {_checked(name, url)}")
            return url
    return None


def _checked(name: str, url: str) -> str:
    """Return the URL without its password, for a message. Raise OptionError for one
    that is no HTTP proxy."""
    remedy = "use an http:// or https:// proxy, or unset it"
    try:
        parts = urlsplit(url)
        place = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    except ValueError:
        raise OptionError(name, url, remedy) from None
    if parts.scheme not in ("http", "https") or not place:
        raise OptionError(name, url, remedy)
    return f"{parts.scheme}://{place}"
