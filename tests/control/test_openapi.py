"""The document that the API serves has all that it serves; scripts/contract holds the
answers to it."""

import json
import re
from unittest.mock import Mock

from mitmvcr.control.handlers import Handler
from mitmvcr.control.openapi import document
from mitmvcr.control.server import application
from mitmvcr.options import OF_SESSION
from mitmvcr.proxy.desk import Desk

#: The page's own files.
FILES = "/(|page.js|page.css|view.js|lit-html.js)"
METHODS = {"get", "put", "post", "delete"}
DOCUMENT = document(Desk(Mock()).options, "1.0")


def served() -> dict[str, set[str]]:
    """By path, with its parameters all alike, the methods."""
    found = {}
    for rule in application(Mock(), Mock(), "").wildcard_router.rules:
        pattern = rule.matcher.regex.pattern.removesuffix("$")
        if pattern != FILES:
            allowed = Handler.allowed(rule.target.__new__(rule.target))
            methods = METHODS & {each.lower() for each in allowed}
            found[re.sub(r"\([^)]*\)", "{}", pattern)] = methods
    return found


def test_each_path_and_method_is_in_it() -> None:
    told = {
        re.sub(r"\{\w+\}", "{}", path): METHODS & each.keys()
        for path, each in DOCUMENT["paths"].items()
    }
    assert told == served()


def test_each_option_of_a_session_is_in_it_with_what_help_says() -> None:
    known = DOCUMENT["components"]["schemas"]["opening"]["properties"]
    rows = {each.name: each for each in OF_SESSION}
    assert known.keys() - rows.keys() == {"name", "port", "kind", "test", "formerly"}
    assert known["ignore_query"]["type"] == ["string", "array"]
    for name in known.keys() & rows.keys() - {"cassette"}:
        assert known[name]["description"] == rows[name].help
    assert not known.keys() & {"dir", "control", "upstream_ca", "insecure_upstream"}


def test_each_reference_leads_somewhere() -> None:
    for place in re.findall(
        r'"(?:\$ref|operationRef)": "#/([^"]+)"', json.dumps(DOCUMENT)
    ):
        found = DOCUMENT
        for key in place.split("/"):
            found = found[key.replace("~1", "/")]
        assert found
