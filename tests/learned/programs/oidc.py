"""The code flow of OpenID Connect, its state and nonce looked at: Authlib."""

import sys

import jwt
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

base = sys.argv[1]
session = OAuth2Session("app", scope="openid", redirect_uri=f"{base}/callback")
nonce = generate_token()
url, state = session.create_authorization_url(f"{base}/authorize", nonce=nonce)
answer = session.get(url, withhold_token=True)
assert f"state={state}" in answer.url, (state, answer.url)
token = session.fetch_token(
    f"{base}/token", authorization_response=answer.url, state=state
)
claims = jwt.decode(token["id_token"], options={"verify_signature": False})
assert claims["nonce"] == nonce, (claims, nonce)
assert claims["aud"] == "app"
