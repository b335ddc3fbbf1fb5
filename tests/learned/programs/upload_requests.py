"""A multipart upload with a file of a temporary name: requests."""

import sys
import tempfile

import requests

with tempfile.NamedTemporaryFile() as file:
    file.write(b"x" * 1000)
    file.seek(0)
    files = {"data": file}
    found = requests.post(f"{sys.argv[1]}/upload", files=files, data={"kind": "log"})
assert found.json() == {"data": 1000, "kind": 3}, found.text
