"""SDKs that take their tokens apart: MSAL and google-auth. Given where an origin is and
a file of a service account; prints what they made of their tokens."""

import json
import sys
import time
from typing import Any

import msal
import requests
from google.auth.transport.requests import Request
from google.oauth2 import service_account

BASE, KEY = sys.argv[1], sys.argv[2]
AUTHORITY = "https://login.test"


class Here(requests.Session):
    """MSAL wants an authority of https: it is the origin."""

    def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:  # type: ignore[override]
        return super().request(method, url.replace(AUTHORITY, BASE), *args, **more)


def of_msal() -> dict[str, Any]:
    app = msal.PublicClientApplication(
        "app",
        authority=f"{AUTHORITY}/tenant",
        http_client=Here(),
        instance_discovery=False,
        validate_authority=False,
    )
    scopes = ["https://graph.test/.default"]
    user, password = "jane@corp.example", "pw-1x2y3z"
    result = app.acquire_token_by_username_password(user, password, scopes)
    claims = result["id_token_claims"]
    silent = app.acquire_token_silent(scopes, account=app.get_accounts()[0])
    return {"aud": claims["aud"], "tid": claims["tid"], "again": bool(silent)}


def of_google() -> dict[str, Any]:
    credentials = service_account.IDTokenCredentials.from_service_account_file(
        KEY, target_audience="https://app.test"
    )
    credentials.refresh(Request())
    left = credentials.expiry.timestamp() - time.time()
    return {"is_valid": bool(credentials.valid), "is_long": left > 0}


sys.stdout.write(json.dumps({"msal": of_msal(), "google": of_google()}))
