"""Things made under ids of the program's own, asked for in any order: httpx."""

import random
import sys
import uuid

import httpx

colours = ("red", "green", "blue")
made = {str(uuid.uuid4()): colour for colour in random.sample(colours, 3)}
with httpx.Client(base_url=f"{sys.argv[1]}/things/") as client:
    for name, colour in made.items():
        assert client.put(name, content=colour).json() == {"colour": colour}
    for name in random.sample(list(made), 3):
        found = client.get(name).json()
        assert found == {"colour": made[name]}, (name, found, made)
