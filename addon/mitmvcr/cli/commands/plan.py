"""What a run is to do: its options, checked."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mitmvcr.cli.child.environment import LOOPBACK
from mitmvcr.cli.child.frozen import Frozen, frozen
from mitmvcr.cli.child.way_out import way_out
from mitmvcr.cli.isolate.route import Allowed, resolve
from mitmvcr.cli.report.conclusion import RunPolicy
from mitmvcr.cli.report.console import say
from mitmvcr.cli.report.files import parse_receipt, parse_reports
from mitmvcr.core.errors import OptionError
from mitmvcr.core.modes import RULES, Mode
from mitmvcr.core.urls import is_loopback
from mitmvcr.network_options import Address, Place, Upstream
from mitmvcr.options import (
    CASSETTE,
    CONTROL,
    DIR,
    FAIL_ON_AGE,
    ISOLATE,
    ISOLATE_ALLOW,
    MAX_AGE,
    MODE,
    NO_PROXY,
    OF_SESSION,
    PROVE,
    RECEIPT,
    RERECORD,
    TRANSPARENT,
    TRANSPARENT_PORT,
    Settings,
    of_command,
)
from mitmvcr.store.files import home
from mitmvcr.values import COMMAND_LINE, Given, Layer, Values

if TYPE_CHECKING:
    from mitmvcr.cli.isolate.namespace import Namespace

#: Where a default comes from that a CI server gets.
CI = "CI is set"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions(RunPolicy):
    """What ``run`` alone has in the table of options, parsed."""

    include_localhost: bool = False
    no_proxy: tuple[str, ...] = ()
    report: tuple[str, ...] = ()
    isolate: bool = False
    transparent: bool = False
    transparent_port: tuple[int, ...] = ()
    isolate_allow: tuple[Place, ...] = ()
    prove: bool = False
    receipt: str = ""
    set: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a run needs to know, checked. ``stdout`` is the descriptor that the
    command writes to, its own if None; ``named`` is the cassette that the command is
    given the name of, where another one is in play; ``frozen`` the clock that it is
    given, its own if None. ``is_mode_chosen``: for this run, and not by a file or by
    default."""

    command: Sequence[str]
    settings: Settings
    bypass: Sequence[str]
    upstream: Upstream | None
    inherited: Mapping[str, str]
    home: Path
    policy: RunPolicy
    isolate: bool = False
    #: Where connections are carried to the proxy: addresses and ports within.
    diverted: Sequence[tuple[str, int]] = ()
    allowed: Sequence[Allowed] = ()
    namespace: "Namespace | None" = None
    prove: bool = False
    receipt: Path | None = None
    stdout: int | None = None
    sets: Sequence[str] = ()
    named: Path | str | None = None
    frozen: Frozen | None = None
    is_mode_chosen: bool = False


def make_plan(
    command: Sequence[str], values: Values, inherited: Mapping[str, str]
) -> Plan:
    """Check what was given and make a plan of it. Say on stderr what was chosen by
    default. Raise OptionError."""
    options = RunOptions(**values.read(of_command("run")))
    settings = _settings(command, values)
    _check_together(settings, options)
    _check_age(values, options)
    loopback = () if options.include_localhost else LOOPBACK
    return Plan(
        command=command,
        settings=settings,
        bypass=(*loopback, *options.no_proxy),
        upstream=(
            way_out(inherited)
            if reaches_out(settings) and not has_way(options.set)
            else None
        ),
        inherited=inherited,
        home=home(inherited),
        policy=replace(options, reports=parse_reports(options.report)),
        isolate=options.isolate,
        diverted=_diverted(options),
        allowed=_allowed(options, settings),
        prove=options.prove,
        receipt=parse_receipt(options.receipt),
        sets=options.set,
        frozen=frozen(settings),
        is_mode_chosen=values[MODE].source in (COMMAND_LINE, MODE.variable),
    )


def _check_together(settings: Settings, options: RunOptions) -> None:
    """Raise OptionError where several cassettes meet what is about one, or what is
    about all of them meets what is about some."""
    for option, given in ((PROVE, options.prove), (RECEIPT, options.receipt)):
        if given and settings.dir is not None:
            remedy = f"{option.word} is about one cassette: use {CASSETTE.word}"
            raise OptionError(DIR.word, settings.dir, remedy)
    if settings.rerecord and options.drop_unused:
        remedy = "it would change other cassettes too: leave one out"
        raise OptionError("--drop-unused", "yes", f"beside {RERECORD.word} {remedy}")


def _check_age(values: Values, options: RunOptions) -> None:
    """Raise OptionError where somebody types what has no effect: a file says it for
    runs without an age too."""
    is_in_vain = options.fail_on_age and options.max_age is None
    if is_in_vain and values[FAIL_ON_AGE].source == COMMAND_LINE:
        raise OptionError(FAIL_ON_AGE.word, "yes", f"it needs {MAX_AGE.word}")


def reaches_out(settings: Settings) -> bool:
    """Return whether any request may reach an origin; where a cassette is elsewhere it
    is not looked for, and counts as absent."""
    if settings.passthrough or settings.rerecord:
        return True
    exists = isinstance(settings.cassette, Path) and os.path.exists(settings.cassette)
    return RULES[settings.mode, exists].forwards


def may_reach_out(settings: Settings) -> bool:
    """Return whether a session of a proxy that people serve may reach an origin: of
    many sessions each may begin in a mode of its own."""
    return settings.dir is not None or reaches_out(settings)


def has_way(sets: Sequence[str]) -> bool:
    """Return whether mitmproxy has a mode of its own, which is the way out then and not
    what the environment names."""
    return any(each.startswith("mode=") and each != "mode=regular" for each in sets)


def _allowed(options: RunOptions, settings: Settings) -> Sequence[Allowed]:
    """Return what the isolated command may reach; say which hosts past the proxy are
    out of reach. Raise OptionError."""
    places, option = options.isolate_allow, ISOLATE_ALLOW.word
    if places and not options.isolate:
        raise OptionError(option, places[0].text, f"it needs {ISOLATE.word}")
    if options.transparent and not options.isolate:
        raise OptionError(TRANSPARENT.word, "yes", f"it needs {ISOLATE.word}")
    if not options.isolate:
        return ()
    allowed = [resolve(place) for place in places]
    control = settings.control.port if settings.control else 0
    for each, place in zip(allowed, places, strict=True):
        if each.port == control and any(map(is_loopback, each.addresses)):
            problem = f"{CONTROL.word} has that port: give one of them another"
            raise OptionError(option, place.text, problem)
    reached = {each.host for each in allowed}
    lost = [each for each in options.no_proxy if each not in reached]
    if lost:
        hosts = ", ".join(lost)
        say(
            f"{ISOLATE.word}: {NO_PROXY.word} {hosts} cannot be reached without"
            f" {option}"
        )
    return allowed


def _diverted(options: RunOptions) -> Sequence[tuple[str, int]]:
    """Return where an isolated command's connections are carried to the proxy. Raise
    OptionError."""
    if not options.transparent:
        for port in options.transparent_port:
            problem = f"it needs {TRANSPARENT.word}"
            raise OptionError(TRANSPARENT_PORT.word, port, problem)
        return ()
    ports = dict.fromkeys((80, 443, *options.transparent_port))
    # Clients try IPv6's first, and some no other one.
    here = ["::1"] if options.include_localhost else []
    return [(address, port) for port in ports for address in ("0.0.0.0", *here)]


def _settings(command: Sequence[str], values: Values) -> Settings:
    settings = values.settings(OF_SESSION)
    if values[MODE].source == CI:
        say(f"CI is set and no {MODE.word} is given: {settings.mode}")
    if settings.dir is not None and settings.control is None:
        return settings._replace(control=Address(0))
    if settings.cassette is not None or settings.dir is not None:
        return settings
    return settings._replace(cassette=CASSETTE.read(_default_cassette(*command)))


def _default_cassette(program: str, *words: str) -> str:
    """Name the cassette after the command: ``./bin/my test`` is
    ``cassettes/my_test.yaml``."""
    name = re.sub(r"[^\w.-]", "_", os.path.basename(program)).lstrip(".") or "command"
    cassette = os.path.join("cassettes", f"{name}.yaml")
    is_behind = any(each.partition("=")[0] == CASSETTE.word for each in words)
    hint = "; what stands behind the command is the command's own" if is_behind else ""
    say(f"no {CASSETTE.word} is given: using {cassette}{hint}")
    return cassette


def in_ci(inherited: Mapping[str, str]) -> Layer:
    """Return the mode that is the default in CI, where nothing is ever recorded by
    accident."""
    if inherited.get("CI", "").strip().lower() in ("", "0", "false"):
        return {}
    return {MODE.name: Given(Mode.REPLAY_ONLY, MODE.word, CI)}
