"""Texts that say the length of their strings keep it: else no client reads them."""

import json
import re

import pytest

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.rules import Rules

KEY = "q7Rk2Zp9Wm4Xc8Vb3Nt6JdEw"


def kept(body: str, environment: dict[str, str] | None = None) -> str:
    asked = Request(headers={"X-Api-Key": [KEY]})
    met = Interaction(0, asked, Response(body=body.encode()))
    redactor = Redactor(Rules(secrets=tuple(environment or ())), environment or {})
    clean = redactor.interaction(met).response.body.decode()
    assert KEY not in clean
    return clean


@pytest.mark.parametrize(
    "body",
    [
        f'a:2:{{s:8:"password";s:24:"{KEY}";s:1:"n";i:5;}}',
        f'a:2:{{s:1:"a";s:31:"Bearer {KEY}";s:3:"abc";i:5;}}',
        f's:30:"é {KEY} é";',
        'a:1:{s:8:"password";s:4:"x1y2";}' + f' s:24:"{KEY}";',
        f'O:1:"A":1:{{s:11:"\0A\0password";s:24:"{KEY}";}}',
        f'a:1:{{s:1:"q";s:39:"say "x", "{KEY}" and";}}',
        f"24:{KEY},3:abc,",
        f"35:4:user,24:{KEY},,",
        f"$24\r\n{KEY}\r\n+OK\r\n",
        f"*2\r\n$4\r\nAUTH\r\n$24\r\n{KEY}\r\n",
        f"d3:key24:{KEY}1:ni5ee",
    ],
)
def test_a_counted_string_keeps_its_length(body: str) -> None:
    clean = kept(body)
    assert "[REDACTED:" in clean or "****" in clean
    assert len(clean.encode()) == len(body.encode())
    assert re.sub(r"\[REDACTED:[\w-]*\]|\*{4,}|x1y2", "", clean) == re.sub(
        rf"{KEY}|x1y2", "", body
    )


def test_so_does_one_within_json() -> None:
    inner = f'a:1:{{s:8:"password";s:24:"{KEY}";}}'
    clean = kept(json.dumps({"data": inner, "n": 1}))
    assert len(json.loads(clean)["data"]) == len(inner)
    assert json.loads(clean)["n"] == 1


@pytest.mark.parametrize(
    "body",
    [
        f'{{"a": "at 12:{KEY}"}}',
        f's:23:"{KEY}";',
        f's:3:"abc";"{KEY}"',
        f's:400:"{KEY}";',
        f"23:{KEY},",
        f"$23\r\n{KEY}\r\n",
        f"at 24:{KEY} x",
    ],
)
def test_what_counts_nothing_has_its_whole_placeholder(body: str) -> None:
    assert kept(body) == body.replace(KEY, "[REDACTED:x-api-key]")
