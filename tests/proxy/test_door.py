"""Which requests at the proxy's own port are for the control API, and who may call it
there."""

import asyncio
import json
from base64 import b64encode
from unittest.mock import Mock

import pytest
from mitmproxy.test import tflow

from mitmvcr.control.server import application
from mitmvcr.control.within import Answer, Asked, answer
from mitmvcr.proxy.door import Control, Door

TOKEN = "0123456789abcdef"


def is_taken(
    host: str,
    path: str,
    scheme: str = "http",
    as_proxy: bool = True,
    **headers: str,
) -> bool:
    control = Control(Mock())
    control.within = Mock()
    flow = tflow.tflow()
    flow.request.host, flow.request.path, flow.request.scheme = host, path, scheme
    flow.request.headers["Authorization"] = f"Bearer {TOKEN}"
    for name, value in headers.items():
        flow.request.headers[name.replace("_", "-")] = value
    if as_proxy:
        flow.request.authority = host
    flow.client_conn.sockname = ("172.17.0.2", 8080)
    flow.server_conn.address = None
    door = Door(control)
    door.requestheaders(flow)
    assert ("Authorization" in flow.request.headers) == (flow.response is None)
    return flow.response is not None


@pytest.mark.parametrize("path", ["/_vcr", "/_vcr/", "/_vcr/sessions", "/_vcr?a=1"])
def test_a_path_at_an_address_of_the_proxy_is_taken(path: str) -> None:
    for host in ("127.0.0.1", "localhost", "::1", "172.17.0.2"):
        assert is_taken(host, path)
    assert is_taken("vcr", path, X_Vcr_Control="1")
    assert is_taken("vcr", path, as_proxy=False)


@pytest.mark.parametrize(
    ("host", "path", "scheme"),
    [
        ("api.example.com", "/_vcr/sessions", "http"),
        ("172.17.0.3", "/_vcr/sessions", "http"),
        ("127.0.0.1", "/_vcrs", "http"),
        ("127.0.0.1", "/a/_vcr/", "http"),
        ("127.0.0.1", "/_vcr/", "https"),
    ],
)
def test_what_is_for_another_is_left_alone(host: str, path: str, scheme: str) -> None:
    assert not is_taken(host, path, scheme)


def test_without_an_api_nothing_is_looked_at() -> None:
    door, flow = Door(Control(Mock())), tflow.tflow()
    flow.request.host, flow.request.path = "127.0.0.1", "/_vcr/health"
    flow.server_conn.address = None
    door.requestheaders(flow)
    assert door.request(flow) is None
    assert flow.response is None


def test_a_request_that_the_api_has_left_gets_an_error() -> None:
    control = Control(Mock())
    control.within = Mock()
    door, flow = Door(control), tflow.tflow()
    flow.request.host, flow.request.path = "127.0.0.1", "/_vcr/health"
    flow.server_conn.address = None
    door.requestheaders(flow)
    waiting, control.within = door.request(flow), None
    assert waiting is not None
    asyncio.run(waiting)  # type: ignore[arg-type]
    assert flow.response is not None
    assert flow.response.status_code == 503


def answered(token: str, reached: str, **headers: str) -> Answer:
    office = Mock()
    office.health.return_value = {"status": "ok"}
    fields = [(n.encode(), v.encode()) for n, v in headers.items()]
    asked = Asked("GET", "/_vcr/health", fields, b"", "vcr:8080", reached)

    async def ask() -> Answer:
        return await answer(application(office, Mock(), token), asked)

    return asyncio.run(ask())


@pytest.mark.parametrize("reached", ["172.17.0.2", "::ffff:172.17.0.2", "::"])
def test_an_address_that_others_reach_needs_a_token(reached: str) -> None:
    refused = answered("", reached, Host="127.0.0.1:8080")
    assert refused.status == 403
    facts = json.loads(refused.body)
    assert facts["detail"] == (
        "Authorization: others reach this address: start it with MITMVCR_CONTROL_TOKEN"
        " set to a secret that callers know"
    )
    known = {"Host": "vcr:8080", "Authorization": f"bearer {TOKEN}"}
    assert answered(TOKEN, reached, **known).status == 200
    for name, status in ((f"me:{TOKEN}", 200), (TOKEN, 401), ("me:no", 401)):
        known["Authorization"] = f"Basic {b64encode(name.encode()).decode()}"
        assert answered(TOKEN, reached, **known).status == status
    for said in ("Basic \xff", "Basic /w==", f"Digest {TOKEN}", ""):
        assert answered(TOKEN, reached, **known | {"Authorization": said}).status == 401
    for host in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert answered("", host, Host="127.0.0.1:8080").status == 200


def test_a_head_that_is_no_http_is_refused() -> None:
    assert answered("", "127.0.0.1").status in (400, 403)  # without a Host
    assert answered("", "127.0.0.1", Host="a b").status in (400, 403)
