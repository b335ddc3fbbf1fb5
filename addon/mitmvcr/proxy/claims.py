"""Which test has which cassette: two tests never share one by accident.

A helper names a cassette after its test, and a file name can lose what distinguishes
two tests: a character that no file name has, an enclosing class, on some disks the
case. So a helper says which test wants a cassette, and no other test gets it as long as
the proxy runs. Whoever chooses a cassette by its name names no test, and may share it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from mitmvcr.control.office import Problem
from mitmvcr.core.modes import RULES
from mitmvcr.options import Settings
from mitmvcr.proxy.flow.player import Player, name_in

_REMEDY = (
    "rename one of the tests, or name a cassette for one; to share it, name it in both;"
    " if one is gone, start mitmvcr anew"
)
#: The Rust crate says of a test what opens its session, and which test that is within.
_WITHIN = " in the test "
_FUNCTION = (
    "it is named after the function that opens it for both: open it in each of the"
    " tests, or name a cassette for each"
)
_OLD = "an older version named it after both; delete it, and record them anew"


@dataclass(eq=False)
class _Claim:
    """A test's claim to a cassette. ``sessions`` is how many sessions it has with it
    now; ``is_used``: one of its sessions did something; ``is_spoilt``: one recorded all
    of the cassette, and the test has failed each time since."""

    test: str
    sessions: int = 0
    is_used: bool = False
    is_spoilt: bool = False


class Claims:
    """Remembers whose each cassette is, by the test that asked for it; ``shown``
    returns a test as it may be shown."""

    def __init__(self, shown: Callable[[str], str]) -> None:
        self._shown = shown
        #: By path in lower case, then by path: some disks ignore case.
        self._claims: dict[str, dict[str, _Claim]] = {}
        self._by_player: WeakKeyDictionary[Player, _Claim] = WeakKeyDictionary()

    def check(self, settings: Settings, test: str, *, is_old: bool) -> None:
        """Raise Problem where the cassette of a session that is to begin belongs to
        another test. A test that requested nothing has lost its claim. ``is_old``: the
        cassette has the name that an older version gave it."""
        cassette = os.fspath(settings.cassette or "")
        if not test:
            return  # whoever chose it by its name may share it
        for path, claim in self._claims.get(cassette.casefold(), {}).items():
            is_held = claim.test != test and (claim.sessions or claim.is_used)
            if is_held and (path == cassette or _is_one_file(path, cassette)):
                mine, theirs = self._shown(test), self._shown(claim.test)
                name = name_in(settings, cassette)
                detail = f"{name} is that of the test {theirs}, and {mine} asks for it"
                raise Problem(
                    409, "cassette", detail, _OLD if is_old else _remedy(mine, theirs)
                )

    def is_spoilt(self, settings: Settings, test: str) -> bool:
        """Return whether a failed test is tried again that recorded its cassette: it
        would play the answer by which it has failed."""
        cassette = os.fspath(settings.cassette or "")
        claim = self._claims.get(cassette.casefold(), {}).get(cassette)
        is_again = claim is not None and claim.test == test and claim.is_spoilt
        return is_again and RULES[settings.mode, False].records

    def take(self, player: Player, test: str) -> None:
        """Note which test a session that has begun is for; :meth:`check` it before."""
        if not test:
            return
        cassette = os.fspath(player.settings.cassette or "")
        same = self._claims.setdefault(cassette.casefold(), {})
        claim = same.get(cassette)
        if claim is None or claim.test != test:
            claim = same[cassette] = _Claim(test)
        claim.sessions += 1
        self._by_player[player] = claim

    def judge(self, player: Player, *, has_failed: bool) -> None:
        """Note how the test of a session did that is to end, or has ended."""
        claim = self._by_player.get(player)
        if claim is not None:
            is_spoilt = claim.is_spoilt or _recorded_all(player)
            claim.is_spoilt = has_failed and is_spoilt

    def ended(self, player: Player, *, has_failed: bool) -> None:
        """Note that a session has ended, whether it did anything, and how its test
        did."""
        self.judge(player, has_failed=has_failed)
        claim = self._by_player.pop(player, None)
        if claim is not None:
            claim.sessions -= 1
            claim.is_used |= _did_something(player)


def _remedy(mine: str, theirs: str) -> str:
    opened = [each.partition(_WITHIN) for each in (mine, theirs)]
    is_one = opened[0][0] == opened[1][0] and all(within for _, within, _ in opened)
    return _FUNCTION if is_one else _REMEDY


def _is_one_file(first: str, second: str) -> bool:
    """Return whether two spellings name one file on this disk."""
    try:
        return os.path.samefile(first, second)
    except OSError:  # one of them does not exist, so they differ
        return False


def _did_something(player: Player) -> bool:
    session = player.session
    summary = session.summary()
    return bool(summary.did_something or summary.lost or session.variables.known)


def _recorded_all(player: Player) -> bool:
    """Return whether nothing of the cassette was there before the session."""
    session = player.session
    return bool(session.recorded_count) and not session.loaded
