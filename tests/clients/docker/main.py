"""Listens to Docker's events in a thread and stops from another, as its manual does."""

import queue
import sys
import threading
import time

import docker

host = sys.argv[1].replace("https://", "tcp://") + ":80"
client = docker.DockerClient(base_url=host, version="1.44")
events = client.events(decode=True)
seen = queue.Queue()


def listen():
    for event in events:
        seen.put(f"{event['Action']} {event['Actor']['ID']}")
    seen.put("over")


listening = threading.Thread(target=listen)
listening.start()
print(seen.get(timeout=60))
print(seen.get(timeout=60))
time.sleep(1.5)
print("more" if seen.qsize() else "still there")
events.close()
listening.join()
print(seen.get())
