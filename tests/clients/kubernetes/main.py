"""Watches pods as a controller does: in a thread, for as long as it runs."""

import queue
import sys
import threading
import time

from kubernetes import client, watch

api = client.CoreV1Api(client.ApiClient(client.Configuration(host=sys.argv[1])))
seen = queue.Queue()


def listen():
    for event in watch.Watch().stream(api.list_namespaced_pod, "default"):
        seen.put(f"{event['type']} {event['object'].metadata.name}")


threading.Thread(target=listen, daemon=True).start()
for _ in range(3):
    print(seen.get(timeout=60))
time.sleep(1.5)
print("more" if seen.qsize() else "no more")
