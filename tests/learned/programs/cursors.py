"""Pages by cursor, each request with an id of its own: requests."""

import sys
import uuid

import requests

found, cursor = [], None
while True:
    query = {"trace": str(uuid.uuid4())} | ({"cursor": cursor} if cursor else {})
    page = requests.get(f"{sys.argv[1]}/items", params=query).json()
    found += page["items"]
    cursor = page["next"]
    if cursor is None:
        break
assert found == list(range(9)), found
