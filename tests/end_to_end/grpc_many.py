"""Many gRPC calls of real grpcio: ``python grpc_many.py TARGET CA.pem AT_ONCE``.

Reads the calls as JSON, each of messages, metadata, a compression and seconds to wait,
and prints what each came to.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import grpc

METHOD = "/test.Service/Numbered"


def call(channel: grpc.Channel, asked: list[object]) -> list[object]:
    said, metadata, compression, seconds = asked
    doing = channel.stream_stream(METHOD)(
        iter([each.encode() for each in said]),
        metadata=[tuple(pair) for pair in metadata],
        compression=grpc.Compression[compression],
        timeout=seconds,
    )
    came: list[str] = []
    with suppress(grpc.RpcError):  # its status says it
        came.extend(message.decode() for message in doing)
    trailing = dict(doing.trailing_metadata())
    number, missed = trailing.get("x-number"), trailing.get("x-vcr-miss")
    return [came, doing.code().name, doing.details(), number or missed]


def main(target: str, ca: str, at_once: str) -> None:
    calls = json.load(sys.stdin)
    trusted = grpc.ssl_channel_credentials(Path(ca).read_bytes())
    with (
        grpc.secure_channel(target, trusted) as channel,
        ThreadPoolExecutor(int(at_once)) as pool,
    ):
        json.dump([*pool.map(lambda each: call(channel, each), calls)], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
