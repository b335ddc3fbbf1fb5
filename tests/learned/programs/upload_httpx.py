"""A multipart upload with a run's own id in a field: httpx."""

import sys
import uuid

import httpx

found = httpx.post(
    f"{sys.argv[1]}/upload",
    files={"data": ("a.bin", b"x" * 1000)},
    data={"run": str(uuid.uuid4())},
)
assert found.json() == {"data": 1000, "run": 36}, found.text
