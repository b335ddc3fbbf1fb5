"""Each entry of the lists works, says why it is there, and is quick."""

# names in one list

import base64
import random
import re
import time
from collections.abc import Iterator

import pytest

from made_up import sample
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets import forms, lists, tokens
from mitmvcr.secrets.anchors import spellings
from mitmvcr.secrets.forms import Pattern, is_genuine
from mitmvcr.secrets.names import plain
from mitmvcr.secrets.patterns import PATTERNS
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.tokens import compiled

#: What has no length of its own.
OPEN = {"jwt", "bearer", "basic", "private-key", "azure-account-key", "azure-sas"}
OPEN |= {"putty-private-key", "otpauth-migration", "link-token", "sasl", "pass"}
OPEN |= {"nkey", "user-info", "openvpn", "address-token", "code", "amazon-lwa", "hue"}
OPEN |= {"url-password", "login-call", "meross"}
KINDS = [pattern.kind for pattern in PATTERNS]


def test_at_least_two_hundred_forms_each_once() -> None:
    assert len(KINDS) >= 200
    assert len(KINDS) == len(set(KINDS))


@pytest.mark.parametrize("pattern", PATTERNS, ids=KINDS)
def test_a_pattern_finds_its_samples_and_no_look_alike(pattern: Pattern) -> None:
    assert re.fullmatch(r"https://\S+\.\S+", pattern.source)
    chance = random.Random(pattern.kind)
    for _ in range(5):
        text = f'{{"note": "{sample(pattern.sample, chance)}"}}'.encode()
        found = compiled(pattern.regex).search(text)
        assert found is not None
        assert is_genuine(pattern, found[0])
        assert hidden(text).count(found[found.lastindex or 0]) == 0
    for text in look_alikes(pattern, chance):
        assert pattern.kind not in kinds_in(text), text


def hidden(text: bytes) -> bytes:
    met = Interaction(0, Request(), Response(body=text))
    return Redactor().interaction(met).response.body


def kinds_in(text: str) -> set[str]:
    met = Interaction(0, Request(), Response(body=f'{{"note": "{text}"}}'.encode()))
    return {finding.kind for finding in Redactor().findings(met)}


def look_alikes(pattern: Pattern, chance: random.Random) -> Iterator[str]:
    """Yield samples with another check digit, or too short by some letters."""
    if pattern.kind in OPEN:
        return
    if (digits := re.search(r"\{=\w+\}", pattern.sample)) is not None:
        whole = sample(pattern.sample, chance)
        assert pattern.sample.endswith(digits[0])
        yield whole[:-1] + ("a" if whole[-1] != "a" else "b").upper()
        yield whole[:-1] + ("2" if whole[-1] != "2" else "3")
    elements = list(re.finditer(r"\{[a-zA-Z](\d+)\}", pattern.sample))
    last = elements[-1]
    short = f"{last[0][:2]}{max(0, int(last[1]) - 3)}}}"
    yield sample(pattern.sample[: last.start()] + short, chance)


def test_known_tokens_have_the_check_digits_of_their_forms() -> None:
    """Tokens that their providers or others published, never valid or long expired."""
    for kind, text in {
        "github": "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",
        "npm": "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",
    }.items():
        assert kinds_in(text) == {kind}
        assert kinds_in(text.swapcase()) == set()
        assert kinds_in(text[:-1] + "8") == set()


def test_a_json_web_token_has_a_header() -> None:
    head, random_head = (
        base64.urlsafe_b64encode(text).decode().rstrip("=")
        for text in (b'{"alg":"RS256"}', b'{"page":12345}')
    )
    part = "a1B2" * 6
    assert kinds_in(f"{head}.{part}.{part}") == {"jwt"}
    assert kinds_in(f"{head}.{part}.") == {"jwt"}
    whole = f"{head}..{part}.{part}.{part}"
    assert hidden(f'{{"x": "{whole}"}}'.encode()) == b'{"x": "[REDACTED:jwt]"}'
    assert kinds_in(f"{random_head}.{part}.{part}") == set()
    assert kinds_in(f"eyJhbGciOi{'!'}.{part}.{part}") == set()
    assert kinds_in(f"eyJhbGciOixx.{part}.{part}") == set()


def test_an_installation_token_of_github_is_found_whole() -> None:
    """Since April 2026 they are ghs_APPID_JWT, of some 520 letters."""
    jwt = "eyJhbGciOiJSUzI1NiJ9." + "b1C2" * 60 + "." + "d3_e" * 50
    text = f'{{"x": "ghs_1234567_{jwt}"}}'.encode()
    assert hidden(text) == b'{"x": "[REDACTED:github-installation]"}'


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        ("honeycomb-ingest", "hczik_01{a56}"),
        ("honeycomb-ingest", "hcaic_01{a56}"),
        ("trigger-dev", "tr_prod_sk_{w24}"),
        ("trigger-dev", "tr_stg_{w24}"),
        ("trigger-dev", "tr_dev_{w20}"),
        ("helicone", "sk-helicone-eu-{a7}-{a7}-{a7}-{a7}"),
        ("helicone", "sk-helicone-eu-rl-{a7}-{a7}-{a7}-{a7}"),
        ("stytch", "secret-live-{b35}="),
        ("stytch", "secret-test-{b35}"),
        ("llama-cloud", "llx-{w44}"),
    ],
)
def test_each_way_in_which_a_provider_makes_a_token_is_one(
    kind: str, made: str
) -> None:
    assert kinds_in(sample(made, random.Random(made))) == {kind}


def test_a_template_needs_a_text_to_look_for() -> None:
    with pytest.raises(ValueError, match="without a text"):
        forms.pattern("x", "{w20}", "https://h.example")


@pytest.mark.parametrize(
    ("template", "regex"),
    [
        ("a_(b|c{d2})", r"a_(?:b|c[0-9]{2})(?![A-Za-z0-9])"),
        ("$x_<{h4+}>", r"\$x_([0-9a-f]{4,}+)"),
        ("at^<{h4+}>", rf"at{forms.QUOTE}\s?:\s?{forms.QUOTE}([0-9a-f]{{4,}}+)"),
        ("a_¶{h4+}", rf"a_{forms.NEXT_LINE}[0-9a-f]{{4,}}+"),
        ("long_{b2-3}", r"long_[\w-]{2,3}+(?![A-Za-z0-9])"),
    ],
)
def test_a_template_is_a_regex(template: str, regex: str) -> None:
    made = forms.pattern("x", template, "https://h.example")
    assert made.regex.removeprefix(forms.START) == regex


def test_what_stands_before_an_anchor_is_counted() -> None:
    made = forms.pattern("x", "{d2-3}:AA{(x)}".replace("{(x)}", "{w4}"), "B:aws")
    assert (made.anchors, made.back, made.lead) == ((":AA",), (2, 3), "[0-9]{2}")
    assert made.source.startswith("https://github.com/betterleaks/")
    assert made.sample == "{d2}:AA{w4}"


def test_the_end_of_a_name_is_looked_for_with_the_quote_behind_it() -> None:
    made = forms.pattern("x", "<{h4}>','at^x", "https://h.example")
    assert made.anchors == ('at"', "at&quot;", "at\\")
    assert made.back == tuple(range(7, 18))
    assert made.sample == '{h4}","at":"x'


@pytest.mark.parametrize("pattern", PATTERNS, ids=KINDS)
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
        text = (piece * (10_000 // len(piece))).encode()
        start = time.process_time()
        list(compiled(pattern.regex).finditer(text))
        assert time.process_time() - start < 2, piece  # a square would take minutes


def test_names_say_why_and_whence() -> None:
    for entry in (
        *lists.HEADERS,
        *lists.NAMES,
        *lists.QUERY,
        *lists.DOUBTFUL,
        *lists.VAGUE,
        *lists.VAGUE_QUERY,
        *lists.FLAGS,
    ):
        assert entry.reason
        assert re.fullmatch(r"https://\S+\.\S+", entry.source)


def test_generic_names_are_not_in_the_lists() -> None:
    names = {word for entry in lists.NAMES for word in entry.names.split()}
    assert not names & {"id", "name", "etag", "key", "code", "state", "nonce", "user"}


def test_each_name_is_found_by_a_part_of_it() -> None:
    parts = {text for stem in lists.STEMS for text in spellings(stem)}
    parts |= {*lists.SPELLED}
    for entry in (
        *lists.NAMES,
        *lists.QUERY,
        *lists.DOUBTFUL,
        *lists.VAGUE,
        *lists.VAGUE_QUERY,
        *lists.FLAGS,
    ):
        for word in entry.names.split():
            if word in ("key", "auth"):
                continue  # only as ?key= and &key=
            assert any(part.strip('"=') in word for part in parts) or any(
                plain(stem) in word for stem in (*lists.STEMS, *lists.SPELLED)
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


def test_no_token_is_shorter_than_what_a_binary_message_is_looked_through_for() -> None:
    chance = random.Random(2)
    made = (sample(each.sample, chance) for each in PATTERNS)
    assert min(map(len, made)) >= tokens.SHORTEST
