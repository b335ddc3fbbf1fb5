#!/usr/bin/env bash
# MSAL for Python gives out an id_token that ran out long ago, without an error and
# without a warning; one with another nonce than that of its own request it refuses, by a
# bare RuntimeError, where all else that fails is a dictionary with "error".
#
# Versions: msal 1.39.0 (CPython 3.11 to 3.13). 1.37.0 logs a warning of the first.
# Source: msal's oauth2cli/oidc.py: _obtain_token takes the claims without a look at them
# from 1.38 on (issue 911 of its repository), obtain_token_by_auth_code_flow compares the
# nonce, whose SHA-256 in hexadecimal is what the request has sent.
# Why it matters to a recorder: a recorded login replays at any age without a word about
# its times, so that a test with MSAL does not show that a recording grew old; and it
# replays never, unless the live nonce is put into the recorded token, signature or not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/look.py" <<'PY'
import json
import logging
import sys
from base64 import urlsafe_b64encode
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

import msal

YEAR = 365 * 86400
NOW = __import__("time").time()
IDP = "https://idp.example.test/tenant"
KNOWN = {
    "issuer": IDP,
    "authorization_endpoint": f"{IDP}/authorize",
    "token_endpoint": f"{IDP}/token",
}
logged = []
logging.basicConfig(handlers=[logging.NullHandler()])


class Noting(logging.Handler):
    def emit(self, record):
        if record.levelno >= logging.WARNING:
            logged.append(record.getMessage().split(".")[0])


logging.getLogger().addHandler(Noting())


class Answer:
    def __init__(self, value):
        self.text, self.status_code, self.headers = json.dumps(value), 200, {}

    def raise_for_status(self):
        pass


class Http:
    """Answers as an identity provider: what MSAL asks for goes through this."""

    nonce, age = "", 0

    def get(self, url, **_):
        return Answer(KNOWN)

    def post(self, url, **_):
        at = int(NOW) - self.age
        claims = {"iss": IDP, "aud": "app", "sub": "me", "iat": at, "exp": at + 3600}
        parts = ({"alg": "RS256"}, claims | {"nonce": self.nonce})
        spelled = [urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
        token = ".".join((*spelled, "c2lnbmVk"))
        return Answer({"access_token": "a", "token_type": "Bearer", "expires_in": 3600, "id_token": token})

    def close(self):
        pass


def login(age, nonce=None):
    http = Http()
    app = msal.ConfidentialClientApplication(
        "app", client_credential="none", oidc_authority=IDP, http_client=http
    )
    flow = app.initiate_auth_code_flow(["mail"], redirect_uri="http://localhost/back")
    sent = parse_qs(urlsplit(flow["auth_uri"]).query)["nonce"][0]
    http.nonce, http.age = nonce or sent, age
    logged.clear()
    try:
        found = app.acquire_token_by_auth_code_flow(flow, {"code": "c", "state": flow["state"]})
    except RuntimeError as error:
        return f"{type(error).__name__}: {str(error).split('(')[0].strip()}"
    return f"{'id_token' in found and 'a token' or found}, a warning: {bool(logged)}"


print("msal", version("msal"))
for name, found in (
    ("a fresh id_token", login(0)),
    ("one of a year ago", login(YEAR)),
    ("one with another nonce", login(0, "0" * 64)),
):
    print(f"{name}: {found}")
assert login(0) == "a token, a warning: False"
warns = sys.argv[1] == "1.37.0"
assert login(YEAR) == f"a token, a warning: {warns}"
assert login(0, "0" * 64).startswith("RuntimeError: The nonce in id token")
PY
for release in 1.39.0 1.37.0; do
  python3 -m venv "$work/$release"
  "$work/$release/bin/pip" install -q --disable-pip-version-check "msal==$release"
  "$work/$release/bin/python" -W ignore "$work/look.py" "$release"
done
