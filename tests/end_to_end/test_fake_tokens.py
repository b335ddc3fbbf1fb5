"""SDKs that take their tokens apart replay with vcr_fake=jwt."""

import base64
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cli.helpers import CLIENT_PYTHON
from end_to_end.proxy import Proxy, clean_environment
from patience import PATIENCE

PROGRAM = Path(__file__).with_name("oauth_client.py")
SUBJECT, EMAIL = "AbC-d3f-subject-77", "jane.doe@corp.example"
#: A recording of last year.
GIVEN = 1_750_000_000


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


def coded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def jwt(given: int, **claims: object) -> str:
    who = {"sub": SUBJECT, "email": EMAIL, "preferred_username": EMAIL}
    times = {"iat": given, "nbf": given, "exp": given + 3600}
    head = coded({"alg": "RS256", "typ": "JWT"})
    return f"{head}.{coded(who | times | claims)}.{'c2lnbmF0dXJl' * 20}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    given = GIVEN

    def do_GET(self) -> None:
        asked = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        path = urlsplit(self.path).path
        base = f"https://login.test{path.partition('/v2.0')[0]}"
        answer: dict[str, object]
        if path.endswith("openid-configuration"):
            ends = ("authorization", "token", "device_authorization")
            answer = {f"{name}_endpoint": f"{base}/{name}" for name in ends}
            answer["issuer"] = base
        elif "/userrealm/" in path:
            answer = {"account_type": "Managed"}
        elif "jwt-bearer" in asked:
            answer = {"id_token": jwt(self.given, aud="https://app.test", iss=base)}
        else:
            answer = {
                "token_type": "Bearer",
                "expires_in": 3600,
                "scope": "https://graph.test/.default",
                "access_token": jwt(self.given, aud="https://graph.test"),
                "refresh_token": "0.AXo-refresh-9f8e7d6c5b4a",
                "client_info": coded({"uid": "u-1", "utid": "t-1"}),
                "id_token": jwt(self.given, aud="app", iss=base, tid="t-1"),
            }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def origin() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def account(folder: Path, origin: str) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "account.json"
    held = {"type": "service_account", "private_key": pem.decode(), "project_id": "p"}
    held |= {"client_email": "a@p.test", "token_uri": f"{origin}/google/token"}
    file.write_text(json.dumps(held))
    return file


def test_sdks_replay_with_tokens_that_are_nobodys(
    mitmdump: Callable[..., Proxy], origin: str, tmp_path: Path
) -> None:
    cassette, key = tmp_path / "c.yaml", account(tmp_path, origin)

    def run(mode: str) -> object:
        proxy = mitmdump(cassette, mode, vcr_fake=["jwt"]).wait_until_listening()
        env = clean_environment() | {"HTTP_PROXY": proxy.url, "http_proxy": proxy.url}
        env |= {"NO_PROXY": "", "no_proxy": ""}
        done = subprocess.run(
            [CLIENT_PYTHON, str(PROGRAM), origin, str(key)],
            env=os.environ | env,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert proxy.stop() == 0
        assert done.returncode == 0, f"{mode}: {done.stderr}\n{proxy.log}"
        return json.loads(done.stdout)

    recorded = run("record_only")
    text = cassette.read_text()
    for secret in (SUBJECT, EMAIL, coded({"sub": SUBJECT})[:20], "c2lnbmF0dXJl"):
        assert secret not in text
    replayed = run("replay_only")
    expected = {"aud": "app", "tid": "t-1", "again": True}
    assert replayed == {"msal": expected, "google": {"is_valid": True, "is_long": True}}
    assert recorded["msal"] == expected
