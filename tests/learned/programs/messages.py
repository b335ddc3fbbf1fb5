"""Messages on a WebSocket, each with a time and the run's number: websockets."""

import json
import random
import sys
import time

from websockets.sync.client import connect

run = random.randrange(10**6)
with connect(sys.argv[1].replace("http", "ws") + "/talk") as socket:
    for text in ("hello", "and good-bye"):
        asked = {"text": text, "client": {"at": time.time(), "run": run}}
        socket.send(json.dumps(asked))
        found = json.loads(socket.recv(timeout=20))
        assert found == {"heard": text}, found
