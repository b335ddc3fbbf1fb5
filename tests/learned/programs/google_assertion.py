"""A JWT assertion of a service account: google-auth."""

import sys

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from google.auth.transport.requests import Request
from google.oauth2 import service_account

base = sys.argv[1]
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
facts = {"client_email": "a@b.iam.test", "token_uri": f"{base}/token"}
facts |= {"private_key": pem, "private_key_id": "k", "type": "service_account"}
made = service_account.Credentials.from_service_account_info(facts, scopes=["x"])
made.refresh(Request())
assert made.token
