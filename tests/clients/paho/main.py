import queue
import ssl
import sys
from urllib.parse import urlsplit

from paho.mqtt.client import CallbackAPIVersion, Client

told = queue.Queue()
client = Client(CallbackAPIVersion.VERSION2, transport="websockets")
client.on_connect = client.on_subscribe = lambda *_: told.put(None)
client.on_message = lambda *told_of: told.put(told_of[-1])
client.tls_set_context(ssl.create_default_context())
url = urlsplit(sys.argv[3])
client.connect(url.hostname, url.port)
client.loop_start()
told.get(timeout=60)
client.subscribe("demo/#", qos=1)
told.get(timeout=60)
client.publish("demo/x", "hello", qos=1)
message = told.get(timeout=60)
print(message.topic, message.payload.decode())
client.disconnect()
client.loop_stop()
