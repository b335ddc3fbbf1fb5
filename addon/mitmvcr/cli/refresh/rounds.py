"""One cassette, asked anew round by round until what is found holds in all of them."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from mitmvcr.cli.child.own_folder import own_folder
from mitmvcr.cli.child.trust import write_origins, write_roots
from mitmvcr.cli.child.way_out import way_out
from mitmvcr.cli.refresh.asking import Asker, NotAskedError, what_is_hidden
from mitmvcr.cli.refresh.reports import Result, why_not
from mitmvcr.clock import as_of, first_date, recorded_at
from mitmvcr.core.calls import in_turn
from mitmvcr.core.media import GRPC, media_kind
from mitmvcr.core.model import Interaction, Request, Response, header
from mitmvcr.core.modes import Mode
from mitmvcr.core.volatile import VOLATILE
from mitmvcr.drift import Drift, Known, Tier, compared, grafted
from mitmvcr.options import BY_NAME, Settings
from mitmvcr.secrets import digests
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.session import check_secrets
from mitmvcr.spelling import ON_COMMAND_LINE
from mitmvcr.store.files import home
from mitmvcr.store.store import FileStore

if TYPE_CHECKING:
    from mitmvcr.proxy.launch import Proxy

#: Each is asked so often; and so often where something is found.
_LEAST, _MOST = 2, 6
#: In seconds: how long the proxy may take to record what the client has.
_RECORDED = 10.0
_REMEDY = (
    "give today's credentials, as --header 'Authorization: Bearer <TOKEN>'"
    f" {BY_NAME['secret'].word} TOKEN"
)
#: Requests are sent over HTTP/1.1 here.
_HTTP2 = f"it needs HTTP/2: run its client with {BY_NAME['mode'].word} compare"


@dataclass(slots=True)
class Asked:
    """One interaction, and what the API answered until now."""

    position: int
    old: Interaction
    request: Request
    live: list[Response] = field(default_factory=list)
    why: str = ""
    drift: Drift | None = None

    @property
    def is_open(self) -> bool:
        """Return whether it is to be asked once more."""
        if self.why:
            return False
        if len(self.live) < _LEAST:
            return True
        found = self.drift is not None and self.drift.findings
        return bool(found) and len(self.live) < _MOST


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked: of these methods, with these headers besides, ``pause`` seconds
    apart."""

    methods: Sequence[str]
    headers: Sequence[tuple[str, str]]
    pause: float


def refreshed(
    interactions: Sequence[Interaction],
    settings: Settings,
    choice: Choice,
    sets: Sequence[str],
    environment: Mapping[str, str],
) -> list[Result]:
    """Ask for what a cassette holds anew, and return what came of it. Raise
    VcrError."""
    check_secrets(settings.redaction, environment)
    redactor = Redactor(settings.redaction, environment)
    chosen = [*_chosen(interactions, choice, redactor)]
    if any(each.is_open for each in chosen):
        headers = [(name, redactor.put_back(value)) for name, value in choice.headers]
        asking = partial(_ask, chosen, Known(interactions), choice.pause, headers)
        asyncio.run(_through_proxy(settings, sets, environment, asking))
    return [_result(each, interactions) for each in chosen]


def _chosen(
    interactions: Sequence[Interaction], choice: Choice, redactor: Redactor
) -> Iterator[Asked]:
    for position, old in enumerate(interactions):
        request = old.request
        if request.method not in choice.methods:
            continue
        given = {name.lower() for name, _ in choice.headers}
        headers = {
            name: [redactor.put_back(value) for value in values]
            for name, values in request.headers.items()
            if name.lower() not in given
        }
        text = request.body.decode("utf-8", "surrogateescape")
        body = redactor.put_back(text).encode("utf-8", "surrogateescape")
        url = redactor.put_back(request.url)
        now = replace(request, url=url, headers=headers, body=body)
        why = why_not(old.response) or (_HTTP2 if _needs_http2(old) else "")
        if not why and (name := what_is_hidden(now)):
            why = f"{name} is hidden in it: {_REMEDY}"
        yield Asked(position, old, now, why=why)


def _needs_http2(old: Interaction) -> bool:
    """Return whether it is a call of gRPC, which HTTP/1.1 cannot carry, or one that
    went both ways."""
    kind = media_kind(header(old.request.headers, "content-type"))
    is_grpc = kind.startswith(GRPC) and not kind.startswith(f"{GRPC}-web")
    return is_grpc or bool(old.response.turns)


async def _through_proxy(
    settings: Settings,
    sets: Sequence[str],
    environment: Mapping[str, str],
    ask: Callable[["Proxy"], None],
) -> None:
    """Run a proxy that records aside, with the cassette's own view and rules."""
    from mitmvcr.proxy.ca import ensure_ca
    from mitmvcr.proxy.launch import running_proxy

    with own_folder() as folder:
        confdir = home(environment)
        ensure_ca(confdir)
        aside = settings._replace(cassette=folder / "live.yaml", mode=Mode.RECORD_ONLY)
        proxying = running_proxy(
            aside,
            confdir=confdir,
            upstream=way_out(environment),
            trusted_ca=write_origins(
                folder, write_roots(folder, environment), environment
            ),
            sets=sets,
            spelling=ON_COMMAND_LINE,
        )
        async with proxying as proxy:
            await asyncio.to_thread(ask, proxy)


def _ask(
    chosen: Sequence[Asked],
    known: Known,
    pause: float,
    headers: Sequence[tuple[str, str]],
    proxy: "Proxy",
) -> None:
    asker = Asker(proxy.port, proxy.ca_file, pause, headers)
    while any(each.is_open for each in chosen):
        _round(chosen, asker, proxy)
        for each in chosen:
            if not each.why and len(each.live) >= _LEAST:
                each.drift = compared(each.old, each.live, known.of(each.old))


def _round(chosen: Sequence[Asked], asker: Asker, proxy: "Proxy") -> None:
    """Ask once for each that is open, and read what was recorded of the answers."""
    session = proxy.sessions[0]
    places: dict[int, Asked] = {}
    for each in chosen:
        if not each.is_open:
            continue
        before = session.summary().recorded
        try:
            status, answers = asker.ask(each.request)
            places[_recorded(proxy, before + answers)] = each
        except NotAskedError as error:
            each.why = str(error)
            continue
        if status in (401, 403) and each.old.response.code != status:
            each.why = f"the API answers {status}: {_REMEDY}"
    store = session.store
    assert isinstance(store, FileStore)
    found = store.recorded()
    for place, each in places.items():
        each.live.append(found[place].response)


def _recorded(proxy: "Proxy", count: int) -> int:
    """Return the place of the last answer, once ``count`` are recorded. Raise
    NotAskedError where it is not."""
    session = proxy.sessions[0]
    until = time.monotonic() + _RECORDED
    while session.summary().recorded < count:
        if time.monotonic() > until:
            raise NotAskedError("its answer was not recorded")
        time.sleep(0.005)
    return count - 1


def _result(each: Asked, held: Sequence[Interaction]) -> Result:
    request, drift = each.old.request, each.drift
    if each.why or drift is None:
        return Result(each.position, request.method, request.url, None, (), each.why)
    new = None
    if drift.tier >= Tier.ADDITIVE:
        live = replace(each.old, response=_as_recorded(each, held))
        new = _grafted(each.old, live, drift)
    found = tuple(sorted(drift.findings, key=lambda f: -f.tier))
    return Result(
        each.position, request.method, request.url, drift.tier, found, new=new
    )


def _grafted(old: Interaction, live: Interaction, drift: Drift) -> Interaction:
    """Return the new answer with what has not changed of the old one; the live one,
    where its body has to stay what its checksum says."""
    if digests.is_address(live) or digests.has_unknown(live.response.headers):
        return live
    response = grafted(old.response, live.response, drift.findings, VOLATILE)
    return in_turn(digests.restated(live, replace(old, response=response)))


def _as_recorded(each: Asked, held: Sequence[Interaction]) -> Response:
    """Return the last live answer with its times as of the recording: the old Date
    stays, and a replay moves all times by that."""
    live = each.live[-1]
    then, at = recorded_at(each.old.response), recorded_at(live)
    then = first_date(held) if then is None else then
    if then is None:
        return live
    at = int(time.time()) if at is None else at
    return as_of(replace(each.old, response=live), at, then).response
