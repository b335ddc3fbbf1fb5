"""HTTP's own rules about which answer fits which request, whatever else is compared."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mitmvcr.core.choosing.header_fields import (
    HOST,
    NEVER,
    TARGET,
    Fields,
    all_fields,
    fields,
    other_host,
    target,
)
from mitmvcr.core.choosing.identity import Whose
from mitmvcr.core.choosing.ranges import PARTIAL, asked_range, held, in_bytes
from mitmvcr.core.matching import Rule
from mitmvcr.core.model import Interaction, Request, Response

#: What makes a request conditional (RFC 9110, section 13.1).
VALIDATORS = ("if-match", "if-modified-since", "if-none-match", "if-unmodified-since")
#: Others that make it so: WebDAV's ``If``, ``If-Schedule-Tag-Match``, and those of
#: stores, as ``x-amz-copy-source-if-match`` and ``x-goog-if-generation-match``.
_CONDITION = re.compile(r"if(?:-(?!range$).*)?|x-[a-z0-9-]*-if-.*")
#: They say what is requested when URL and body may not: calls of AWS, Tencent Cloud
#: and Alibaba Cloud, SOAP 1.1, arguments of Dropbox, WebDAV (RFC 4918), copies in
#: stores, another method than POST; which part of an upload it is (RFC 9110, 14.5,
#: tus, Google, Azure), from where a stream of events goes on, which page or partition
#: of Cosmos DB, which fields of an answer (Google, Flask-RESTX), which of LinkedIn's
#: methods; in which database, schema or namespace (PostgREST, CrateDB, SurrealDB,
#: ClickHouse, Trino, Presto, Vault), for which tenant (Mimir, Loki), and the SQL of
#: prepared statements.
OPERATION = frozenset(
    {
        "accept-profile",
        "content-profile",
        "content-range",
        "default-schema",
        "depth",
        "destination",
        "dropbox-api-arg",
        "last-event-id",
        "soapaction",
        "surreal-db",
        "surreal-ns",
        "upload-offset",
        "x-acs-action",
        "x-amz-copy-source",
        "x-amz-copy-source-range",
        "x-amz-target",
        "x-clickhouse-database",
        "x-fields",
        "x-goog-fieldmask",
        "x-goog-upload-command",
        "x-goog-upload-offset",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-ms-blob-condition-appendpos",
        "x-ms-continuation",
        "x-ms-copy-source",
        "x-ms-documentdb-partitionkey",
        "x-ms-page-write",
        "x-ms-source-range",
        "x-presto-catalog",
        "x-presto-prepared-statement",
        "x-presto-schema",
        "x-restli-method",
        "x-scope-orgid",
        "x-tc-action",
        "x-trino-catalog",
        "x-trino-prepared-statement",
        "x-trino-schema",
        "x-vault-namespace",
    }
)
#: Mercurial cuts its arguments into as many headers as they need.
_PIECES = "x-hgarg-"
#: For writes, this header says it too, and for a PATCH the media type, if that names a
#: kind of patch, as Kubernetes' do (RFC 5789).
_OF_WRITES, _PATCH = "x-ms-range", "content-type"
#: The place of a range among the fields; no header has such a name.
RANGE = ":range"
_RANGES, _CONDITIONS = frozenset({PARTIAL, 416}), frozenset({304, 412})
#: Answers with these codes fit no other request.
BOUND = _RANGES | _CONDITIONS

#: Of an answer, whatever is asked for in it.
_BINDING = frozenset({"content-range", "vary"})

#: What an answer requires of a request: the values of some fields.
Bond = tuple[tuple[str, str | None], ...]
#: The name of a field, its value in the request, and the recorded one.
Broken = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that needs an answer. ``fields`` are its headers as they are recorded,
    ``raw`` those that were sent, which other recorders keep."""

    request: Request
    fields: Fields
    raw: Fields
    whose: Whose

    @classmethod
    def of(cls, seen: Request, live: Request, whose: Whose) -> "Asked":
        """Make it of a request; ``live`` is the same before anything was hidden."""
        return cls(seen, all_fields(seen), all_fields(live), whose)

    @property
    def range(self) -> str | None:
        return asked_range(self.fields)

    def value(self, name: str, known: Collection[str | None] = ()) -> str | None:
        """Return the value of a field: the raw one if that is ``known``, else the one
        that is recorded."""
        if name == RANGE:
            return self.range
        if name == TARGET:
            return target(self.request)
        raw = self.raw.get(name)
        return raw if raw is not None and raw in known else self.fields.get(name)


def is_operation(name: str) -> bool:
    """Return whether a header, in lower case, may say what is asked for."""
    return _says_it(name) or name in (_OF_WRITES, _PATCH, HOST)


def _says_it(name: str) -> bool:
    return name in OPERATION or name.startswith(_PIECES)


def _operations(request: Request, own: Fields) -> list[str]:
    """Return the headers that say what a recorded request asks for, by name."""
    found = set(filter(_says_it, own))
    if request.method not in ("", "GET", "HEAD") and _OF_WRITES in own:
        found |= {_OF_WRITES}
    if request.method == "PATCH" and "patch" in own.get(_PATCH, ""):
        found |= {_PATCH}
    return sorted(found)


def is_condition(name: str) -> bool:
    """Return whether a header, in lower case, makes a request conditional."""
    return name in VALIDATORS or _CONDITION.fullmatch(name) is not None


def vary(response: Response) -> tuple[str, ...]:
    """Return the names of headers that the response says it depends on."""
    return tuple(
        name
        for values in _all(response, "vary")
        for name in map(str.strip, values.lower().split(","))
        if name and name != "*" and name not in NEVER
    )


def _all(response: Response, wanted: str) -> list[str]:
    return [
        value
        for name, values in response.headers.items()
        if name.lower() == wanted
        for value in values
    ]


def bonds(
    found: Interaction,
    several: Mapping[str, Collection[str | None]],
    off: Collection[str],
    counts: Callable[[str], bool] = bool,
) -> list[Bond]:
    """Return what a request needs to get this answer, each alternative in an item.
    ``several`` are the fields, with their values, in which otherwise equal interactions
    differ; the rules in ``off`` do not apply, and a header that does not ``count`` is
    not an operation."""
    ways = _bonds(found, several, off, counts)
    if HOST not in several or Rule.OPERATION in off:
        return ways
    own = other_host(found.request) or None
    # A client that names no host may be unable to.
    hosts = (own,) if None in several[HOST] else dict.fromkeys((own, None))
    return [((HOST, host), *way) for host in hosts for way in ways]


def _bonds(
    found: Interaction,
    several: Collection[str],
    off: Collection[str],
    counts: Callable[[str], bool],
) -> list[Bond]:
    code, own = found.response.code, fields(found.request.headers)
    bound: Bond = ()
    if Rule.OPERATION not in off:
        # If only some of the interactions have a header, it is known which ones.
        said = {*_operations(found.request, own), *filter(_says_it, several)}
        bound = tuple(
            (name, own.get(name))
            for name in sorted(filter(counts, said))
            if own.get(name) or name in several
        )
    if Rule.VARY not in off and several:
        names = sorted({name for name in vary(found.response) if name in several})
        bound += tuple((name, own.get(name)) for name in names)
    # If no condition was recorded, it is not known which there was.
    conditions = sorted(filter(is_condition, own)) if code in _CONDITIONS else ()
    if conditions and Rule.VALIDATORS not in off:
        every = dict.fromkeys((*VALIDATORS, *conditions))
        bound += tuple((name, own.get(name)) for name in every)
    if Rule.RANGE in off:
        return [bound]
    if code in _RANGES:
        return [((RANGE, each), *bound) for each in _ranges(found, own)] or [bound]
    if _all(found.response, "content-range"):  # rows in pages, as PostgREST has them
        return [((RANGE, asked_range(own)), *bound)]
    return [bound]


def _ranges(found: Interaction, own: Fields) -> list[str | None]:
    """Return the ranges that a partial answer may be to."""
    asked = asked_range(own)
    if asked is not None:
        return [asked]
    span = held(found.response)  # an option may have left the header out
    return [None, in_bytes(span)] if span else []


def strange_to(request: Request, found: Interaction) -> list[Broken]:
    """Return the headers that the answer says it depends on and in which the request
    differs from the recorded one: name, its value, the recorded one."""
    names = dict.fromkeys(vary(found.response))
    if not names:
        return []
    asked, recorded = fields(request.headers), fields(found.request.headers)
    return [
        (name, asked.get(name), recorded.get(name))
        for name in names
        if asked.get(name) != recorded.get(name)
    ]


def is_free(found: Interaction) -> bool:
    """Return quickly whether no rule binds an answer to certain requests."""
    response = found.response
    if response.code in BOUND or found.request.identity:
        return False
    asked = found.request
    may_say = asked.method == "PATCH" or _name_operation(tuple(asked.headers))
    if other_host(asked) or (may_say and _operations(asked, fields(asked.headers))):
        return False
    if _may_bind(tuple(response.headers)):
        return not (_all(response, "content-range") or vary(response))
    return True


def says_operation(request: Request) -> bool:
    """Return quickly whether a header may say what is requested, or from which host."""
    return _name_operation(tuple(request.headers)) or other_host(request) != ""


@lru_cache(maxsize=512)
def _name_operation(names: tuple[str, ...]) -> bool:
    lower = set(map(str.lower, names))
    return _OF_WRITES in lower or any(map(_says_it, lower))


@lru_cache(maxsize=512)
def _may_bind(names: tuple[str, ...]) -> bool:
    return not _BINDING.isdisjoint(map(str.lower, names))
