"""Events over Socket.IO, polled: python-socketio."""

import sys
import uuid

import socketio

client = socketio.Client()
client.connect(sys.argv[1], transports=["polling"])
fresh = str(uuid.uuid4())
found = client.call("sum", {"request_id": fresh, "of": [1, 2]}, timeout=20)
assert found == {"request_id": fresh, "sum": 3}, found
client.disconnect()
