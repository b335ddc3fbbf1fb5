"""The public hosts that suites ask, on this machine, and the proxy that knows them.

``python origin.py AUTHORITY`` writes its certificate authority there, prints the
proxy's port, and serves until its standard input ends. Its environment has httpbin and
trustme, and tests/ on its path.
"""

import base64
import http
import json
import os
import ssl
import sys
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

import trustme
from httpbin import app as httpbin
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from cli.corporate import Gateway, HttpProxy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@Request.application
def echo(request: Request) -> Response:
    """Answer as the echo server that bent's suite asks: what the query describes, or
    the request itself."""
    if request.path == "/src/info.js":
        sent = request.get_data()
        told = {"method": request.method, "url": request.path}
        told["base64"] = base64.b64encode(sent).decode()
        headers = {name.lower(): value for name, value in request.headers.items()}
        return _json({**told, "headers": headers})
    asked = request.args
    body = asked.get("body", "").encode()
    if "base64" in asked:
        body = base64.b64decode(asked["base64"])
    status = http.HTTPStatus(int(asked.get("statusCode", 200)))
    answer = Response(body, f"{status} {status.phrase}")
    for line in filter(None, asked.get("headers", "").split(",")):
        name, _, value = line.partition(":")
        answer.headers[name] = value
    return answer


def _json(value: object) -> Response:
    return Response(json.dumps(value), content_type="application/json")


def chunked(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
    """Answer as httpbin, which takes chunked bodies from no other server by name."""
    return httpbin(environ | {"SERVER_SOFTWARE": "gunicorn/23"}, start)


@Request.application
def google(_: Request) -> Response:
    return Response("a page", content_type="text/html; charset=ISO-8859-1")


#: By name of host: who answers in its place.
HOSTS = {
    "httpbin.org": chunked,
    "www.google.com": google,
    "echo-server.mikeal.now.sh": echo,
}


def main() -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(sys.argv[1])
    proxy = Gateway(HttpProxy)
    for host, app in HOSTS.items():
        secure = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(host).configure_cert(secure)
        for port, context in ((80, None), (443, secure)):
            server = make_server(
                "127.0.0.1", 0, app, threaded=True, ssl_context=context
            )
            proxy.known[f"{host}:{port}"] = server.server_port
            threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    sys.stdout.write(f"{proxy.server_address[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


main()
