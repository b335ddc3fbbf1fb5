"""Exchanges with services and devices, each as it is documented: no secret of one
stays, and what is ordinary does byte for byte.

In ``flows.jsonl`` ``<w40>`` is a secret, and ``«w40»`` what is none, or undecidable.
"""

import json
import random
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from made_up import sample
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor

_HERE = Path(__file__).parent
_DRAWN = re.compile(r"<(\w\d+)>|«(\w\d+)»")


def _lines(file: str) -> dict[str, str]:
    lines = (_HERE / file).read_text("utf-8").splitlines()
    return {json.loads(line)["of"]: line for line in lines}


FLOWS, ORDINARY = _lines("flows.jsonl"), _lines("ordinary.jsonl")


def _met(flow: dict[str, Any]) -> Interaction:
    body, headers = flow["asked"], dict(flow["asks"])
    form: dict[str, list[str]] = {}
    if body.startswith(("{", "[")):
        headers["Content-Type"] = ["application/json"]
    elif "=" in body[:30]:
        headers["Content-Type"] = ["application/x-www-form-urlencoded"]
        for name, value in parse_qsl(body):
            form.setdefault(name, []).append(value)
    asked = Request(
        flow["method"], flow["url"], headers=headers, body=body.encode(), form=form
    )
    answered = flow["answered"].encode()
    return Interaction(0, asked, Response(headers=flow["answers"], body=answered))


def _texts(met: Interaction) -> str:
    asked, told = met.request, met.response
    heads = str([asked.url, dict(asked.headers), dict(asked.form), dict(told.headers)])
    return "\n".join((heads, asked.body.decode(), told.body.decode()))


@pytest.mark.parametrize("of", FLOWS)
def test_no_secret_of_a_flow_stays(of: str) -> None:
    for nth in range(4):
        chance, secrets = random.Random(of + str(nth)), list[str]()

        def drawn(found: re.Match[str]) -> str:
            text = sample("{" + (found[1] or found[2]) + "}", chance)  # noqa: B023
            secrets.extend([text] if found[1] else [])  # noqa: B023
            return text

        met = _met(json.loads(_DRAWN.sub(drawn, FLOWS[of])))
        kept = _texts(Redactor().interaction(met))
        assert secrets
        assert [each for each in secrets if each in kept] == [], kept


@pytest.mark.parametrize("of", ORDINARY)
def test_an_ordinary_exchange_stays(of: str) -> None:
    met, redactor = _met(json.loads(ORDINARY[of])), Redactor()
    assert redactor.interaction(met) == met
    assert redactor.findings(met) == []
