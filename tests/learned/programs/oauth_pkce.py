"""OAuth with PKCE: requests-oauthlib."""

import os
import sys

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"
import requests
from requests_oauthlib import OAuth2Session

base = sys.argv[1]
session = OAuth2Session(
    "app", redirect_uri=f"{base}/callback", scope=["a"], pkce="S256"
)
url, state = session.authorization_url(f"{base}/authorize")
back = requests.get(url, allow_redirects=False).headers["Location"]
assert f"state={state}" in back, (state, back)
token = session.fetch_token(
    f"{base}/token", authorization_response=back, include_client_id=True
)
assert token["token_type"] == "Bearer"
