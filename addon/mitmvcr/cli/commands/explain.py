"""``mitmvcr cassette explain``: would it answer this request, and if not, why."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from mitmvcr.cli.commands.sources import flows
from mitmvcr.cli.curl.command import Curl, parse_curl
from mitmvcr.cli.options import parse_header
from mitmvcr.cli.report.console import is_coloured, long_lines
from mitmvcr.config import in_force
from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.core.model import Request
from mitmvcr.core.modes import Mode, Replay
from mitmvcr.core.wording import shown
from mitmvcr.miss.report import miss_facts
from mitmvcr.options import CASSETTE, MODE, OF_SESSION
from mitmvcr.session import Session, open_session
from mitmvcr.values import Layer
from mitmvcr.view.typed import request_from


@dataclass(frozen=True, slots=True)
class Question:
    """The request as typed: in parts, or as a curl command line."""

    method: str | None = None
    url: str | None = None
    header: tuple[str, ...] = ()
    body: str | None = None
    curl: str | None = None


def explain_request(
    cassette: Path | str, question: Question, typed: Layer, *, as_json: bool
) -> int:
    """Print the answer to stdout; 0 if it would match, else 1. The cassette is only
    read, and as the proxy would read it."""
    request = request_of(question)
    values, fixed = in_force(typed), (CASSETTE, MODE)
    with values.spelled():
        settings = values.settings(each for each in OF_SESSION if each not in fixed)
        settings = settings._replace(cassette=cassette, mode=Mode.REPLAY_ONLY)
        session = open_session(settings, flows)
    lines, facts, matches = _answer(session, request)
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    else:
        for line in lines:
            click.echo(line, color=is_coloured(sys.stdout))
    return 0 if matches else 1


def _answer(
    session: Session, request: Request
) -> tuple[Sequence[str], dict[str, object], bool]:
    decision = session.plan(request)
    if not isinstance(decision, Replay):
        miss = session.explain(request)
        return list(long_lines(miss)), {"match": False, **miss_facts(miss)}, False
    interaction = decision.interaction
    entry = session.entry("replayed", interaction, decision.position)
    where = f"{shown(entry.method)} {shown(entry.url, 300)}"
    status = interaction.response.status
    line = f"matches interaction {entry.interaction}: {where}: {status}"
    facts: dict[str, object] = {
        "match": True,
        "interaction": entry.interaction,
        "method": entry.method,
        "url": entry.url,
        "status": entry.status,
    }
    return [line], facts, True


def request_of(question: Question) -> Request:
    """Return the request as the proxy would look it up. Raise OptionError."""
    curl = _curl(question)
    try:
        return request_from(curl.method, curl.url, curl.headers, curl.body or b"")
    except ValueError as error:
        remedy = f"{error}; name one as https://api.example.com/v1/chat"
        word = "--url" if question.curl is None else "--curl"
        raise OptionError(word, curl.url, remedy) from error


def _curl(question: Question) -> Curl:
    parts = (question.method, question.url, question.body, question.header or None)
    if question.curl is not None:
        if any(part is not None for part in parts):
            remedy = "use it alone: it holds the method, URL, headers and body"
            raise OptionError("--curl", "...", remedy)
        return parse_curl(question.curl)
    if question.url is None:
        raise VcrError("name a request: --url URL, or --curl 'curl ...'")
    body = _body(question.body)
    method = question.method or ("GET" if body is None else "POST")
    return Curl(
        method.upper(), question.url, list(map(parse_header, question.header)), body
    )


def _body(text: str | None) -> bytes | None:
    """Return the body as typed, or the content of ``@file``."""
    if text is None or not text.startswith("@"):
        return None if text is None else text.encode("utf-8", "surrogateescape")
    try:
        return Path(text[1:]).read_bytes()
    except OSError as error:
        remedy = f"cannot be read: {error.strerror}"
        raise OptionError("--body", text, remedy) from error
