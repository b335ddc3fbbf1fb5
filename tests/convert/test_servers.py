"""Recordings of servers: WireMock, Hoverfly, Azure's test proxy, google/test-server,
Google's httpreplay."""

import gzip
import json
import zlib
from base64 import b64encode
from typing import Any

import pytest

from convert.samples import BINARY, URL, found_in, interaction, notes_of, only
from mitmvcr.convert import BY_NAME, write
from mitmvcr.core.model import Interaction

ORIGIN = "https://api.test"
CODED = b64encode(BINARY).decode()


# WireMock


def mapping(
    request: dict[str, Any], response: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "request": {"method": "GET", "url": "/v1/items"} | request,
        "response": {"status": 200} | (response or {}),
        **more,
    }


def mapped(
    request: dict[str, Any], response: dict[str, Any] | None = None
) -> Interaction:
    files = {"body.bin": BINARY}
    data = mapping(request, response)
    return only(found_in(data, "wiremock", origin=f"{ORIGIN}/", files=files))


@pytest.mark.parametrize(
    ("request_", "url"),
    [
        ({}, URL),
        ({"url": "/a?b=1"}, f"{ORIGIN}/a?b=1"),
        ({"url": None, "urlPath": "/a"}, f"{ORIGIN}/a"),
        ({"url": None, "urlPattern": r"/a\.b\?c=1"}, f"{ORIGIN}/a.b?c=1"),
        (
            {
                "url": None,
                "urlPath": "/a",
                "queryParameters": {"q": {"equalTo": "a b"}},
            },
            f"{ORIGIN}/a?q=a+b",
        ),
        (
            # What WireMock's recorder writes for ?q=a%20b&q=&r, from 3.13 on.
            {
                "url": None,
                "urlPath": "/a",
                "queryParameters": {
                    "q": {"hasExactly": [{"equalTo": "a b"}, {"equalTo": ""}]},
                    "r": {"hasExactly": [{"equalTo": ""}]},
                },
            },
            f"{ORIGIN}/a?q=a+b&q=&r=",
        ),
        (
            {"url": "/a?b=1", "queryParameters": {"q": {"equalTo": "c"}}},
            f"{ORIGIN}/a?b=1&q=c",
        ),
        (
            {"scheme": "https", "host": {"equalTo": "h.test"}, "port": 8443},
            "https://h.test:8443/v1/items",
        ),
        ({"host": {"equalTo": "h.test"}}, "http://h.test/v1/items"),
    ],
)
def test_a_mapping_has_a_url(request_: dict[str, Any], url: str) -> None:
    assert mapped(request_).request.url == url


def test_a_mapping_has_headers_and_a_body() -> None:
    headers = {"Accept": {"equalTo": "a/b"}}
    for pattern, body in (
        ({"equalTo": "a"}, b"a"),
        ({"equalToJson": {"a": 1}}, b'{"a":1}'),
        ({"equalToJson": '{"a": 1}'}, b'{"a": 1}'),
        ({"binaryEqualTo": CODED}, BINARY),
        ({"absent": True}, b""),
    ):
        asked = {"method": "POST", "headers": headers, "bodyPatterns": [pattern]}
        one = mapped(asked)
        assert (one.request.body, one.request.headers) == (body, {"Accept": ["a/b"]})


@pytest.mark.parametrize(
    ("response", "body"),
    [
        ({"body": "hello"}, b"hello"),
        ({"jsonBody": {"a": [1]}}, b'{"a":[1]}'),
        ({"jsonBody": "hello"}, b'"hello"'),
        ({"base64Body": CODED}, BINARY),
        ({"bodyFileName": "body.bin"}, BINARY),
        ({}, b""),
    ],
)
def test_a_mapping_answers(response: dict[str, Any], body: bytes) -> None:
    headers = {"headers": {"A": "b", "C": ["d", "e"]}, "fixedDelayMilliseconds": 5}
    one = mapped({}, response | headers)
    assert one.response.body == body
    assert one.response.headers == {"A": ["b"], "C": ["d", "e"]}
    assert one.response.duration == 5_000_000


def test_a_text_is_sent_in_the_charset_of_its_media_type() -> None:
    """WireMock's recorder writes what the text means."""
    kind = "text/plain; charset=ISO-8859-1"
    for text, sent in (("gr\u00fc", b"gr\xfc"), ("\u4e2d", "\u4e2d".encode())):
        pattern = {"equalTo": text}
        one = mapped(
            {
                "method": "POST",
                "headers": {"Content-Type": {"equalTo": kind}},
                "bodyPatterns": [pattern],
            },
            {"body": text, "headers": {"Content-Type": kind}},
        )
        assert (one.request.body, one.response.body) == (sent, sent)
    odd = {"body": "gr\u00fc", "headers": {"Content-Type": "a/b; charset=odd"}}
    assert mapped({}, odd).response.body == "gr\u00fc".encode()


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize("pack", [zlib.compress, raw_deflate, gzip.compress])
@pytest.mark.parametrize("kept", ["beside", "within"])
def test_a_coding_that_no_header_names_is_undone(pack: Any, kept: str) -> None:
    """Its recorder leaves the header out, and undoes gzip alone."""
    plain, kind = b'{"a": "caf\xc3\xa9"}', {"Content-Type": "application/json"}
    files = {"a.bin": pack(plain)}
    coded = {"base64Body": b64encode(pack(plain)).decode()}
    held = {"bodyFileName": "a.bin"} if kept == "beside" else coded
    data = mapping({}, {**held, "headers": kind})
    made = only(found_in(data, "wiremock", origin=ORIGIN, files=files))
    assert made.response.body == plain


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("image/png", zlib.compress(b"a")),
        ("text/plain", BINARY),
        ("text/plain", zlib.compress(BINARY)),
        ("", zlib.compress(b"a")),
    ],
)
def test_what_may_be_no_coding_stays_as_it_is(media: str, body: bytes) -> None:
    held = {"base64Body": b64encode(body).decode()}
    kind = {"Content-Type": media} if media else {}
    assert mapped({}, {**held, "headers": kind}).response.body == body


def test_what_stands_for_bytes_that_were_lost_is_said() -> None:
    lost = "a\ufffd"
    response = {"body": lost, "headers": {"B": lost}}
    asked = {
        "url": "/a%EF%BF%BD",
        "headers": {"B": {"equalTo": lost}},
        "bodyPatterns": [{"equalTo": lost}],
    }
    found = found_in(mapping(asked, response), "wiremock", origin=ORIGIN)
    words = "has U+FFFD for bytes that its recorder could not read"
    assert notes_of(found) == [
        f"interaction 0: {field}: {words}"
        for field in (
            *("request.url", "request.headers", "request.body"),
            *("response.headers", "response.body"),
        )
    ]
    whole = {"body": lost, "headers": {"Content-Length": "4"}}
    assert mapped({}, whole).response.body == lost.encode()


def test_a_query_and_a_form_may_hold_half_of_a_pair() -> None:
    """JSON can spell it, and no UTF-8 has it."""
    lone = {"q": {"equalTo": "a\ud800"}}
    one = mapped({"url": "/a", "queryParameters": lone, "formParameters": lone})
    assert (one.request.url, one.request.body) == (f"{ORIGIN}/a?q=a%3F", b"q=a%3F")


def test_a_fault_is_a_failure() -> None:
    one = mapped({}, {"fault": "CONNECTION_RESET_BY_PEER"})
    assert (one.response.failure, one.response.code) == ("reset", 502)


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (mapping({"url": None, "urlPattern": "/a/.*"}),
         "request.urlPattern: left out: is a pattern, and a cassette has one URL"),
        (mapping({"url": None, "urlPattern": None, "urlPath": None, "x": 0}),
         "request.urlPattern: left out: is a pattern, and a cassette has one URL"),
        (mapping({"url": None, "urlPathTemplate": "/a/{id}"}),
         "request.urlPathTemplate: left out: is a pattern, and a cassette has one URL"),
        (mapping({}, {"fault": "RANDOM_DATA_THEN_CLOSE"}),
         "response.fault: left out: RANDOM_DATA_THEN_CLOSE has no place"),
        (mapping({}, {"proxyBaseUrl": "http://a/"}),
         "response.proxyBaseUrl: left out: has no answer of its own"),
        (mapping({}, {"bodyFileName": "gone"}),
         "response.bodyFileName: left out: gone is not there"),
    ],
)  # fmt: skip
def test_a_mapping_that_is_no_interaction_is_left_out(
    data: dict[str, Any], note: str
) -> None:
    found = found_in({"mappings": [data]}, "wiremock", origin=ORIGIN)
    assert notes_of(found) == [f"interaction 0: {note}"]


@pytest.mark.parametrize(
    ("request_", "origin", "url"),
    [
        ({}, "", "http://h:81/v1/items"),
        ({"scheme": "https"}, "", "https://h:81/v1/items"),
        ({}, ORIGIN, URL),
        ({"host": {"equalTo": "i"}}, "", "http://i/v1/items"),
        ({"headers": {"A": {"equalTo": "b"}}}, "", "http://localhost/v1/items"),
        ({"headers": {"Host": {"matches": "h.*"}}}, "", "http://localhost/v1/items"),
    ],
)
def test_a_captured_host_is_that_of_the_url(
    request_: dict[str, Any], origin: str, url: str
) -> None:
    """Where it stayed beside another one a replay missed: it is a virtual host then."""
    request_ = {"headers": {"host": {"equalTo": "h:81"}}} | request_
    found = found_in(mapping(request_), "wiremock", origin=origin)
    (each,) = found.interactions
    assert each.request.url == url
    assert each.request.host == url.split("/")[2]
    assert "Host" not in each.request.headers
    is_named = bool(origin) or "host" in request_
    told = [each for each in notes_of(found) if "names no host" in each]
    assert bool(told) is not is_named


def test_a_mapping_wants_several_values_of_a_name() -> None:
    several = {"hasExactly": [{"equalTo": "1"}, {"equalTo": "2"}]}
    request = {"headers": {"A": several}, "queryParameters": {"q": several}}
    found = found_in(mapping(request), "wiremock", origin=ORIGIN)
    (each,) = found.interactions
    assert each.request.url == f"{URL}?q=1&q=2"
    assert each.request.headers == {"A": ["1", "2"]}
    assert notes_of(found) == []


def test_several_values_that_are_not_exact_are_said() -> None:
    request = {
        "queryParameters": {
            "q": {"hasExactly": [{"equalTo": "1"}, {"contains": "2"}]},
            "r": {"includes": [{"equalTo": "3"}]},
        },
    }
    found = found_in(mapping(request), "wiremock", origin=ORIGIN)
    assert found.interactions[0].request.url == f"{URL}?q=1&r=3"
    assert notes_of(found) == [
        "interaction 0: request.queryParameters.q.hasExactly[1]: is not exact"
        " (contains), so it is not kept",
        "interaction 0: request.queryParameters.r: also lets others match (includes):"
        " a cassette has this one alone",
    ]


def test_what_is_not_exact_in_a_mapping_is_said() -> None:
    request = {
        "method": "ANY",
        "headers": {"A": {"matches": "b"}},
        "queryParameters": {"q": {"contains": "c"}},
        "bodyPatterns": [{"matchesJsonPath": "$.a"}],
    }
    data = mapping(request, {"transformers": ["a"]}, priority=5)
    found = found_in(data, "wiremock")
    assert notes_of(found) == [
        "interaction 0: priority: a cassette has no place for it",
        "interaction 0: response.transformers: a cassette has no place for it",
        "interaction 0: request.method: ANY became GET: a cassette has one method",
        "interaction 0: request.queryParameters.q: is not exact (contains), so it is"
        " not kept",
        "interaction 0: request.url: names no host, so it is http://localhost:"
        " --origin URL",
        "interaction 0: request.headers.A: is not exact (matches), so it is not kept",
        "interaction 0: request.bodyPatterns: is not exact (matchesJsonPath), so it is"
        " not kept",
    ]


@pytest.mark.parametrize(
    ("switches", "said"),
    [
        ({"ignoreArrayOrder": True, "ignoreExtraElements": True},
         "ignoreArrayOrder, ignoreExtraElements"),
        ({"ignoreArrayOrder": False, "ignoreExtraElements": "true"},
         "ignoreExtraElements"),
    ],
)  # fmt: skip
def test_a_mapping_that_answers_other_bodies_too_is_said(
    switches: dict[str, Any], said: str
) -> None:
    pattern = {"equalToJson": {"a": 1}} | switches
    request = {"method": "POST", "bodyPatterns": [pattern]}
    found = found_in(mapping(request), "wiremock", origin=ORIGIN)
    assert found.interactions[0].request.body == b'{"a":1}'
    assert notes_of(found) == [
        f"interaction 0: request.bodyPatterns[0]: also lets others match ({said}):"
        " a cassette has this one alone"
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        {"equalToJson": '{"a":"${json-unit.any-string}"}'},
        {"equalToJson": {"a": "${json-unit.regex}[0-9]+"}},
        {"equalToXml": "<a>${xmlunit.ignore}</a>", "enablePlaceholders": True},
    ],
)
def test_a_body_with_placeholders_is_said(pattern: dict[str, Any]) -> None:
    """WireMock lets anything stand there; JSON's need no switch."""
    found = found_in(
        mapping({"method": "POST", "bodyPatterns": [pattern]}),
        "wiremock",
        origin=ORIGIN,
    )
    (note,) = notes_of(found)
    assert "request.bodyPatterns[0]: also lets others match (" in note


def test_each_body_that_is_not_kept_is_said() -> None:
    patterns = [{"contains": "a"}, {"equalTo": "b"}, {"equalToJson": "{}"}]
    request = {"method": "POST", "bodyPatterns": [*patterns, {"matches": "c"}]}
    found = found_in(mapping(request), "wiremock", origin=ORIGIN)
    assert found.interactions[0].request.body == b"b"
    assert notes_of(found) == [
        "interaction 0: request.bodyPatterns: is not exact (contains), so it is not"
        " kept",
        "interaction 0: request.bodyPatterns[2]: is one more, and a cassette has one"
        " body",
        "interaction 0: request.bodyPatterns: is not exact (matches), so it is not"
        " kept",
    ]


def test_exact_fields_of_a_form_are_its_body() -> None:
    fields = {"a": {"equalTo": "1 2"}, "b": {"matches": ".*"}}
    request = {"method": "POST", "formParameters": fields}
    found = found_in(mapping(request), "wiremock", origin=ORIGIN)
    asked = found.interactions[0].request
    assert asked.body == b"a=1+2"
    assert asked.headers == {"Content-Type": ["application/x-www-form-urlencoded"]}
    assert notes_of(found) == [
        "interaction 0: request.formParameters.b: is not exact (matches), so it is not"
        " kept"
    ]


def test_a_form_that_names_its_type_keeps_it() -> None:
    kind = "application/x-www-form-urlencoded; charset=utf-8"
    request = {
        "method": "POST",
        "headers": {"content-type": {"equalTo": kind}},
        "formParameters": {"a": {"equalTo": "1"}},
    }
    found = found_in(mapping(request), "wiremock", origin=ORIGIN)
    assert found.interactions[0].request.headers == {"Content-Type": [kind]}


def test_a_mapping_that_knows_no_case_is_said() -> None:
    loose = {"equalTo": "b", "caseInsensitive": True}
    request = {"headers": {"A": loose}, "queryParameters": {"q": loose}}
    found = found_in(mapping(request), "wiremock", origin=ORIGIN)
    problem = "also lets others match (caseInsensitive): a cassette has this one alone"
    assert found.interactions[0].request.headers == {"A": ["b"]}
    assert notes_of(found) == [
        f"interaction 0: request.queryParameters.q: {problem}",
        f"interaction 0: request.headers.A: {problem}",
    ]


def test_a_mapping_that_wants_one_value_says_nothing() -> None:
    pattern = {"equalToXml": "<a/>", "namespaceAwareness": "STRICT"}
    exact = {"equalToJson": "{}", "ignoreArrayOrder": False, "exemptedComparisons": []}
    for each in (pattern, exact, {"equalTo": "${json-unit.ignore}"}):
        data = mapping({"method": "POST", "bodyPatterns": [each]})
        assert notes_of(found_in(data, "wiremock", origin=ORIGIN)) == []


def json_of(items: list[Interaction], name: str) -> Any:
    data = write(items, BY_NAME[name]).data
    assert isinstance(data, bytes)
    return json.loads(data)


TURNS = [interaction(body=each) for each in (b"1", b"2", b"3")] + [
    interaction(f"{URL}/other"),
    interaction(f"{URL}/other", body=b"again"),
]


def test_equal_requests_become_a_scenario() -> None:
    steps = json_of(TURNS, "wiremock")["mappings"]
    states = [
        (each["requiredScenarioState"], each.get("newScenarioState")) for each in steps
    ]
    assert states == [
        ("Started", "step 1"),
        ("step 1", "step 2"),
        ("step 2", None),
        ("Started", "step 1"),
        ("step 1", None),
    ]
    assert len({each["scenarioName"] for each in steps}) == 2


def test_requests_of_one_url_are_told_apart_by_their_bodies() -> None:
    """Without a pattern WireMock lets any body match, and the steps of one scenario go
    on with each other."""
    asked = [b"a", b"", b"b", b"a", b"b"]
    posts = [interaction(request={"method": "POST", "body": each}) for each in asked]
    steps = json_of(posts, "wiremock")["mappings"]
    a, none, b, again, also = [each["request"]["bodyPatterns"] for each in steps]
    assert (a, none, b) == ([{"equalTo": "a"}], [{"absent": True}], [{"equalTo": "b"}])
    assert (again, also) == (a, b)
    names = [each.get("scenarioName") for each in steps]
    assert names[0] == names[3] != names[2] == names[4]
    assert names[1] is None


def test_wiremock_compares_a_body_without_gzip() -> None:
    coded = gzip.compress(b"hello", mtime=0)
    for coding, pattern in (
        ("gzip", {"equalTo": "hello"}),
        ("br", {"binaryEqualTo": b64encode(coded).decode()}),
    ):
        headers = {"Content-Encoding": [coding]}
        asked = {"method": "POST", "body": coded, "headers": headers}
        post = interaction(request=asked)
        (each,) = json_of([post], "wiremock")["mappings"]
        assert each["request"]["bodyPatterns"] == [pattern]


def test_equal_requests_to_two_hosts_become_a_scenario() -> None:
    """A mapping names no host: the last one would answer for both."""
    both = [interaction(), interaction(URL.replace("api.", "other."))]
    made = write(both, BY_NAME["wiremock"])
    first, second = json.loads(made.data)["mappings"]
    assert first["scenarioName"] == second["scenarioName"]
    assert [each.problem for each in made.notes if each.field == "request.url"] == [
        "WireMock names no host: what differs by its host alone answers in turn"
    ]


def test_steps_of_a_scenario_come_in_its_order() -> None:
    def step(number: int, state: str, then: str | None) -> dict[str, Any]:
        more = {"requiredScenarioState": state, "newScenarioState": then}
        return mapping({}, {"body": f"{number}"}, scenarioName="s", **more)

    steps = [
        step(3, "third", None),
        mapping({}, {"body": "alone"}),
        step(2, "second", "third"),
        step(4, "never", None),
        step(1, "Started", "second"),
    ]
    found = found_in({"mappings": steps}, "wiremock", origin=ORIGIN)
    bodies = [each.response.body for each in found.interactions]
    assert bodies == [b"1", b"alone", b"2", b"3", b"4"]


# Hoverfly


def simulation(*pairs: dict[str, Any], **data: Any) -> dict[str, Any]:
    whole = {"pairs": [*pairs], "globalActions": {"delays": []}} | data
    return {"data": whole, "meta": {"schemaVersion": "v5"}}


def exact(value: Any, matcher: str = "exact") -> list[dict[str, Any]]:
    return [{"matcher": matcher, "value": value}]


V5 = {
    "path": exact("/v1/a b"),
    "method": exact("PUT"),
    "destination": exact("api.test"),
    "scheme": exact("https"),
    "body": exact('{"a": 1}', "json"),
    "query": {"q": exact("1;2"), "r": exact("x")},
    "headers": {"A": exact("b")},
}
V2 = {
    "path": {"exactMatch": "/v1/a b"},
    "method": {"exactMatch": "PUT"},
    "destination": {"globMatch": "api.test", "exactMatch": None},
    "scheme": {"exactMatch": "https"},
    "body": {"jsonMatch": '{"a": 1}'},
    "query": {"exactMatch": "q=1&q=2&r=x"},
    "headers": {"A": ["b"]},
}
V1 = {
    "requestType": "recording",
    "path": "/v1/a b",
    "method": "PUT",
    "destination": "api.test",
    "scheme": "https",
    "body": '{"a": 1}',
    "query": "q=1&q=2&r=x",
    "headers": {"A": ["b"]},
}
ANSWER = {"status": 201, "body": "made", "encodedBody": False, "headers": {"C": ["d"]}}


@pytest.mark.parametrize("request_", [V5, V2, V1], ids=["v5", "v2", "v1"])
def test_a_pair_of_each_schema(request_: dict[str, Any]) -> None:
    data = simulation({"request": request_, "response": ANSWER})
    one = only(found_in(data, "hoverfly"))
    assert one.request.method == "PUT"
    assert one.request.url == "https://api.test/v1/a%20b?q=1&q=2&r=x"
    assert (one.request.body, one.request.headers) == (b'{"a": 1}', {"A": ["b"]})
    assert (one.response.code, one.response.body) == (201, b"made")
    assert one.response.headers == {"C": ["d"]}


@pytest.mark.parametrize(
    ("response", "body"),
    [
        ({"body": CODED, "encodedBody": True}, BINARY),
        ({"bodyFile": "body.bin"}, BINARY),
    ],
)
def test_a_pair_answers(response: dict[str, Any], body: bytes) -> None:
    request = {"path": exact("/"), "destination": exact("api.test")}
    data = simulation({"request": request, "response": ANSWER | response})
    one = only(found_in(data, "hoverfly", files={"body.bin": BINARY}))
    assert (one.request.url, one.response.body) == ("http://api.test/", body)


@pytest.mark.parametrize(
    ("held", "path"),
    [
        ("/a%2Fb%20c", "/a%2Fb%20c"),  # Go writes "/a/b%20c", so it is as it came
        ("/it's/a%20b", "/it's/a%20b"),
        ("/a%20b", "/a%2520b"),  # Go's own "/a%2520b", without its escapes
        ("/100%/a b", "/100%25/a%20b"),
        ("/\u00e9", "/%C3%A9"),
        ("/\udce9", "/%E9"),
    ],
)
def test_a_path_is_held_as_go_holds_it(held: str, path: str) -> None:
    request = {"path": exact(held), "destination": exact("api.test")}
    data = simulation({"request": request, "response": ANSWER})
    one = only(found_in(data, "hoverfly"))
    assert one.request.url == f"http://api.test{path}"
    (pair,) = json_of([one], "hoverfly")["data"]["pairs"]
    assert pair["request"]["path"] == exact(held)


def test_hoverfly_knows_no_order_of_parameters() -> None:
    """What it takes for equal is a sequence."""
    turns = [interaction(f"{URL}?{query}") for query in ("a=1&b=2", "b=2&a=1")]
    first, second = (
        each["request"]["requiresState"]
        for each in json_of(turns, "hoverfly")["data"]["pairs"]
    )
    assert (first, second) == ({"sequence:1": "1"}, {"sequence:1": "2"})


def test_a_request_without_parameters_wants_none() -> None:
    """Without a matcher Hoverfly lets any match."""
    (pair,) = json_of([interaction()], "hoverfly")["data"]["pairs"]
    assert pair["request"]["query"] == {}


def test_values_of_a_name_may_be_a_list() -> None:
    """Hoverfly 1.10 records them so."""
    loose = {"ignoreOrder": True, "ignoreUnknown": False}
    query = {
        "a[]": exact(["1", "2;3"], "array"),
        "b": [{"matcher": "array", "value": ["1"], "config": loose}],
    }
    request = {"path": exact("/"), "destination": exact("api.test"), "query": query}
    found = found_in(simulation({"request": request, "response": ANSWER}), "hoverfly")
    url = "http://api.test/?a%5B%5D=1&a%5B%5D=2%3B3&b=1"
    assert found.interactions[0].request.url == url
    assert notes_of(found) == [
        "interaction 0: request.query.b: also lets others match (ignoreOrder)"
    ]


def test_which_of_equal_requests_comes_first_is_kept() -> None:
    first: dict[str, Any] = {"path": exact("/"), "destination": exact("api.test")}
    answer = ANSWER | {"transitionsState": {"sequence:1": "2"}}
    turn = first | {"requiresState": {"sequence:1": "1"}}
    pair = {"request": turn, "response": answer}
    assert notes_of(found_in(simulation(pair), "hoverfly")) == []
    pair["request"] = first | {"requiresState": {"cart": "full"}}
    assert len(notes_of(found_in(simulation(pair), "hoverfly"))) == 2


def test_a_form_is_sent_as_its_fields_are() -> None:
    form = {"a": exact("b c"), "d": exact("1;2"), "e": exact(".", "regex")}
    request = {
        "path": exact("/"),
        "destination": exact("api.test"),
        "body": exact(form, "form"),
    }
    found = found_in(simulation({"request": request, "response": ANSWER}), "hoverfly")
    assert found.interactions[0].request.body == b"a=b+c&d=1&d=2"
    (note,) = notes_of(found)
    assert note.endswith(
        "request.body[0].value.e: is not exact (regex), so it is not kept"
    )


def test_what_is_not_exact_in_a_pair_is_said() -> None:
    request = {
        "path": exact("/a"),
        "destination": exact("*.test", "glob"),
        "query": {"q": exact(".*", "regex")},
        "headers": {"A": exact("b*", "glob")},
    }
    response = ANSWER | {"templated": True, "bodyFile": "gone"}
    gone = {"request": {"path": exact("/")}, "response": response}
    nowhere = {"request": {"path": exact("/.*", "regex")}, "response": ANSWER}
    delays = {"delays": [{"delay": 1}], "delaysLogNormal": []}
    data = simulation(
        {"request": request, "response": ANSWER},
        nowhere,
        gone,
        globalActions=delays,
        literals=[1],
    )
    assert notes_of(found_in(data, "hoverfly", origin=ORIGIN)) == [
        "literals: a cassette has no place for it",
        "globalActions.delays: a cassette has no place for it",
        "interaction 0: request.destination: is not exact (glob), so it is not kept",
        "interaction 0: request.query.q: is not exact (regex), so it is not kept",
        "interaction 0: request.headers.A: is not exact (glob), so it is not kept",
        "interaction 1: request.path: left out: names no path, and a cassette has one",
        "interaction 2: response.bodyFile: left out: gone is not there",
    ]


def test_equal_requests_become_a_sequence() -> None:
    pairs = json_of(TURNS, "hoverfly")["data"]["pairs"]
    states = [
        (each["request"]["requiresState"], each["response"].get("transitionsState"))
        for each in pairs
    ]
    assert states == [
        ({"sequence:1": "1"}, {"sequence:1": "2"}),
        ({"sequence:1": "2"}, {"sequence:1": "3"}),
        ({"sequence:1": "3"}, None),
        ({"sequence:2": "1"}, {"sequence:2": "2"}),
        ({"sequence:2": "2"}, None),
    ]


# Azure's test proxy


def entries(**changes: Any) -> dict[str, Any]:
    entry = {
        "RequestUri": URL,
        "RequestMethod": "PUT",
        "RequestHeaders": {"Accept": "a/b", "Content-Type": "application/json"},
        "RequestBody": {"a": 1},
        "StatusCode": 201,
        "ResponseHeaders": {"A": ["b", "c"], "Content-Type": "image/png"},
        "ResponseBody": CODED,
    }
    return {"Entries": [entry | changes]}


@pytest.mark.parametrize(
    ("kind", "held", "body"),
    [
        ("image/png", CODED, BINARY),
        ("image/png", [CODED, CODED], BINARY * 2),
        ("text/plain", "hello", b"hello"),
        ("text/plain", ["a\n", "b"], b"a\nb"),
        ("application/json", {"a": 1}, b'{"a":1}'),
        ("application/json", [{"a": 1}], b'[{"a":1}]'),
        ("application/x", "no base64!", b"no base64!"),
        ("image/png", None, b""),
    ],
)
def test_an_entry_of_the_test_proxy(kind: str, held: Any, body: bytes) -> None:
    data = entries(ResponseBody=held, ResponseHeaders={"Content-Type": kind})
    one = only(found_in(data, "test-proxy"))
    assert (one.request.body, one.response.body) == (b'{"a":1}', body)
    assert (one.request.method, one.response.status) == ("PUT", "201 Created")


def test_its_variables_have_no_place() -> None:
    found = found_in(entries() | {"Variables": {"a": "b"}}, "test-proxy")
    assert notes_of(found) == ["Variables: a cassette has no place for it"]
    assert found.interactions[0].response.headers["A"] == ["b", "c"]


# google/test-server


def recorded(kind: str, segments: list[Any], **changes: Any) -> Interaction:
    request = {
        "method": "POST",
        "url": "/v1/items",
        "request": "POST /v1/items HTTP/1.1",
        "headers": {"Accept": "a/b"},
        "bodySegments": [{"a": 1}],
        "previousRequest": "b4d6",
        "serverAddress": "api.test",
        "port": 443,
        "protocol": "https",
    } | changes
    response = {
        "statusCode": 200,
        "headers": {"Content-Type": kind},
        "bodySegments": segments,
    }
    item = {"request": request, "shaSum": "1a", "response": response}
    return only(found_in({"recordID": "a", "interactions": [item]}, "test-server"))


def test_a_recording_of_the_test_server() -> None:
    one = recorded("application/json", [{"b": 2}, None])
    assert (one.request.url, one.request.body) == (URL, b'{"a":1}')
    assert one.response.body == b'{"b":2}'


def test_segments_of_a_stream_are_its_events() -> None:
    one = recorded("text/event-stream", [{"b": 2}, {"c": 3}])
    assert one.response.body == b'data: {"b":2}\r\n\r\ndata: {"c":3}\r\n\r\n'


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({"port": 8443}, "https://api.test:8443/v1/items"),
        ({"url": "http://other.test/a"}, "http://other.test/a"),
        ({"port": None, "protocol": None}, URL),
    ],
)
def test_its_url_is_put_together(changes: dict[str, Any], url: str) -> None:
    assert recorded("a/b", [], **changes).request.url == url


# Google's httpreplay


def of_httpreplay(*, response: Any = None, **request: Any) -> dict[str, Any]:
    """As the one of cloud.google.com/go 0.123 writes it."""
    asked = {
        "Method": "PUT",
        "URL": URL,
        "Header": {"Accept-Encoding": ["gzip"], "X-A": ["b", "c"]},
        "MediaType": "text/plain",
        "BodyParts": [b64encode(BINARY).decode()],
    }
    answered = {
        "StatusCode": 200,
        "Proto": "HTTP/2.0",
        "ProtoMajor": 2,
        "ProtoMinor": 0,
        "Header": {"Content-Encoding": ["gzip"], "X-B": ["1", "2"]},
        "Body": b64encode(gzip.compress(b"hello")).decode(),
    }
    entry = {"ID": "1", "Request": asked | request, "Response": answered}
    entry["Response"] = answered if response is None else answered | response
    whole = {"Version": "0.2", "Converter": {}, "Entries": [entry]}
    return {"Initial": None, **whole}


def test_a_recording_of_httpreplay() -> None:
    one = only(found_in(of_httpreplay(), "httpreplay"))
    assert (one.request.method, one.request.url) == ("PUT", URL)
    assert one.request.headers["X-A"] == ["b", "c"]
    assert one.request.headers["Content-Type"] == ["text/plain"]
    assert one.request.body == BINARY
    assert (one.response.code, one.response.proto) == (200, "HTTP/2.0")
    assert one.response.headers["X-B"] == ["1", "2"]
    assert one.response.body == b"hello"


def test_what_httpreplay_cleared_is_left_out() -> None:
    headers = {"User-Agent": ["CLEARED"], "Expires": ["CLEARED"]}
    data = of_httpreplay(
        Header=headers, MediaType="", BodyParts=[""], response={"Header": headers}
    )
    one = only(found_in(data, "httpreplay"))
    assert (one.request.headers, one.response.headers) == ({}, {})
    assert one.request.body == b""


def test_what_httpreplay_cleared_of_a_url_is_said() -> None:
    data = of_httpreplay(URL=f"{URL}?Signature=CLEARED&a=1")
    assert notes_of(found_in(data, "httpreplay")) == [
        "interaction 0: request.url: has CLEARED for what its recorder left out"
    ]


def test_parts_that_httpreplay_took_apart_are_said_to_be() -> None:
    found = found_in(of_httpreplay(MediaType="multipart/related"), "httpreplay")
    assert found.interactions[0].request.body == b""
    assert notes_of(found) == [
        "interaction 0: request.body: is absent: the recording has its parts alone"
        " (multipart/related)"
    ]


def test_an_entry_of_httpreplay_without_an_answer_is_left_out() -> None:
    data = of_httpreplay()
    data["Entries"][0]["Response"] = None
    found = found_in(data, "httpreplay")
    assert found.interactions == []
    (note,) = notes_of(found)
    assert "left out" in note


def test_a_recording_of_httpreplay_may_have_no_entry() -> None:
    assert (
        found_in(of_httpreplay() | {"Entries": None}, "httpreplay").interactions == []
    )
