"""Each entry of the lists works, says why it is there, and is quick."""

# names in one list

import random
import re
import time

import pytest

from made_up import sample
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets import lists
from mitmvcr.secrets.anchors import spellings
from mitmvcr.secrets.finder import compiled
from mitmvcr.secrets.lists import Pattern
from mitmvcr.secrets.names import plain
from mitmvcr.secrets.redactor import Redactor

KINDS = [pattern.kind for pattern in lists.PATTERNS]


def test_at_least_sixty_providers_each_once() -> None:
    of_none = {"jwt", "private-key", "bearer", "basic"}
    assert len(set(KINDS) - of_none) >= 60
    assert len(KINDS) == len(set(KINDS))


@pytest.mark.parametrize("pattern", lists.PATTERNS, ids=KINDS)
def test_a_pattern_finds_its_samples(pattern: Pattern) -> None:
    assert re.fullmatch(r"https://\S+\.\S+", pattern.source)
    chance = random.Random(pattern.kind)
    for _ in range(20):
        text = f'{{"note": "{sample(pattern.sample, chance)}"}}'.encode()
        found = compiled(pattern.regex).search(text)
        assert found is not None
        group = 1 if found.lastindex else 0
        met = Interaction(0, Request(), Response(body=text))
        assert found[group] not in Redactor().interaction(met).response.body


@pytest.mark.parametrize("pattern", lists.PATTERNS, ids=KINDS)
def test_no_pattern_backtracks_without_bound(pattern: Pattern) -> None:
    """Twice the text may take twice the time; the square of it would be seen."""
    chance = random.Random(pattern.kind)
    whole = sample(pattern.sample, chance)
    anchor = pattern.anchors[0]
    pieces = [
        anchor,
        whole[:-1],
        anchor + "a" * 50,
        anchor + "-" * 50,
        whole[:-1] + "!",
    ]
    for piece in [*pieces, *(anchor + c * 3 for c in "aA0-_./+=:~ ")]:
        text = (piece * (50_000 // len(piece))).encode()
        start = time.process_time()
        list(compiled(pattern.regex).finditer(text))
        assert time.process_time() - start < 5, piece  # a square would take minutes


def test_names_say_why_and_whence() -> None:
    for entry in (*lists.HEADERS, *lists.NAMES, *lists.QUERY):
        assert entry.reason
        assert re.fullmatch(r"https://\S+\.\S+", entry.source)


def test_generic_names_are_not_in_the_lists() -> None:
    names = {word for entry in lists.NAMES for word in entry.names.split()}
    assert not names & {"id", "name", "etag", "key", "code", "state", "nonce", "user"}


def test_each_name_is_found_by_a_part_of_it() -> None:
    stems = {text for stem in lists.STEMS for text in spellings(stem)}
    for entry in (*lists.NAMES, *lists.QUERY):
        for word in entry.names.split():
            if word in ("key", "auth"):
                continue  # only as ?key= and &key=
            assert any(stem in word for stem in stems) or any(
                plain(stem) in word for stem in lists.STEMS
            ), word


@pytest.mark.parametrize(
    "spelled",
    [
        "access_token",
        "accessToken",
        "Access-Token",
        "ACCESS_TOKEN",
        "AccessToken",
        "api_key",
        "apiKey",
        "API_KEY",
        "ApiKey",
        "api-key",
        "private_key",
        "privateKey",
        "sessionId",
        "session_id",
        "SessionID",
        "clientSecret",
        "client_secret",
        "stripe_secret_key",
        "awsSecretAccessKey",
        "DB_PASSWORD",
        "connectionString",
        "device_code",
        "deviceCode",
        "csrfToken",
        "csrf_token",
        "otp_code",
        "user[password]",
        "user.password",
        "masterKey",
        "signing-key",
        "Set-Cookie",
    ],
)
def test_a_field_is_found_however_it_is_spelled(spelled: str) -> None:
    body = f'{{"{spelled}": "fe3-81b-cd"}}'.encode()
    clean = Redactor().interaction(Interaction(0, Request(body=body), Response()))
    assert b"fe3-81b-cd" not in clean.request.body
    assert b"[REDACTED:" in clean.request.body
