import sys

import docker

host = sys.argv[1].replace("https://", "tcp://") + ":80"
client = docker.DockerClient(base_url=host, version="1.44")
events = client.events(decode=True)
for _, event in zip(range(2), events, strict=False):
    print(event["Action"], event["Actor"]["ID"])
events.close()
client.close()
