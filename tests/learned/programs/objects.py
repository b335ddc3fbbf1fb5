"""New names in the path, idempotency keys and SOAP's message ids: requests."""

import sys
import uuid

import requests

base, name, fresh = sys.argv[1], str(uuid.uuid4()), str(uuid.uuid4())
headers = {"X-Request-Id": fresh}
for method in ("PUT", "GET"):
    found = requests.request(method, f"{base}/objects/{name}", headers=headers)
    assert found.json() == {"name": name, "is": True}, found.text
    assert found.headers["X-Request-Id"] == fresh
headers = {"Idempotency-Key": str(uuid.uuid4())}
found = requests.post(f"{base}/payments", json={"amount": 5}, headers=headers).json()
assert found == {"idempotency_key": headers["Idempotency-Key"], "amount": 5}, found
message = f"<Envelope><MessageID>urn:uuid:{fresh}</MessageID></Envelope>"
kind = {"Content-Type": "text/xml"}
answer = requests.post(f"{base}/soap", data=message, headers=kind).text
assert f"<RelatesTo>urn:uuid:{fresh}</RelatesTo>" in answer, answer
