"""A gRPC origin of real grpcio: ``python grpc_server.py LEAF.pem``, ``-`` for no TLS.

Prints its port, and serves until its standard input ends. Messages are bytes: what a
proxy sees of them is no more.
"""

import sys
from collections.abc import Iterable, Iterator
from concurrent import futures
from itertools import count as counting
from pathlib import Path

import grpc


def hello(request: bytes, context: grpc.ServicerContext) -> bytes:
    context.set_trailing_metadata([("x-after", "trailing")])
    return b"hello " + request


def count(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
    for number in range(int(request)):
        yield b"number %d" % number


def fail(request: bytes, context: grpc.ServicerContext) -> bytes:
    context.abort(grpc.StatusCode.NOT_FOUND, "no such thing: ü")


def fail_late(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
    yield b"one"
    context.abort(grpc.StatusCode.DATA_LOSS, "lost the rest")


def total(requests: Iterable[bytes], context: grpc.ServicerContext) -> bytes:
    return b"%d" % sum(map(int, requests))


def echo(requests: Iterable[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
    for request in requests:
        yield b"echo " + request


def struct(request: bytes, context: grpc.ServicerContext) -> bytes:
    """Return a message of protobuf with a token deep in it, compressed if it is to."""
    from google.protobuf.struct_pb2 import Struct

    if request == b"gzip":
        context.set_compression(grpc.Compression.Gzip)
    message = Struct()
    token = "gl" + "pat-" + "x9Y8z7W6v5U4t3S2r1Q0"  # in parts, since it is none
    message.update({"n": 7, "deep": {"list": [f"note: {token}!", "last"]}})
    return message.SerializeToString()


_numbers = counting()


def numbered(
    requests: Iterable[bytes], context: grpc.ServicerContext
) -> Iterator[bytes]:
    """Answer the whole of what was said, each time otherwise."""
    said, number = [*requests], next(_numbers)
    context.set_trailing_metadata([("x-number", str(number))])
    if number % 3:
        context.set_compression(grpc.Compression.Gzip)
    for each in range(number % 4):
        yield b"%d.%d to %d" % (number, each, len(said)) * (1 + number % 50)
    if number % 5 == 0:
        context.abort(grpc.StatusCode.ABORTED, f"no {number}: ü")


METHODS = {
    "Struct": grpc.unary_unary_rpc_method_handler(struct),
    "Hello": grpc.unary_unary_rpc_method_handler(hello),
    "Count": grpc.unary_stream_rpc_method_handler(count),
    "Fail": grpc.unary_unary_rpc_method_handler(fail),
    "FailLate": grpc.unary_stream_rpc_method_handler(fail_late),
    "Total": grpc.stream_unary_rpc_method_handler(total),
    "Numbered": grpc.stream_stream_rpc_method_handler(numbered),
    "Echo": grpc.stream_stream_rpc_method_handler(echo),
}


def main() -> None:
    server = grpc.server(futures.ThreadPoolExecutor(4))
    handler = grpc.method_handlers_generic_handler("test.Service", METHODS)
    server.add_generic_rpc_handlers((handler,))
    if sys.argv[1] == "-":
        port = server.add_insecure_port("127.0.0.1:0")
    else:
        leaf = Path(sys.argv[1]).read_bytes()
        credentials = grpc.ssl_server_credentials([(leaf, leaf)])
        port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop(None)


if __name__ == "__main__":
    main()
