"""A multipart upload of a file with a temporary name: requests."""

import sys
import tempfile
from pathlib import Path

import requests

with tempfile.TemporaryDirectory() as folder:
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(b"x" * 1000)
    content = Path(file.name)
    files = {"data": (content.name, content.read_bytes())}
    found = requests.post(f"{sys.argv[1]}/upload", files=files, data={"kind": "log"})
assert found.json() == {"data": 1000, "kind": 3}, found.text
