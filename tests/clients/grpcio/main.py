import sys

import grpc

target = sys.argv[1].removeprefix("https://") + ":443"
with grpc.secure_channel(target, grpc.ssl_channel_credentials()) as channel:
    say = channel.unary_unary("/echo.Echo/Say")
    print(say("wörld".encode(), timeout=60).decode())
