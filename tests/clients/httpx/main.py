import sys

import httpx

base = sys.argv[1]
with httpx.Client(follow_redirects=True) as client:
    print(client.get(base + "/json").text)
    print(client.get(base + "/encoded/gzip").text)
    print(client.post(base + "/json", content='{"a": 1}').text)
    print(client.get(base + "/redirect/308").text)
    print(httpx.get(base + "/cookies", headers={"Cookie": "flavour=oat"}).text)
    with client.stream("GET", base + "/sse", params={"n": 2}) as answer:
        for line in answer.iter_lines():
            print(line)
