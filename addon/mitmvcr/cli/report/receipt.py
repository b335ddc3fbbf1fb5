"""The receipt of a run: what it proved, and the evidence."""

import json
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from mitmvcr import __version__
from mitmvcr.cli.age import date_of
from mitmvcr.cli.report.account import Ran
from mitmvcr.core.modes import Mode
from mitmvcr.miss.report import miss_facts
from mitmvcr.options import ISOLATE, ISOLATE_ALLOW, PASSTHROUGH, PROVE
from mitmvcr.session import Session
from mitmvcr.store import Store
from mitmvcr.store.files import put

Facts = dict[str, object]


def receipt_of(
    program: str, ran: Ran, store: Store, proof: Facts | None = None
) -> Facts:
    """Return the receipt of a run as values for JSON; ``store`` has the cassette.
    ``proof`` is what several runs found, the last of which is ``ran``. Only the
    ``program`` is named, since its arguments may hold secrets."""
    reasons = _against(ran) if proof is None else proof.pop("against")
    return {
        "version": 1,
        "program": Path(program).name,
        "cassette": {"name": store.name, "sha256": store.digest()},
        "mode": str(ran.session.mode),
        "proven": not reasons,
        "not_proven_because": reasons,
        **counts(ran),
        "intercepted": not ran.session.summary().was_idle,
        "network": _network(ran),
        "clock": _clock(ran.session),
        "versions": _versions(),
        "proof": proof,
    }


def counts(ran: Ran) -> Facts:
    """Return what came of one run, as values for JSON."""
    summary = ran.session.summary()
    return {
        "exit_status": ran.exit_status,
        "loaded": ran.session.loaded,
        "recorded": summary.recorded,
        "played": summary.replayed,
        "missed": summary.missed,
        "unused": summary.unused,
        "passed_through": summary.passed,
        "blocked": summary.blocked,
        "not_recorded": summary.lost,
        "misses": [
            {"times": times, **miss_facts(miss)}
            for miss, times in ran.session.log.misses.items()
        ],
    }


def nothing_known(ran: Ran) -> str:
    """Return why a run in which nothing was answered proves nothing."""
    if ran.session.summary().was_idle:
        return "nothing went through the proxy, so nothing is known of the run"
    return "a client connected to the proxy, but none of its requests was answered"


def write_receipt(path: Path, receipt: Mapping[str, object]) -> None:
    """Write it whole or not at all. Raise CassetteWriteError."""
    text = json.dumps(receipt, indent=2, ensure_ascii=False)
    put(path, text.encode("utf-8", "backslashreplace") + b"\n")


def _against(ran: Ran) -> Sequence[str]:
    """Return why a single run proves nothing; nothing for a sound replay."""
    session, summary = ran.session, ran.session.summary()
    found = [ran.failure] if ran.failure else []
    if not summary.did_something:
        found.append(nothing_known(ran))
    elif session.mode is Mode.PASSTHROUGH:
        found.append("nothing is replayed in mode passthrough")
    elif session.records:
        found.append(f"it was recorded and not replayed; {PROVE.word} does both")
    if ran.exit_status:
        found.append(f"the command ended with {ran.exit_status}")
    if summary.missed:
        found.append(f"requests had no match: {summary.missed}")
    return [*found, *(each.text for each in ran.findings if each.fails)]


def _network(ran: Ran) -> Facts:
    """Return whether anything could leave: true, false, or null for unknown."""
    reach = ran.reach
    open_ways = [*(f"{ISOLATE_ALLOW.word} {each}" for each in reach.allowed)]
    open_ways += [f"{PASSTHROUGH.word} '{each}'" for each in reach.passthrough]
    could: bool | None = True
    if not ran.session.offline:
        because = f"mode {ran.session.mode} sends requests on to their origins"
    elif open_ways:
        because = f"these ways were open: {', '.join(open_ways)}"
    elif reach.isolated:
        could, because = False, _CLOSED
    else:
        could, because = None, _UNKNOWN
    attempts = dict(reach.attempts) if reach.isolated else None
    return {"could_leave": could, "because": because, "tried_to_leave": attempts}


_CLOSED = (
    f"the command had a network of its own ({ISOLATE.word}), whose only way out was the"
    " proxy, and the proxy connects to nothing in a replay"
)
_UNKNOWN = (
    f"the proxy connects to nothing in a replay, but without {ISOLATE.word} a client"
    " that reads no proxy variable bypasses it"
)


def _clock(session: Session) -> Facts:
    """Return how far the run was from the recording, by the clock: the first ``Date``
    in the cassette (and its ``Age``), and the offset of the run's clock in seconds."""
    now = datetime.now(UTC)
    at = date_of(session)
    recorded = None if at is None else datetime.fromtimestamp(at, UTC)
    return {
        "recorded_at": recorded.isoformat() if recorded else None,
        "run_at": now.isoformat(timespec="seconds"),
        "offset_seconds": round((now - recorded).total_seconds()) if recorded else None,
    }


def _versions() -> Facts:
    return {
        "mitmvcr": __version__,
        "mitmproxy": metadata.version("mitmproxy"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }
