import json
import sys

from websockets.sync.client import connect

with connect(sys.argv[2]) as socket:
    print(json.loads(socket.recv())["type"])
    socket.send('{"type": "session.update", "session": 1}')
    print(json.loads(socket.recv())["type"])
