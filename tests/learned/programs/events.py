"""A stream of events that repeats a request's id: httpx."""

import json
import sys
import uuid

import httpx

fresh = str(uuid.uuid4())
found = []
with httpx.stream(
    "POST", f"{sys.argv[1]}/events", json={"request_id": fresh}
) as answer:
    for line in answer.iter_lines():
        if line.startswith("data: "):
            found.append(json.loads(line[6:]))
assert [each["part"] for each in found] == [0, 1, 2]
assert {each["request_id"] for each in found} == {fresh}, found
