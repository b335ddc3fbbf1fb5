"""A gRPC origin of calls that go both ways: ``python grpc_talk_server.py``.

Prints its port, and serves until its standard input ends. ``N:TEXT`` is answered with N
messages, ``fail`` and ``stop`` end the call, and a call with the metadata ``x-greet``
is greeted before it says anything. Each answer has a number of its own.
"""

import sys
from collections.abc import Iterable, Iterator
from concurrent import futures
from itertools import count

import grpc

_numbers = count()


def talk(requests: Iterable[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
    said = dict(context.invocation_metadata())
    if "x-gzip" in said:
        context.set_compression(grpc.Compression.Gzip)
    if "x-greet" in said:
        yield b"greeting %d" % next(_numbers)
    if "x-refuse" in said:
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "not you")
    if "x-head" in said:
        context.send_initial_metadata([("x-early", "yes")])
    for request in requests:
        if request == b"fail":
            context.abort(grpc.StatusCode.ABORTED, "that was it")
        if request == b"stop":
            break
        often, _, text = request.partition(b":")
        for each in range(int(often)):
            yield b"%b.%d #%d" % (text, each, next(_numbers))
    context.set_trailing_metadata([("x-number", str(next(_numbers)))])


def main() -> None:
    server = grpc.server(futures.ThreadPoolExecutor(16))
    methods = {"Talk": grpc.stream_stream_rpc_method_handler(talk)}
    handler = grpc.method_handlers_generic_handler("test.Service", methods)
    server.add_generic_rpc_handlers((handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop(None)


if __name__ == "__main__":
    main()
