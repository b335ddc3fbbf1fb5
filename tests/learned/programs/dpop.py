"""DPoP with a nonce of the server: PyJWT and httpx."""

import sys
import time
import uuid

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

base = sys.argv[1]
key = ec.generate_private_key(ec.SECP256R1())
public = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)


def proof(nonce: str = "") -> str:
    claims = {"jti": str(uuid.uuid4()), "htm": "POST", "htu": f"{base}/token"}
    claims |= {"iat": int(time.time())} | ({"nonce": nonce} if nonce else {})
    return jwt.encode(claims, key, "ES256", headers={"typ": "dpop+jwt", "jwk": public})


form = {"grant_type": "client_credentials", "client_id": "app"}
first = httpx.post(f"{base}/token", data=form, headers={"DPoP": proof()})
assert first.json()["error"] == "use_dpop_nonce"
headers = {"DPoP": proof(first.headers["DPoP-Nonce"])}
second = httpx.post(f"{base}/token", data=form, headers=headers)
assert second.json()["token_type"] == "Bearer", second.text
