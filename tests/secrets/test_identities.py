"""Two secrets never become one: whose a request was is recorded where others are equal,
and nothing of it can be guessed."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from made_up import github
from mitmvcr.core.choosing import Identity, Whose, hints, parse_identity
from mitmvcr.core.choosing.identity import Identities, letters
from mitmvcr.core.matching import Matcher, MatchSpec, Rule
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Mode
from mitmvcr.secrets.identities import Identities as Recorded
from mitmvcr.secrets.identities import answered_differently, with_identities
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.rules import Rules
from mitmvcr.secrets.whose import is_fresh, lasting
from secrets_tape import FORM, JSON, URL, Tape, get, post

ONE, OTHER = "first-value-1", "other-value-22"


def sample_of(letter: str) -> str:
    """Return a made-up token that is known by its looks."""
    return github(letter * 18 + "1" * 12)


def basic(pair: str) -> Request:
    return get(Authorization="Basic " + base64.b64encode(pair.encode()).decode())


def jwt(**claims: object) -> str:
    parts = [{"alg": "none"}, claims]
    coded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode() for p in parts]
    return ".".join([*(each.rstrip("=") for each in coded), "c2ln"])


PAIRS = [
    (basic("alice:one"), basic("alice:two")),
    (get(Authorization="Bearer first-token"), get(Authorization="Bearer other-token")),
    (get(Authorization="token abcdefgh1"), get(Authorization="token abcdefgh2")),
    (get(X_Api_Key="first-key"), get(X_Api_Key="second-key")),
    (get(Cookie="session=first1234"), get(Cookie="session=other1234")),
    (get(URL + "?key=alpha"), get(URL + "?key=beta")),
    (get(URL + "?api_key=alpha123"), get(URL + "?api_key=beta1234")),
    (get(URL + "?a=1&access_token=alpha123"), get(URL + "?a=1&access_token=beta123")),
    (post('{"user":"u","password":"right"}'), post('{"user":"u","password":"wrong"}')),
    (post("user=u&password=right", FORM), post("user=u&password=wrong", FORM)),
    (post('{"client_secret":"one11111"}'), post('{"client_secret":"two22222"}')),
    (get(Cookie="a=1; k=first1234"), get(Cookie="a=1; k=other1234")),
    (get(X_Whatever=github("a1" * 15)), get(X_Whatever=github("b2" * 15))),
    (get(URL + "/" + sample_of("a")), get(URL + "/" + sample_of("b"))),
    (
        get(Authorization='Digest username="alice", nonce="1", response="2"'),
        get(Authorization='Digest username="bob", nonce="1", response="2"'),
    ),
    (
        get(Authorization='OAuth oauth_consumer_key="a", oauth_token="one11111"'),
        get(Authorization='OAuth oauth_consumer_key="a", oauth_token="two22222"'),
    ),
    (
        get(Authorization="AWS4-HMAC-SHA256 Credential=AKIDA/20200101/x, Signature=1"),
        get(Authorization="AWS4-HMAC-SHA256 Credential=AKIDB/20200101/x, Signature=1"),
    ),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_each_gets_its_own_in_any_order(one: Request, other: Request) -> None:
    tape = Tape()
    tape.record(one, other, one)
    assert tape.replay(other, one, one) == [1, 0, 2]
    assert tape.replay(other, other) == [1, None]
    assert len({each for each in tape.identities if each}) == 2


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_one_identity_is_anybodys_and_is_not_written(
    one: Request, other: Request
) -> None:
    tape = Tape()
    tape.record(one, one)
    assert tape.identities == ["", ""]
    assert tape.replay(other, one) == [0, 1]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_nothing_of_a_value_is_written(one: Request, other: Request) -> None:
    tape = Tape()
    tape.record(one, other)
    for text in tape.identities:
        salt, *pairs = text.split(" ")
        assert len(salt) == 8
        assert [len(pair.rpartition("=")[2]) for pair in pairs] in ([2], [3])


def test_a_stranger_is_told_what_is_known() -> None:
    tape = Tape()
    right, wrong = PAIRS[8]
    tape.record(right, wrong)
    stranger = post('{"user":"u","password":"a third one"}')
    assert tape.why(stranger) == (
        "the nearest is interaction 0 (unused): POST https://api.test/v1/me; this"
        " cassette holds 2 different values of `password`; yours is neither;"
        " vcr_match=-identity would let it match"
    )
    tape.spec = MatchSpec(off=(Rule.IDENTITY,))
    assert tape.replay(stranger, stranger) == [0, 1]


def test_who_used_theirs_up_is_told_so() -> None:
    tape = Tape()
    one, other = PAIRS[0]
    tape.record(one, other)
    assert tape.why(one, one).startswith("recorded once, and all used up")


def test_three_are_told_apart() -> None:
    tape = Tape()
    asked = [get(X_Api_Key=f"key-number-{n}") for n in range(3)]
    tape.record(*asked)
    assert tape.replay(*reversed(asked)) == [2, 1, 0]
    assert "holds 3 different values of `x-api-key`; yours is none of them" in tape.why(
        get(X_Api_Key="key-number-9")
    )
    assert "`x-api-key`; yours has none that is hidden" in tape.why(get())


def test_who_is_kept_later_is_told_that_theirs_is_not_hidden() -> None:
    tape = Tape()
    tape.record(get(X_Api_Key="first-key"), get(X_Api_Key="second-key"))
    tape.rules = Rules(keep=("x-api-key",))
    assert tape.why(get(X_Api_Key="second-key")).startswith(
        "the nearest is interaction 0 (unused): GET https://api.test/v1/me; this"
        " cassette holds 2 different values of `x-api-key`; yours has none that is"
        " hidden;"
    )


def test_a_challenge_keeps_its_order_for_each() -> None:
    tape = Tape()
    good, bad = basic("good:pass"), basic("bad:pass")
    tape.record(get(), good, get(), bad)
    assert tape.replay(get(), bad, get(), good) == [0, 3, 2, 1]
    assert tape.replay(bad, good, get(), get()) == [3, 1, 0, 2]


def test_who_asks_with_credentials_does_not_get_the_challenge() -> None:
    tape = Tape()
    tape.record(get(), basic("good:pass"))
    assert tape.replay(basic("dummy:dummy"), get(), get()) == [1, 0, None]


def test_a_placeholder_is_anybodys() -> None:
    tape = Tape()
    one, other = PAIRS[1]
    tape.record(one, other)
    back = get(Authorization="Bearer [REDACTED:access_token]")
    assert tape.replay(back, back, back) == [0, 1, None]
    tape = Tape()
    tape.record(*PAIRS[5])
    assert tape.replay(get(URL + "?key=%5BREDACTED:key%5D")) == [0]


def test_what_is_new_each_time_tells_nothing() -> None:
    for name in ("X-Hub-Signature", "X-Csrf-Token", "Kubectl-Session"):
        tape = Tape(Rules(headers=(name,)))
        fresh = [Request("GET", URL, headers={name: [f"value-{n}"]}) for n in range(3)]
        tape.record(*fresh)
        assert tape.identities == ["", "", ""]


@pytest.mark.parametrize(
    "name",
    [
        *("csrf_token", "csrfmiddlewaretoken", "authenticity_token", "xsrf"),
        *("__RequestVerificationToken", "captcha_token", "samlresponse"),
    ],
)
@pytest.mark.parametrize("media", [FORM, JSON])
def test_a_field_that_is_new_each_time_tells_nothing(
    name: str, media: Mapping[str, list[str]]
) -> None:
    """Of what is used once the recorded order decides: in a replay it is another."""

    def asked(value: str) -> Request:
        text = f"a=1&{name}={value}" if media is FORM else json.dumps({name: value})
        return post(text, media)

    tape = Tape(Rules(json=(name,), query=(name,)))
    tape.record(asked("first-value-1"), asked("other-value-2"))
    assert tape.identities == ["", ""]
    assert tape.replay(asked("a-third-value"), asked("first-value-1")) == [0, 1]


@pytest.mark.parametrize(
    "name",
    ["otp", "totp", "otp_code", "mfaCode", "two_factor_code", "one-time-password"],
)
@pytest.mark.parametrize("media", [FORM, JSON])
def test_a_code_that_is_typed_prefers_its_own_answer_and_keeps_nobody_from_one(
    name: str, media: Mapping[str, list[str]]
) -> None:
    """A wrong one is often the same in each run, the right one another."""

    def asked(value: str) -> Request:
        text = f"a=1&{name}={value}" if media is FORM else json.dumps({name: value})
        return post(text, media)

    wrong, right, fresh = map(asked, ("000000-wrong", "123456-right", "654321-fresh"))
    tape = Tape(Rules(json=(name,), query=(name,)))
    tape.record(wrong, right, wrong)
    assert "000000" not in str(tape.held)
    assert all(f"~{name}=" in each for each in tape.identities)
    assert tape.replay(right, wrong, wrong) == [1, 0, 2]
    assert tape.replay(wrong, fresh, wrong) == [0, 1, 2]
    assert tape.replay(fresh, fresh, fresh, wrong) == [0, 1, 2, None]
    assert tape.replay(asked("[REDACTED:otp]"), right) == [0, 1]
    tape = Tape(Rules(json=(name,), query=(name,)))
    tape.record(wrong, wrong)
    assert tape.identities == ["", ""]


def test_a_code_beside_a_password_leaves_the_password_to_decide() -> None:
    def asked(password: str, **code: str) -> Request:
        return post(json.dumps({"password": password, **code}))

    tape = Tape()
    one, other = asked(ONE, otp="111111-one"), asked(OTHER, otp="222222-two")
    tape.record(one, other, asked(ONE), asked(ONE, otp="333333-third"))
    assert tape.replay(other, asked(ONE, otp="333333-third"), one) == [1, 3, 0]
    assert tape.replay(asked(OTHER, otp="444444-new")) == [1]
    assert tape.replay(asked("a stranger", otp="111111-one")) == [None]
    assert tape.replay(asked(ONE)) == [2]


@pytest.mark.parametrize(
    "name", ["X-Amz-Signature", "X-Goog-Signature", "Signature", "sig"]
)
def test_a_signed_url_tells_nothing_by_its_signature(name: str) -> None:
    tape = Tape()
    asked = [get(f"{URL}?sv=1&{name}={value * 10}") for value in ("ab", "cd", "ef")]
    tape.record(*asked[:2])
    assert tape.identities == ["", ""]
    assert tape.replay(asked[2], asked[0]) == [0, 1]


SWAPPED = [
    lambda a, b: get(f"{URL}?token={a}&key={b}"),
    lambda a, b: post(json.dumps({"source_token": a, "target_token": b})),
    lambda a, b: post(f"password={a}&new_password={b}", FORM),
    lambda a, b: get(f"{URL}?api_key={a}", X_Auth_Token=b),
]


@pytest.mark.parametrize("asked", SWAPPED)
def test_two_that_change_places_are_two(asked: Callable[[str, str], Request]) -> None:
    tape = Tape()
    tape.record(asked(ONE, OTHER), asked(OTHER, ONE))
    assert tape.replay(asked(OTHER, ONE), asked(ONE, OTHER)) == [1, 0]
    assert tape.replay(asked(ONE, ONE), asked(OTHER, OTHER)) == [None, None]


def test_a_jwt_is_known_by_its_lasting_claims() -> None:
    tape = Tape()
    alice = [get(Authorization=f"Bearer {jwt(sub='alice', iat=n)}") for n in range(3)]
    bob = [get(Authorization=f"Bearer {jwt(sub='bob', iat=n)}") for n in range(2)]
    tape.record(alice[0], alice[1], bob[0])
    assert tape.replay(bob[1], alice[2], alice[0]) == [2, 0, 1]


def test_a_named_variable_is_written_by_its_name() -> None:
    tape = Tape(Rules(secrets=("ALICE", "BOB")))
    names = {"ALICE": "alices-own-key", "BOB": "bobs-own-key"}
    one, other = (get(Authorization=f"Bearer {key}") for key in names.values())
    tape.record(one, other, environment=names)
    assert [text.partition(" ")[2] for text in tape.identities] == [
        "authorization=<ALICE>",
        "authorization=<BOB>",
    ]
    dummies = {"ALICE": "dummy-of-alice", "BOB": "dummy-of-bob"}
    one, other = (get(Authorization=f"Bearer {key}") for key in dummies.values())
    assert tape.replay(other, one, environment=dummies) == [1, 0]


def test_only_places_that_differ_are_written() -> None:
    tape = Tape()
    asked = [get(X_Api_Key=key, Cookie="session=thesame1") for key in ("one1", "two2")]
    tape.record(*asked)
    assert all("cookie" not in each for each in tape.identities)


def test_other_requests_are_left_as_they_are() -> None:
    tape = Tape()
    tape.record(
        get("https://api.test/other", X_Api_Key="one1"), *PAIRS[3], get("http://x/")
    )
    assert [bool(each) for each in tape.identities] == [False, True, True, False]
    tape.record(
        post("[1]", {**JSON, "X-Api-Key": ["1111"]}),
        post("[2]", {**JSON, "X-Api-Key": ["2222"]}),
    )
    assert tape.identities == ["", ""]


def test_the_salt_stays_when_it_is_recorded_anew() -> None:
    tape = Tape()
    tape.record(*PAIRS[3])
    before = tape.identities
    tape.record(*PAIRS[3])
    assert tape.identities == before
    fresh = Tape()
    fresh.record(*PAIRS[3])
    assert fresh.identities[0][:8] != before[0][:8]


def test_what_is_recorded_later_is_told_apart_too() -> None:
    tape = Tape()
    one, other = PAIRS[3]
    tape.record(one, other)
    before = tape.identities
    third = get(X_Api_Key="third-key-of-all")
    tape.record(third, mode=Mode.REPLAY_WITH_NEW_EPISODES)
    assert tape.identities[:2] == before
    assert tape.identities[2].startswith(before[0][:8])
    assert tape.replay(third, other, one) == [2, 1, 0]


def test_a_late_one_is_recorded_as_before() -> None:
    tape = Tape()
    session = tape.session(Mode.RECORD_ONLY)
    response = Response(code=200, status="200 OK")
    session.record(Interaction(0, PAIRS[3][0], response))
    session.close()
    session.record(Interaction(0, PAIRS[3][1], response))
    assert tape.identities == ["", ""]


def test_nothing_is_told_apart_where_nothing_is_hidden() -> None:
    tape = Tape(Rules(off=True))
    tape.record(*PAIRS[3])
    assert tape.identities == ["", ""]
    # They are in the cassette, and agree or not.
    assert tape.replay(PAIRS[3][1], PAIRS[3][0]) == [1, 0]


def test_another_recorders_secrets_agree_as_they_are() -> None:
    tape = Tape()
    held = [
        Interaction(0, each, Response(code=200, status="200 OK")) for each in PAIRS[1]
    ]
    tape.store.cassette = Cassette(held)
    assert tape.replay(PAIRS[1][1], PAIRS[1][0]) == [1, 0]
    assert tape.replay(get(Authorization="Bearer a dummy")) == [0]


def test_a_variable_is_known_wherever_it_stands() -> None:
    tape = Tape()
    names = {"ONE_API_KEY": "first-of-all-keys", "TWO_API_KEY": "second-of-all-keys"}
    one, other = (get(f"https://api.test/{key}/42") for key in names.values())
    tape.record(one, other, environment=names)
    assert all("keys" not in str(each) for each in tape.held)
    assert tape.replay(other, one, environment=names) == [1, 0]


def test_only_what_may_be_told_apart_is_read_at_the_end() -> None:
    """All was read, twice: a recording of 50 MB took three seconds to end."""
    matcher, asked = Matcher(), list[int]()
    recorded = [get(URL), get("https://h.test/other"), get(URL), get("https://h.test")]
    known = Recorded(matcher, lambda _: ())
    for number, each in enumerate(recorded):
        known.note(each, {"header.authorization": [b"Bearer %d" % number]})

    def request_at(number: int) -> Request:
        asked.append(number)
        return recorded[number]

    assert known.are_several
    assert known.find(request_at) == {0: 0, 2: 2}
    assert asked == [0, 2]


def test_what_is_empty_is_nobodys() -> None:
    tape = Tape()
    tape.record(get(Authorization=""), get(Authorization="null"))
    assert tape.identities == ["", ""]


def test_an_empty_key_is_anybodys_where_it_is_known_of_one() -> None:
    one, other = PAIRS[5]
    empty = get(URL + "?key=")
    tape = Tape()
    tape.record(one)
    assert tape.replay(empty) == [0]
    tape = Tape()
    tape.record(one, other)
    assert tape.replay(empty) == [None]
    tape = Tape()
    tape.record(one, empty)
    assert tape.replay(empty, one) == [1, 0]


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("key", lambda value: get(f"{URL}?key={value}")),
        ("password", lambda value: post(f'{{"password":"{value}"}}')),
        ("password", lambda value: post(f"password={value}", FORM)),
    ],
)
def test_a_placeholder_that_was_recorded_is_nobodys(
    name: str, make: Callable[[str], Request]
) -> None:
    tape = Tape()
    one, other = make(ONE), make(OTHER)
    tape.record(make(f"[REDACTED:{name}]"), one, other)
    places = [each.partition(" ")[2].partition("=")[0] for each in tape.identities]
    assert places == ["*", name, name]
    assert tape.replay(other, one, make("third")) == [2, 1, 0]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_what_is_redacted_later_is_told_apart_too(one: Request, other: Request) -> None:
    tape = Tape()
    answer = Response(code=200, status="200 OK")
    met = [Interaction(n, each, answer) for n, each in enumerate((one, other))]
    kept = with_identities(Redactor(), met)
    tape.store.cassette = Cassette(kept)
    assert tape.replay(other, one) == [1, 0]
    assert with_identities(Redactor(), kept) == kept


# Hints


def test_what_has_other_answers_and_no_owner_is_counted() -> None:
    tape = Tape()
    assert (
        answered_differently(tape.record(get(), get(), get(URL + "/2")).interactions)
        == 1
    )
    assert answered_differently(tape.record(*PAIRS[0]).interactions) == 0


def test_a_hint_is_of_ten_bits_or_what_tells_apart() -> None:
    values = [b"value-%d" % n for n in range(200)]
    made = hints(values, "5a17")
    assert len(set(made.values())) == 200
    assert {len(each) for each in made.values()} <= {2, 3, 4, 5}
    for value, hint in made.items():
        fitting = [v for v in values if letters(v, "5a17").startswith(hint)]
        assert fitting == [value]


def test_a_guess_fits_by_chance_about_as_often_as_it_says() -> None:
    hint = hints([b"the secret"], "5a17")[b"the secret"]
    guesses = (b"guess %d" % n for n in range(20_000))
    fits = sum(letters(guess, "5a17").startswith(hint) for guess in guesses)
    assert 2 <= fits <= 60


def test_other_salts_make_other_letters() -> None:
    assert letters(b"x", "a") != letters(b"x", "b")


@pytest.mark.parametrize("text", ["", "no-salt a=b", "ab a", "ab =b", "ab a=", "AB"])
def test_what_is_no_identity_is_nobodys(text: str) -> None:
    assert parse_identity(text) is None
    known = Identities([text, "ab a=xx", "ab a=yy"])
    assert known.admit(text, Whose(dict))


def test_an_identity_is_written_and_read() -> None:
    made = Identity("ab12", {"key": "x1", "cookie:s": "y2+z3"})
    assert str(made) == "ab12 cookie:s=y2+z3 key=x1"
    assert parse_identity(str(made)) == made


def test_several_values_in_one_place_count_together() -> None:
    tape = Tape()
    pairs = ("ab", "ba", "aa")
    bodies = [json.dumps([{"password": each} for each in pair]) for pair in pairs]
    tape.record(*map(post, bodies))
    assert tape.replay(*map(post, reversed(bodies))) == [2, 1, 0]
    assert tape.replay(post('[{"password":"a"}]')) == [None]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Bearer abc", "bearer abc"),
        ("abc", "abc"),
        ("Negotiate YII", "negotiate"),
        ("SharedKey account:sig", "sharedkey account"),
        ('Digest username="u", nonce="n"', "digest u"),
        ("Signature keyId=k,signature=s", "signature k"),
        ("TC3-HMAC-SHA256 Credential=id/2020/x, Signature=y", "tc3-hmac-sha256 id"),
        ("HMAC ts=1, signature=xyz", "hmac"),
        (
            'OAuth oauth_consumer_key="c", oauth_token="t", oauth_nonce="n"',
            "oauth c t",
        ),
        ("Bearer eyJ.eyJ.x", "bearer eyJ.eyJ.x"),
    ],
)
def test_of_credentials_counts_whose_they_are(value: str, kept: str) -> None:
    assert lasting("authorization", value.encode()) == kept.encode()


def test_of_a_presigned_url_counts_the_key() -> None:
    assert lasting("X-Amz-Credential", b"AKID/2020/s3") == b"AKID"
    digest = b'UsernameToken Username="ann", PasswordDigest="abc=", Nonce="7"'
    assert lasting("X-WSSE", digest) == b"usernametoken ann"
    assert is_fresh("X-Amz-Signature")
    assert is_fresh("X-LC-Sign")
    assert not is_fresh("api_key")


@pytest.mark.parametrize("claims", [[1], "x", 1, None])
def test_a_token_whose_claims_are_no_object_counts_as_a_whole(claims: object) -> None:
    head, _, signature = jwt(sub="x").split(".")
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
    token = f"{head}.{middle}.{signature}"
    assert lasting("id_token", token.encode()) == token.encode()
    tape = Tape()
    tape.record(get(Authorization=f"Bearer {token}"), get(Authorization="Bearer b"))
    assert tape.replay(get(Authorization=f"Bearer {token}")) == [0]


def test_only_fresh_claims_make_the_whole_token_count() -> None:
    token = jwt(iat=1).encode()
    assert lasting("id_token", token) == token
    assert replace(Request(), identity="x").identity == "x"


def test_what_shows_late_is_taken_out_of_what_is_converted() -> None:
    texts = ('{"note": "%s"}', '{"password": "%s"}', '{"note": "of %s"}')
    met = [
        Interaction(number, post(text % "x1Y2z3W4v5U6"), Response())
        for number, text in enumerate(texts)
    ]
    kept = with_identities(Redactor(), met)
    clean = [text % "[REDACTED:password]" for text in texts]
    assert [each.request.body.decode() for each in kept] == clean


@pytest.mark.parametrize("tokens", [1, 2])
@pytest.mark.parametrize("name", ["Cookie", "X-Note"])
def test_what_is_sent_back_in_one_place_is_not_missed_in_another(
    name: str, tokens: int
) -> None:
    """Who was given a cookie no longer sends the token that others log in with."""
    known = sample_of("c")
    one, other = (known, sample_of("d"))
    logged_in = [get(Authorization=f"Bearer first-token-{n}") for n in range(tokens)]
    spelled = name.replace("-", "_")
    tape = Tape()
    tape.record(
        *logged_in,
        get(**{spelled: f"k={one}"}),
        get(**{spelled: f"k={other}"}),
    )
    hint = tape.identities[tokens].rpartition("=")[2]
    again = get(**{spelled: f"k=[REDACTED:github--{hint}]"})
    assert tape.replay(again) == [tokens]
    assert tape.replay(*logged_in) == [*range(tokens)]


def test_a_cookie_of_another_recording_is_no_lack_of_one() -> None:
    tape = Tape()
    tape.record(get(), get(Cookie="session=first1234"))
    stale = get(Cookie="session=[REDACTED:session--zz]")
    assert tape.replay(stale, get()) == [1, 0]
