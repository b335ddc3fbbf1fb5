"""What is wrong with a run as a whole, though no request of it failed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitmvcr.cli.age import ages
from mitmvcr.cli.child.environment import LOOPBACK
from mitmvcr.core.matching import url_host
from mitmvcr.core.wording import number_of, shown
from mitmvcr.miss.log import UNREAD
from mitmvcr.options import (
    IGNORE_PRESET,
    INCLUDE_LOCALHOST,
    ISOLATE,
    ISOLATE_ALLOW,
    MAX_AGE,
    MODE,
    NO_PROXY,
    PASSTHROUGH,
    RERECORD,
    TRANSPARENT,
    TRANSPARENT_PORT,
)
from mitmvcr.rerecording import NOBODY
from mitmvcr.session import Session

if TYPE_CHECKING:
    from mitmvcr.proxy.launch import Proxy

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """``kind`` is one word for programs; ``fails``: the run must not pass."""

    kind: str
    text: str
    fails: bool = False


def of_run(
    proxy: "Proxy",
    bypass: str,
    *,
    allow_idle: bool,
    isolated: bool,
    transparent: bool,
) -> Iterator[Finding]:
    """Yield what a proxy that did nothing says about the command; ``bypass`` is the
    command's NO_PROXY, ``isolated`` and ``transparent`` say what it was run with."""
    summary = proxy.summary()
    if summary.was_idle:
        fails = proxy.expects and not allow_idle
        text = _of_unbegun(proxy.in_play.refusals.unbegun)
        text = text or _of_bypassed(proxy, bypass)
        if not text:
            text = _idle(bypass, summary.blocked)
            if proxy.records and not transparent:
                both = f"{ISOLATE.word} {TRANSPARENT.word}"
                text += f". On Linux {both} records a client that reads neither"
            if fails:
                text += _past_a_replay(isolated=isolated)
        yield Finding("idle", text, fails)
    elif summary.passed and proxy.records and not summary.recorded:
        dropped = proxy.settings.hooks is not None
        yield Finding("passed", _passed(summary.passed, dropped=dropped))
    elif proxy.broken_tls and not summary.did_something:
        broken = {k: v for k, v in proxy.broken_tls.items() if v != UNREAD}
        text = _distrusted(broken, isolated=isolated) if broken else _UNREAD
        yield Finding("distrusted" if broken else "unread", text, proxy.expects)


def of_age(
    sessions: Sequence[Session], most: float | None, *, fail: bool
) -> Iterator[Finding]:
    """Yield each cassette that was recorded longer ago than ``most`` seconds."""
    if most is None:
        return
    for each in ages(sessions):
        if each.seconds > most:
            remedy = (
                f"{MODE.word} record_only records it anew, and 'mitmvcr refresh' says"
                " what has changed since"
            )
            yield Finding(
                "old", f"{each}, longer ago than {MAX_AGE.word}; {remedy}", fail
            )


def of_partial(proxy: "Proxy") -> Iterator[Finding]:
    """Yield what to say where no session was one of those to be recorded anew."""
    named = proxy.settings.rerecord
    if not named or NOBODY in named or proxy.records or not proxy.names:
        return
    text = (
        f"nothing was recorded anew: {RERECORD.word} names no session of this run. A"
        " session has its cassette's name in the folder, as"
        f" {shown(proxy.names[-1], 300)}"
    )
    yield Finding("partial", text)


def of_attempts(
    attempts: Mapping[str, int], proxy: "Proxy", *, fail: bool, transparent: bool
) -> Iterator[Finding]:
    """Yield what isolation kept from leaving; with ``fail`` it fails a strict replay,
    as a miss does."""
    if not attempts:
        return
    text = f"tried to leave past the proxy: {listed(attempts)}"
    if proxy.records:
        text += "; it was blocked, and is not recorded"
    if not transparent:
        others = f"let it read HTTPS_PROXY, add {TRANSPARENT.word}, or "
    elif any(map(_over_tcp, attempts)):
        others = f"add {TRANSPARENT_PORT.word} PORT, or "
    else:
        others = ""
    text += f": {others}say {ISOLATE_ALLOW.word} HOST:PORT if it may"
    yield Finding("leaving", text, fails=fail and proxy.offline)


#: What :func:`of_attempts` has of a connection to a name or an address of IPv4's.
_over_tcp = re.compile(r"[\w.-]+:\d+").fullmatch


def of_background(left: Mapping[int, str]) -> Finding:
    """Return what processes of the command that go on say: numbers and names."""
    named = [f"{shown(name)} ({pid})" for pid, name in list(left.items())[:_NAMED]]
    others = _and_others(len(left) - _NAMED)
    text = (
        f"the command left these running: {', '.join(named)}{others}. Their further"
        " requests find no proxy; 'mitmvcr start' runs one that stays"
    )
    return Finding("background", text)


def _passed(count: int, *, dropped: bool) -> str:
    """Return why nothing was kept; ``dropped``: there are hooks, which may do so."""
    went = number_of(count, "request")
    by = "as before_record returned None, " if dropped else ""
    return (
        f"nothing was recorded: {went} went straight through, {by}by a"
        f" {PASSTHROUGH.word} filter or as a package manager's; {IGNORE_PRESET.word}"
        " none records those too"
    )


def _of_unbegun(reasons: Sequence[str]) -> str:
    """Return why nothing was requested where no session could begin: its test ended
    before it asked for anything."""
    if not reasons:
        return ""
    others = f", and {number_of(len(reasons) - 1, 'other')}" if reasons[1:] else ""
    sessions = number_of(len(reasons), "session")
    return f"{sessions} could not begin: {shown(reasons[0], 300)}{others}"


def _of_bypassed(proxy: "Proxy", bypass: str) -> str:
    """Return why nothing came where all that is recorded is of hosts that go past the
    proxy, as of localhost, which was sent through it when it was recorded; else an
    empty text."""
    played = [each for each in proxy.sessions if len(each.deck)]
    hosts = {url_host(url) for each in played for url in each.deck.urls()}
    if not hosts or not hosts.issubset(bypass.split(",")):
        return ""
    names = ", ".join(sorted(shown(each) for each in hosts))
    local = hosts.issubset(LOOPBACK)
    through = f"say {INCLUDE_LOCALHOST.word}"
    remedy = through if local else f"leave it out of {NO_PROXY.word}"
    name = shown(played[0].store.name, 300)
    return (
        f"nothing went through the proxy: {name} is of {names}, which the command"
        f" reaches without it: {remedy}"
    )


def _idle(bypass: str, blocked: int) -> str:
    nothing = "nothing but what is blocked" if blocked else "nothing"
    past = f" talks to hosts that go past it (NO_PROXY={bypass}), or" if bypass else ""
    text = (
        f"{nothing} went through the proxy: the command made no request, or{past} its"
        " HTTP client does not read HTTP_PROXY and HTTPS_PROXY. To tell which, put"
        " 'curl -sI https://example.com' in its place: if that is counted, it is the"
        " client"
    )
    if "localhost" in bypass:
        text += f". {INCLUDE_LOCALHOST.word} sends localhost through too"
    else:
        text += (
            ". Go, Ruby and Java never send localhost to a proxy:"
            f" on Linux {ISOLATE.word} {TRANSPARENT.word} {TRANSPARENT_PORT.word} PORT"
            " carries it there; else use another address of this machine for the server"
        )
    return text


def _past_a_replay(*, isolated: bool) -> str:
    text = "; --allow-idle lets a replay pass in which nothing is asked"
    if isolated:
        return text
    return f"; {ISOLATE.word} keeps such a client from the network{text}"


def _distrusted(broken: dict[str, str], *, isolated: bool) -> str:
    known = "The client does not trust the proxy's certificate for "
    hosts = ", ".join(
        shown(host) + ("" if reason.startswith(known) else f" ({shown(reason)})")
        for host, reason in list(broken.items())[:_NAMED]
    )
    others = _and_others(len(broken) - _NAMED)
    text = (
        "the client connected to the proxy but refused its certificate for"
        f" {hosts}{others}: let it trust the file that MITMVCR_CA_FILE names, or the"
        " bundle in MITMVCR_CA_BUNDLE"
    )
    if isolated:
        return text
    return f"{text}; on Linux {ISOLATE.word} adds it to the system's for the command"


_UNREAD = "nothing was recorded or replayed: what was asked could not be read"
#: How many addresses are named.
_MOST = 10


def listed(attempts: Mapping[str, int]) -> str:
    """Return attempts as text: ``93.184.216.34:443 (2), udp 8.8.8.8:53 "example.com"
    (1)``."""
    parts = [f"{what} ({times})" for what, times in list(attempts.items())[:_MOST]]
    return ", ".join(parts) + _and_others(len(attempts) - _MOST)


def _and_others(count: int) -> str:
    return f" and {number_of(count, 'other')}" if count > 0 else ""
