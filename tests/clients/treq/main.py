import sys

import treq
from twisted.internet import defer, task

base = sys.argv[1]


async def main(reactor):
    print(await (await treq.get(base + "/json")).text())
    print(await (await treq.get(base + "/encoded/gzip")).text())
    print(await (await treq.post(base + "/json", json={"a": 1})).text())
    print(await (await treq.get(base + "/redirect/308")).text())
    answer = await treq.get(base + "/cookies", cookies={"flavour": "oat"})
    print(await answer.text())
    print(await (await treq.get(base + "/sse", params={"n": 2})).text())


task.react(lambda reactor: defer.ensureDeferred(main(reactor)))
