"""The proxy that an inherited variable names, which is the way out of this network."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from mitmvcr.cli.report.console import say
from mitmvcr.core.errors import OptionError
from mitmvcr.network_options import Upstream

#: The first of these that is set is gone on through.
_PLAIN = ("http_proxy", "HTTP_PROXY")
_UPSTREAM = ("https_proxy", "HTTPS_PROXY", *_PLAIN)
_FOR_ALL = ("all_proxy", "ALL_PROXY")
_PAST = ("no_proxy", "NO_PROXY")
_SCHEMES = ("http", "https", "socks5", "socks5h")


def way_out(inherited: Mapping[str, str]) -> Upstream | None:
    """Return the proxy that the environment names, and that of ``http://`` where it is
    another, and say so on stderr; None without one. Raise OptionError for one that
    cannot be gone through: going past it silently would be worse."""
    if (first := _first(inherited, (*_UPSTREAM, *_FOR_ALL))) is None:
        return None
    name, url = first
    shown = _checked(name, url)
    past, told = _past(inherited)
    other = _first(inherited, _PLAIN)
    if other is None or other[1].rstrip("/") == url.rstrip("/") or name in _FOR_ALL:
        say(f"{name} is set: going on through {shown}{told}")
        return Upstream(url, past)
    plain = _checked(*other)
    if any(urlsplit(each).scheme.startswith("socks") for each in (url, other[1])):
        remedy = f"{name} names another, and socks goes beside no other: unset one"
        raise OptionError(other[0], plain, remedy)
    say(
        f"{name} and {other[0]} are set: going on through {shown}, and for http://"
        f" through {plain}{told}"
    )
    return Upstream(url, past, other[1])


def named_proxy(inherited: Mapping[str, str]) -> str:
    """Return the name of the variable that :func:`way_out` reads, else an empty
    text."""
    first = _first(inherited, (*_UPSTREAM, *_FOR_ALL))
    return "" if first is None else first[0]


def _first(
    inherited: Mapping[str, str], names: Sequence[str]
) -> tuple[str, str] | None:
    """Return the first of these variables that is set, and its value as a URL."""
    for name in names:
        if value := inherited.get(name, "").strip():
            return name, value if "://" in value else f"http://{value}"
    return None


def _checked(name: str, url: str) -> str:
    """Return the URL without its password, for a message. Raise OptionError for one
    that cannot be used."""
    remedy = "use an http://, https:// or socks5:// proxy, or unset it"
    try:
        parts = urlsplit(url)
        place = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    except ValueError:
        raise OptionError(name, url, remedy) from None
    if parts.scheme not in _SCHEMES or not place:
        raise OptionError(name, url, remedy)
    return f"{parts.scheme}://{place}"


def _past(inherited: Mapping[str, str]) -> tuple[Sequence[str], str]:
    """Return the hosts that are reached without that proxy, and the words that say
    so."""
    for name in _PAST:
        if hosts := [
            each for each in re.split(r"[,\s]+", inherited.get(name, "")) if each
        ]:
            return tuple(
                hosts
            ), f", but without it to what {name} names: {', '.join(hosts)}"
    return (), ""
