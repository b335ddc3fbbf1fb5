"""Programs that log in, each in a way of its own, and the origin that checks them.

A program knows its password; all else it has from answers. What is random in it is
random in each run, as in real clients.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from botocore.auth import S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from end_to_end.wire import Got

PASSWORD = "c0rrect-h0rse-battery"
CLIENT_SECRET = "cs-8f2c61d09be4a7"
AWS = Credentials("AKIA2E5Y7QRSTUVWXYZ2", "wJalrXUtnFEMIK7MDENGbPxRfiCY0123456789ab")
#: What no cassette may hold.
SECRETS = (PASSWORD, CLIENT_SECRET, str(AWS.secret_key))

Fetch = Callable[..., Got]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class State:
    """What an origin remembers: what it gave out, by what it is for."""

    def __init__(self) -> None:
        self.given: dict[str, set[str]] = {}
        self.polls = 0
        self.challenges: dict[str, str] = {}

    def give(self, what: str) -> str:
        made = f"{what[:2]}-{secrets.token_urlsafe(24)}"
        self.given.setdefault(what, set()).add(made)
        return made

    def knows(self, what: str, value: str) -> bool:
        return value in self.given.get(what, set())


Answer = tuple[int, Mapping[str, str], object]
_REFUSED: Answer = (403, {}, {"error": "access_denied"})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: State

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        name = url.path.strip("/").replace("/", "_").replace("-", "_").replace(".", "")
        query = {key: each[0] for key, each in parse_qs(url.query).items()}
        form = {key: each[0] for key, each in parse_qs(raw.decode()).items()}
        answer: Answer = getattr(self, f"_{name}")(query, form)
        code, headers, body = answer
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(code)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass

    @property
    def _base(self) -> str:
        return f"http://{self.headers['Host']}"

    def _bearer(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    # A session, with a token against forged requests

    def _login(self, _: Mapping[str, str], form: Mapping[str, str]) -> Answer:
        if not form:
            token = self.state.give("csrf")
            page = f'<form><input name="csrf_token" value="{token}"></form>'
            return 200, {"Set-Cookie": f"pre={token}; Path=/"}, page.encode()
        is_right = form["password"] == PASSWORD and self.state.knows(
            "csrf", form["csrf_token"]
        )
        if not is_right:
            return _REFUSED
        cookie = f"session={self.state.give('session')}; Path=/; HttpOnly"
        return 302, {"Set-Cookie": cookie, "Location": "/home"}, {}

    def _home(self, *_: object) -> Answer:
        cookie = self.headers.get("Cookie", "").removeprefix("session=")
        is_known = self.state.knows("session", cookie)
        return (200, {}, {"user": "me"}) if is_known else _REFUSED

    # OAuth 2

    def _authorize(self, query: Mapping[str, str], _: object) -> Answer:
        code = self.state.give("code")
        self.state.challenges[code] = query["code_challenge"]
        back = urlencode({"code": code, "state": query["state"]})
        return 302, {"Location": f"{query['redirect_uri']}?{back}"}, {}

    def _token(self, _: object, form: Mapping[str, str]) -> Answer:
        grant = form["grant_type"].rpartition(":")[2].replace("-", "_")
        if not getattr(self, f"_grant_{grant}")(form):
            if grant == "device_code":
                return 400, {}, {"error": "authorization_pending"}
            return _REFUSED
        given = {"access_token": self.state.give("access"), "expires_in": 3600}
        return 200, {}, given | {"refresh_token": self.state.give("refresh")}

    def _is_client(self, form: Mapping[str, str]) -> bool:
        basic = base64.b64encode(f"app:{CLIENT_SECRET}".encode()).decode()
        is_basic = self.headers.get("Authorization") == f"Basic {basic}"
        return is_basic or form.get("client_secret") == CLIENT_SECRET

    def _grant_authorization_code(self, form: Mapping[str, str]) -> bool:
        verifier = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        return self.state.challenges.get(form["code"]) == challenge

    def _grant_client_credentials(self, form: Mapping[str, str]) -> bool:
        return self._is_client(form)

    def _grant_password(self, form: Mapping[str, str]) -> bool:
        return form["password"] == PASSWORD and self._is_client(form)

    def _grant_refresh_token(self, form: Mapping[str, str]) -> bool:
        return self.state.knows("refresh", form["refresh_token"])

    def _grant_device_code(self, form: Mapping[str, str]) -> bool:
        self.state.polls += 1
        return self.state.knows("device", form["device_code"]) and self.state.polls > 2

    def _grant_jwt_bearer(self, form: Mapping[str, str]) -> bool:
        head, body, signature = form["assertion"].split(".")
        return signature == _signature(f"{head}.{body}")

    def _grant_token_exchange(self, form: Mapping[str, str]) -> bool:
        return self.state.knows("access", form["subject_token"])

    def _device(self, *_: object) -> Answer:
        return 200, {}, {"device_code": self.state.give("device"), "interval": 1}

    def _me(self, *_: object) -> Answer:
        is_known = self.state.knows("access", self._bearer())
        return (200, {}, {"user": "me"}) if is_known else _REFUSED

    # Signatures

    def _signed(self, *_: object) -> Answer:
        said = self.headers.get("Authorization", "")
        is_one = said.startswith("AWS4-HMAC-SHA256 Credential=AKIA2E5Y7QRSTUVWXYZ2/")
        return (200, {}, {"signed": True}) if is_one else _REFUSED

    def _presigned(self, query: Mapping[str, str], _: object) -> Answer:
        is_one = len(query["X-Amz-Signature"]) == 64
        return (200, {}, {"presigned": True}) if is_one else _REFUSED

    def _digest(self, *_: object) -> Answer:
        said = self.headers.get("Authorization", "")
        if not said:
            nonce = self.state.give("nonce")
            challenge = f'Digest realm="r", qop="auth", nonce="{nonce}", opaque="o1"'
            return 401, {"WWW-Authenticate": challenge}, {}
        said = said.removeprefix("Digest ")
        parts = dict(each.strip().split("=", 1) for each in said.split(","))
        got = {key: value.strip('"') for key, value in parts.items()}
        right = digest_response(got["nonce"], got["cnonce"])
        return (200, {}, {"user": "me"}) if got["response"] == right else _REFUSED

    # MCP, as its specification on authorization says

    def _mcp(self, *_: object) -> Answer:
        if self.state.knows("access", self._bearer()):
            return 200, {}, {"jsonrpc": "2.0", "id": 1, "result": {"tools": []}}
        where = f"{self._base}/.well-known/oauth-protected-resource"
        challenge = f'Bearer resource_metadata="{where}", scope="mcp:tools"'
        return 401, {"WWW-Authenticate": challenge}, {}

    def _well_known_oauth_protected_resource(self, *_: object) -> Answer:
        resource = {"resource": f"{self._base}/mcp"}
        return 200, {}, resource | {"authorization_servers": [self._base]}

    def _well_known_oauth_authorization_server(self, *_: object) -> Answer:
        known = ("authorize", "token", "register")
        return 200, {}, {f"{name}_endpoint": f"{self._base}/{name}" for name in known}

    def _register(self, *_: object) -> Answer:
        secret = self.state.give("client")
        return 201, {}, {"client_id": "c-1", "client_secret": secret}


@contextmanager
def origin() -> Iterator[str]:
    handler = type("Handler", (_Handler,), {"state": State()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _signature(text: str) -> str:
    return hmac.new(CLIENT_SECRET.encode(), text.encode(), "sha256").hexdigest()


def digest_response(nonce: str, cnonce: str) -> str:
    first = hashlib.md5(f"me:r:{PASSWORD}".encode()).hexdigest()
    second = hashlib.md5(b"GET:/digest").hexdigest()
    text = f"{first}:{nonce}:00000001:{cnonce}:auth:{second}"
    return hashlib.md5(text.encode()).hexdigest()


# The programs: each returns what it saw at its end.


def _post(fetch: Fetch, url: str, headers: Mapping[str, str] = {}, **form: str) -> Got:
    return fetch(url, "POST", urlencode(form).encode(), {**FORM, **headers})


def session(fetch: Fetch, base: str) -> object:
    page = fetch(f"{base}/login").body.decode()
    csrf = page.partition('value="')[2].partition('"')[0]
    form = {"user": "me", "password": PASSWORD, "csrf_token": csrf}
    logged = _post(fetch, f"{base}/login", **form)
    cookie = logged.headers["set-cookie"].partition(";")[0]
    return fetch(f"{base}{logged.headers['location']}", headers={"Cookie": cookie}).json


def _me(fetch: Fetch, base: str, tokens: Mapping[str, Any]) -> object:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return fetch(f"{base}/me", headers=headers).json


def _with_pkce(fetch: Fetch, authorize: str, token: str) -> dict[str, Any]:
    verifier, state = secrets.token_urlsafe(32), secrets.token_urlsafe(8)
    hashed = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": "app",
        "redirect_uri": "http://127.0.0.1:9/cb",
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(hashed).decode().rstrip("="),
    }
    # A browser's part; what is new in it comes back as it was recorded.
    back = urlsplit(fetch(f"{authorize}?{urlencode(query)}").headers["location"])
    code = parse_qs(back.query)["code"][0]
    grant = {"grant_type": "authorization_code", "code": code}
    return _post(fetch, token, **grant, code_verifier=verifier).json


def authorization_code(fetch: Fetch, base: str) -> object:
    tokens = _with_pkce(fetch, f"{base}/authorize", f"{base}/token")
    return _me(fetch, base, tokens)


def client_credentials(fetch: Fetch, base: str) -> object:
    basic = base64.b64encode(f"app:{CLIENT_SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    grant = {"grant_type": "client_credentials", "scope": "read"}
    return _me(fetch, base, _post(fetch, f"{base}/token", headers, **grant).json)


def password(fetch: Fetch, base: str) -> object:
    grant = {"grant_type": "password", "username": "me", "password": PASSWORD}
    known = {"client_id": "app", "client_secret": CLIENT_SECRET}
    return _me(fetch, base, _post(fetch, f"{base}/token", **grant, **known).json)


def refresh_token(fetch: Fetch, base: str) -> object:
    grant = {"grant_type": "client_credentials", "client_secret": CLIENT_SECRET}
    tokens = _post(fetch, f"{base}/token", **grant).json
    for _ in range(2):
        old = str(tokens["refresh_token"])
        tokens = _post(
            fetch, f"{base}/token", grant_type="refresh_token", refresh_token=old
        ).json
    return _me(fetch, base, tokens)


def device_code(fetch: Fetch, base: str) -> object:
    device = str(_post(fetch, f"{base}/device", client_id="app").json["device_code"])
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    for _ in range(9):
        got = _post(fetch, f"{base}/token", grant_type=grant, device_code=device)
        if got.status == 200:
            return _me(fetch, base, got.json)
    return got.json


def jwt_bearer(fetch: Fetch, base: str) -> object:
    now = int(time.time())
    claims = {"iss": "app", "iat": now, "exp": now + 300, "jti": secrets.token_hex(8)}
    parts = [
        base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=")
        for each in ({"alg": "HS256"}, claims)
    ]
    assertion = ".".join([*parts, _signature(".".join(parts))])
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    got = _post(fetch, f"{base}/token", grant_type=grant, assertion=assertion)
    return _me(fetch, base, got.json)


def token_exchange(fetch: Fetch, base: str) -> object:
    grant = {"grant_type": "client_credentials", "client_secret": CLIENT_SECRET}
    subject = str(_post(fetch, f"{base}/token", **grant).json["access_token"])
    exchange = "urn:ietf:params:oauth:grant-type:token-exchange"
    got = _post(fetch, f"{base}/token", grant_type=exchange, subject_token=subject)
    return _me(fetch, base, got.json)


def signature(fetch: Fetch, base: str) -> object:
    request = AWSRequest("GET", f"{base}/signed")
    SigV4Auth(AWS, "s3", "eu-west-1").add_auth(request)
    return fetch(f"{base}/signed", headers=dict(request.headers.items())).json


def presigned(fetch: Fetch, base: str) -> object:
    request = AWSRequest("GET", f"{base}/presigned")
    S3SigV4QueryAuth(AWS, "s3", "eu-west-1", expires=60).add_auth(request)
    return fetch(str(request.url)).json


def digest(fetch: Fetch, base: str) -> object:
    challenge = fetch(f"{base}/digest").headers["www-authenticate"]
    nonce = challenge.partition('nonce="')[2].partition('"')[0]
    cnonce = secrets.token_hex(8)
    said = (
        f'Digest username="me", realm="r", nonce="{nonce}", uri="/digest", qop=auth, '
        f'nc=00000001, cnonce="{cnonce}", response="{digest_response(nonce, cnonce)}"'
    )
    return fetch(f"{base}/digest", headers={"Authorization": said}).json


def mcp(fetch: Fetch, base: str) -> object:
    ask = b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    kind = {"Content-Type": "application/json"}
    challenge = fetch(f"{base}/mcp", "POST", ask, kind).headers["www-authenticate"]
    metadata = challenge.partition('resource_metadata="')[2].partition('"')[0]
    server = fetch(metadata).json["authorization_servers"][0]
    known = fetch(f"{server}/.well-known/oauth-authorization-server").json
    name = b'{"client_name":"x","redirect_uris":["http://127.0.0.1:9/cb"]}'
    fetch(known["register_endpoint"], "POST", name, kind)
    tokens = _with_pkce(fetch, known["authorize_endpoint"], known["token_endpoint"])
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    return fetch(f"{base}/mcp", "POST", ask, kind | bearer).json


FLOWS = (
    *(session, authorization_code, client_credentials, password, refresh_token),
    *(device_code, jwt_bearer, token_exchange, signature, presigned, digest, mcp),
)
