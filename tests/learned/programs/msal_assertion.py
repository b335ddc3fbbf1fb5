"""A JWT client assertion: MSAL."""

import sys

import msal
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

base = sys.argv[1]


class Here(requests.Session):
    def request(self, method, url, *args, **more):
        return super().request(
            method, url.replace("https://login.test", base), *args, **more
        )


key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
app = msal.ConfidentialClientApplication(
    "app",
    client_credential={"private_key": pem, "thumbprint": "a1" * 20},
    authority="https://login.test/tenant",
    http_client=Here(),
    instance_discovery=False,
    validate_authority=False,
)
found = app.acquire_token_for_client(["https://graph.test/.default"])
assert found["token_type"] == "Bearer", found
