"""The demo's program: it knows nothing of recorders. Usage: client.py URL."""

import json
import sys
import time
from urllib.request import Request, urlopen

base = sys.argv[1]
started = time.perf_counter()
with urlopen(f"{base}/v1/model") as answer:
    print("  model:", json.load(answer)["model"])
ask = json.dumps({"prompt": "tell me a story", "stream": True}).encode()
headers = {"Content-Type": "application/json", "Authorization": "Bearer not-a-secret"}
print("  story:", end="", flush=True)
with urlopen(Request(f"{base}/v1/stories", ask, headers)) as answer:
    for line in answer:
        if line.startswith(b"data: ") and b"[DONE]" not in line:
            print("", line[6:].decode().strip(), end="", flush=True)
print(f"\n  took {time.perf_counter() - started:.2f} s")
