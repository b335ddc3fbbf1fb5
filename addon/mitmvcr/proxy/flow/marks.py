"""What became of a flow, as mitmproxy and mitmweb show it: a marker and a comment."""

import os
import re

from mitmproxy import flow

from mitmvcr.session import Session

_OURS = re.compile(r"(?:recorded as|replayed from .+) #\d+|no match")
_MARKERS = _REPLAYED, _RECORDED, _MISSED = ":arrow_forward:", ":red_circle:", ":x:"


def mark_replayed(flow: flow.Flow, session: Session, position: int) -> None:
    """Say where its answer is from."""
    _mark(flow, _REPLAYED, _replayed(session, position))


def unmark(flow: flow.Flow) -> None:
    """Take off what was said of a flow that a client sends again, whatever becomes of
    it now."""
    if flow.marked in _MARKERS:
        flow.marked = ""
    if _OURS.fullmatch(flow.comment):
        flow.comment = ""


def mark_moved(flow: flow.Flow, session: Session, before: int, position: int) -> None:
    """Say that it plays another interaction than before."""
    if flow.comment == _replayed(session, before):
        flow.comment = _replayed(session, position)


def mark_recorded(flow: flow.Flow, session: Session) -> None:
    """Say which interaction it was recorded as, just now."""
    _mark(
        flow, _RECORDED, f"recorded as #{session.loaded + session.recorded_count - 1}"
    )


def mark_missed(flow: flow.Flow) -> None:
    _mark(flow, _MISSED, "no match")


def _replayed(session: Session, position: int) -> str:
    return f"replayed from {os.path.basename(session.store.name)} #{position}"


def _mark(flow: flow.Flow, marker: str, comment: str) -> None:
    """Mark it, where nobody else has: a client's replay has the marks of its flow."""
    if not flow.marked or flow.marked in _MARKERS:
        flow.marked = marker
    if not flow.comment or _OURS.fullmatch(flow.comment):
        flow.comment = comment
