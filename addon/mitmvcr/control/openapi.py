"""The API as an OpenAPI 3.1 document. What a session may have as options the table of
options says."""

from collections.abc import Iterable, Mapping
from typing import Any

from mitmvcr.control.guards import HEADER
from mitmvcr.control.office import PEM, Facts
from mitmvcr.core.media import JSON, PROBLEM

_TEXT: Facts = {"type": "string"}
#: A name has more rules than that; see store/names.py.
_NAME: Facts = {
    **_TEXT,
    "minLength": 1,
    "maxLength": 1000,
    "pattern": r"""^[^\x00-\x1f\x7f\\:*?"<>|]+$""",
    "examples": ["login/ok"],
}
_COUNT: Facts = {"type": "integer", "minimum": 0}
#: What is longer is no number here.
_NUMBER: Facts = {**_COUNT, "maximum": 10**15 - 1}
_PORT: Facts = {"type": "integer", "minimum": 1, "maximum": 65535}
_OF_SESSION = (
    ("get", "/sessions/{name}"),
    ("delete", "/sessions/{name}"),
    ("put", "/sessions/{name}/cassette"),
    ("post", "/sessions/{name}/save"),
    ("get", "/sessions/{name}/variables"),
    ("post", "/sessions/{name}/variables"),
    ("get", "/sessions/{name}/log"),
)
#: What a session's test is said to have done.
_FAILED: Facts = {
    "failed": {
        "type": "boolean",
        "default": False,
        "description": "Its test failed: --partial and another try record it anew",
    }
}
#: Whose cassette it is, and how an older version named it.
_WHOSE: Facts = {
    "test": {
        **_TEXT,
        "minLength": 1,
        "description": "The test that wants it: no other may have it then",
    },
    "formerly": {
        **_NAME,
        "description": "Its older name, which it keeps if it is there",
    },
}
_OF_PORT = (("put", "/ports/{port}"), ("delete", "/ports/{port}"))
_ANY: Facts = {"type": "object"}


def document(options: Mapping[str, Facts], version: str) -> Facts:
    """Return it; ``options`` has a JSON schema for each option of a session."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mitmvcr's control API",
            "version": version,
            "description": "Opens, switches and ends the sessions of a proxy. A"
            f" session's name is percent-encoded. {HEADER} is needed by every call that"
            " changes something. See docs/sessions.md.",
        },
        "servers": [{"url": "."}],
        "security": [{}, {"token": []}],
        "paths": {**_sessions(), **_ports(), **_shown(), **_others()},
        "components": {
            "schemas": _schemas(options),
            "responses": {"problem": _answer("problem", "An error", PROBLEM)},
            "parameters": _parameters(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _sessions() -> Facts:
    one = [_parameter("name")]
    variables = _body({"type": "object", "additionalProperties": True})
    return {
        "/sessions": {
            "get": _get("The sessions in play", "sessions"),
            "post": _change(
                *("Opens one", "session", _body("opening")),
                status=201,
                links=_links("name", _OF_SESSION),
            ),
        },
        "/sessions/{name}": {
            "parameters": one,
            "get": _get("The results of one so far", "session"),
            "delete": _change(
                "Waits for its last request, saves and ends it",
                "report",
                {**_body(_object(_FAILED, required=())), "required": False},
            ),
        },
        "/sessions/{name}/cassette": {
            "parameters": one,
            "put": _change("Gives it another cassette", "switched", _body("cassette")),
        },
        "/sessions/{name}/save": {
            "parameters": one,
            "post": _change(
                "Puts what was recorded in place", "session", _body("none")
            ),
        },
        "/sessions/{name}/variables": {
            "parameters": one,
            "get": _get("What the test made up", _ANY),
            "post": _change("Records what the test makes up", _ANY, variables),
        },
    }


def _ports() -> Facts:
    session: Facts = {"session": {"type": ["string", "null"]}}
    pointing = _body(_object(session, required=()))
    return {
        "/ports": {
            "post": _change(
                *("Opens a port of no session", "port", pointing),
                status=201,
                links=_links("port", _OF_PORT),
            )
        },
        "/ports/{port}": {
            "parameters": [_parameter("port")],
            "put": _change("Points it to a session, or to none", "pointed", pointing),
            "delete": _change("Closes it", _object({"port": _PORT})),
        },
    }


def _shown() -> Facts:
    """Return what the page asks for."""
    one, numbered = [_parameter("name")], [_parameter("name"), _parameter("number")]
    span = [_parameter("from"), _parameter("most")]
    dropping = _body(_object({"dropped": {"type": "boolean"}}))
    dropped = _object({"dropped": {"type": "array", "items": _COUNT}})
    found = _object({"interactions": {"type": "array", "items": _COUNT}})
    return {
        "/sessions/{name}/log": {
            "parameters": [*one, *span],
            "get": _get("What became of requests", "rows"),
        },
        "/sessions/{name}/log/{number}": {
            "parameters": numbered,
            "get": _get("An entry of it whole", _ANY),
        },
        "/sessions/{name}/unused": {
            "parameters": [*one, *span],
            "get": _get("Interactions that nothing asked for", "rows"),
        },
        "/sessions/{name}/search": {
            "parameters": [*one, _parameter("text")],
            "get": _get("Interactions whose bodies hold a text", found),
        },
        "/sessions/{name}/interactions/{number}": {
            "parameters": numbered,
            "get": _get("An interaction whole", _ANY),
        },
        "/sessions/{name}/interactions/{number}/dropped": {
            "parameters": numbered,
            "put": _change("Leaves it out at the end, or not", dropped, dropping),
        },
    }


def _others() -> Facts:
    events = {
        "200": {"description": "Sent events", "content": {"text/event-stream": {}}}
    }
    return {
        "/health": {
            "get": _get("Says that it is there, and is used by none", "health")
        },
        "/ca.pem": {
            "get": {"summary": "What a client has to trust"}
            | _answers({"200": _answer(_TEXT, "A certificate", PEM)})
        },
        "/openapi.json": {"get": _get("This document", _ANY)},
        "/events": {
            "get": {"summary": "The sessions, and who had none"} | _answers(events)
        },
    }


def _parameters() -> Facts:
    return {
        "control": _in("header", HEADER, {"const": "1"}, required=True),
        "name": _in("path", "name", _NAME, required=True),
        "port": _in("path", "port", _PORT, required=True),
        "number": _in("path", "number", {**_NUMBER, "examples": [0]}, required=True),
        "from": _in("query", "from", _NUMBER),
        "most": _in("query", "most", _NUMBER),
        "text": _in("query", "text", {**_TEXT, "minLength": 1}, required=True),
    }


def _schemas(options: Mapping[str, Facts]) -> Facts:
    cassette: Facts = {
        "cassette": {**_NAME, "description": "Its name in the folder, as login/ok"}
    }
    port: Facts = {"type": "boolean", "default": True}
    kind: Facts = {"type": ["string", "null"], "description": "What its port speaks"}
    opening: Facts = {"name": _NAME, "port": port, "kind": kind}
    either = [{"required": ["cassette"]}, {"required": ["name"]}]
    pointed = {**_reach(), "session": {"type": ["string", "null"]}}
    return {
        "opening": {
            **_object({**cassette, **_WHOSE, **opening, **options}, required=()),
            "anyOf": either,
            "examples": [{"cassette": "login/ok", "mode": "replay_only"}],
        },
        "cassette": _object(
            {**cassette, **_WHOSE, **_FAILED, **options}, required=("cassette",)
        ),
        "none": {"type": "object", "additionalProperties": False},
        "report": _object(_report()),
        "session": _object(_session()),
        "sessions": {"type": "array", "items": _ref("schemas", "session")},
        "switched": _object(
            {"session": _ref("schemas", "session"), "ended": _ref("schemas", "report")}
        ),
        "port": _object(pointed),
        "pointed": _object({**pointed, "refused": _COUNT}),
        "rows": {"type": "object", "required": ["rows", "total"]},
        "health": _object(
            {
                "status": {"const": "ok"},
                "version": _TEXT,
                "sessions": _COUNT,
                "folder": {"type": ["string", "null"]},
                "processes": _COUNT,  # where there are several
            },
            ("status", "version", "sessions", "folder"),
        ),
        "problem": {
            "type": "object",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                **dict.fromkeys(("type", "title", "detail", "field", "remedy"), _TEXT),
                "status": {"type": "integer"},
            },
        },
    }


def _report() -> Facts:
    counts = ("recorded", "replayed", "missed", "unused")
    more = ("passed_through", "blocked", "not_recorded")
    return {
        **dict.fromkeys(("name", "cassette", "mode"), _TEXT),
        "counts": _object({key: {"type": "integer"} for key in (*counts, *more)}),
        "misses": {"type": "array", "items": _ANY},
        "failure": {"type": ["string", "null"]},
    }


def _session() -> Facts:
    maybe: Facts = {"type": ["string", "null"]}
    return {
        **_report(),
        "under_way": _COUNT,
        **_reach(),
        "port": {"type": ["integer", "null"]},
        **dict.fromkeys(("kind", "proxy_url", "base_url"), maybe),
    }


def _reach() -> Facts:
    return {"port": _PORT, "proxy_url": _TEXT, "ca_file": _TEXT}


# The parts of a document


def _get(summary: str, found: str | Facts) -> Facts:
    return {"summary": summary} | _answers({"200": _answer(found, summary)})


def _change(
    summary: str,
    found: str | Facts,
    body: Facts | None = None,
    *,
    status: int = 200,
    links: Facts | None = None,
) -> Facts:
    return {
        "summary": summary,
        "parameters": [_parameter("control")],
        **({"requestBody": body} if body is not None else {}),
        **_answers({f"{status}": _answer(found, summary) | (links or {})}),
    }


def _answers(found: Mapping[str, Any]) -> Facts:
    return {"responses": {**found, "default": _ref("responses", "problem")}}


def _answer(found: str | Facts, description: str, kind: str = JSON) -> Facts:
    return {"description": description, "content": {kind: {"schema": _schema(found)}}}


def _body(wanted: str | Facts) -> Facts:
    return {"required": True, "content": {JSON: {"schema": _schema(wanted)}}}


def _schema(found: str | Facts) -> Facts:
    return _ref("schemas", found) if isinstance(found, str) else found


def _object(properties: Facts, required: tuple[str, ...] | None = None) -> Facts:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else list(required),
        "additionalProperties": False,
    }


def _links(name: str, operations: Iterable[tuple[str, str]]) -> Facts:
    """Return what can be done with what was opened, by this parameter."""
    value = {name: f"$response.body#/{name}"}
    found = {
        f"{method} {path}": {
            "operationRef": f"#/paths/{path.replace('/', '~1')}/{method}",
            "parameters": value,
        }
        for method, path in operations
    }
    return {"links": found}


def _in(place: str, name: str, schema: Facts, *, required: bool = False) -> Facts:
    return {"in": place, "name": name, "schema": schema, "required": required}


def _parameter(name: str) -> Facts:
    return _ref("parameters", name)


def _ref(kind: str, name: str) -> Facts:
    return {"$ref": f"#/components/{kind}/{name}"}
