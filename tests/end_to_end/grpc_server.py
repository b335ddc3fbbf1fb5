"""A gRPC origin of real grpcio: ``python grpc_server.py LEAF.pem``, ``-`` for no TLS.

Prints its port, and serves until its standard input ends. Messages are bytes: what a
proxy sees of them is no more.
"""

import sys
from collections.abc import Iterable, Iterator
from concurrent import futures
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


METHODS = {
    "Hello": grpc.unary_unary_rpc_method_handler(hello),
    "Count": grpc.unary_stream_rpc_method_handler(count),
    "Fail": grpc.unary_unary_rpc_method_handler(fail),
    "FailLate": grpc.unary_stream_rpc_method_handler(fail_late),
    "Total": grpc.stream_unary_rpc_method_handler(total),
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
