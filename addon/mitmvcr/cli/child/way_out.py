"""The proxy that an inherited variable names, which is the way out of this network."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from mitmvcr.cli.child.environment import NOBODY
from mitmvcr.cli.report.console import say
from mitmvcr.core.errors import OptionError
from mitmvcr.core.urls import is_loopback
from mitmvcr.core.wording import authority
from mitmvcr.network_options import Upstream

#: The first of these that is set is gone on through.
_PLAIN = ("http_proxy", "HTTP_PROXY")
_UPSTREAM = ("https_proxy", "HTTPS_PROXY", *_PLAIN)
_FOR_ALL = ("all_proxy", "ALL_PROXY")
_PAST = ("no_proxy", "NO_PROXY")
_SCHEMES = ("http", "https", "socks5", "socks5h")


#: What a host or an address may have in it.
_HOST = re.compile(r"[\w.:%-]+")
_LOGIN = re.compile(r"(?<=://).*@", re.DOTALL)


def way_out(inherited: Mapping[str, str], port: int = 0) -> Upstream | None:
    """Return the proxy that the environment names, and that of ``http://`` where it is
    another, and say so on stderr; None without one. Raise OptionError for one that
    cannot be gone through: going past it silently would be worse. ``port`` is where
    ours listens on this machine."""
    if (first := _first(inherited, (*_UPSTREAM, *_FOR_ALL))) is None:
        return None
    name, url = first
    shown = _checked(name, url, port)
    past, told = _past(inherited)
    other = _first(inherited, _PLAIN)
    if other is None or other[1].rstrip("/") == url.rstrip("/") or name in _FOR_ALL:
        say(f"{name} is set: going on through {shown}{told}")
        return Upstream(url, past)
    plain = _checked(*other, port)
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


def _checked(name: str, url: str, port: int) -> str:
    """Return the URL without its login, for a message. Raise OptionError for one that
    cannot be used."""
    remedy = "use an http://, https:// or socks5:// proxy, or unset it"
    shown = _LOGIN.sub("***@", url)  # of what cannot be read, too
    try:
        parts = urlsplit(url)
        host, there = parts.hostname or "", parts.port
    except ValueError:
        raise OptionError(name, shown, remedy) from None
    if parts.scheme not in _SCHEMES or not _HOST.fullmatch(host):
        raise OptionError(name, shown, remedy)
    if "@" in url.partition(parts.netloc)[2]:  # a password ended the name of the host
        remedy = "percent-encode / ? # in its password, or unset it"
        raise OptionError(name, shown, remedy)
    if port and there == port and is_loopback(host):
        remedy = "this proxy is there itself: unset it, or let it listen elsewhere"
        raise OptionError(name, shown, remedy)
    return f"{parts.scheme}://{authority(host, there) if there else host}"


def _past(inherited: Mapping[str, str]) -> tuple[Sequence[str], str]:
    """Return the hosts that are reached without that proxy, and the words that say
    so."""
    for name in _PAST:
        named = re.split(r"[,\s]+", inherited.get(name, ""))
        if hosts := [each for each in named if each not in ("", NOBODY)]:
            told = f", but without it to what {name} names: {', '.join(hosts)}"
            return tuple(hosts), told
    return (), ""
