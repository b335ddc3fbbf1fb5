#!/usr/bin/env bash
# MSAL for Python refuses an id_token whose nonce is not that of its own request by a bare
# RuntimeError, where all else that fails in a login is a dictionary with "error".
#
# Versions: msal 1.39.0 (CPython 3.11 to 3.13).
# Source: msal's oauth2cli/oidc.py: obtain_token_by_auth_code_flow compares the nonce, whose
# SHA-256 in hexadecimal is what the request has sent.
# Why it matters to a recorder: a recorded login replays never, whatever its matching leaves
# out, unless the live nonce's hash is put into the recorded token; and a test that looks for
# "error" in what MSAL returns does not see why.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/look.py" <<'PY'
import json
import time
from base64 import urlsafe_b64encode
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

import msal

IDP = "https://idp.example.test/tenant"
KNOWN = {
    "issuer": IDP,
    "authorization_endpoint": f"{IDP}/authorize",
    "token_endpoint": f"{IDP}/token",
}


class Answer:
    def __init__(self, value):
        self.text, self.status_code, self.headers = json.dumps(value), 200, {}

    def raise_for_status(self):
        pass


class Http:
    """Answers as an identity provider: what MSAL asks for goes through this."""

    answer = {}

    def get(self, url, **_):
        return Answer(KNOWN)

    def post(self, url, **_):
        return Answer(self.answer)

    def close(self):
        pass


def with_token(nonce):
    now = int(time.time())
    claims = {"iss": IDP, "aud": "app", "sub": "me", "iat": now, "exp": now + 3600}
    parts = ({"alg": "RS256"}, claims | {"nonce": nonce})
    spelled = [urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    token = ".".join((*spelled, "c2lnbmVk"))
    return {"access_token": "a", "token_type": "Bearer", "expires_in": 3600, "id_token": token}


def login(answer):
    http = Http()
    app = msal.ConfidentialClientApplication(
        "app", client_credential="none", oidc_authority=IDP, http_client=http
    )
    flow = app.initiate_auth_code_flow(["mail"], redirect_uri="http://localhost/back")
    http.answer = answer(parse_qs(urlsplit(flow["auth_uri"]).query)["nonce"][0])
    try:
        found = app.acquire_token_by_auth_code_flow(flow, {"code": "c", "state": flow["state"]})
    except RuntimeError as error:
        return f"{type(error).__name__}: {str(error).split('(')[0].strip()}"
    return "a token" if "id_token" in found else f"a dictionary, error: {found['error']}"


print("msal", version("msal"))
own = login(with_token)
other = login(lambda _: with_token("0" * 64))
refused = login(lambda _: {"error": "invalid_grant"})
print(f"its own nonce: {own}\nanother nonce: {other}\na refused code: {refused}")
assert own == "a token"
assert other.startswith("RuntimeError: The nonce in id token")
assert refused == "a dictionary, error: invalid_grant"
PY
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check msal==1.39.0
"$work/venv/bin/python" -W ignore "$work/look.py"
