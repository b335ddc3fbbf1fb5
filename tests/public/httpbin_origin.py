"""httpbin on this machine, and the proxy that knows it as ``httpbin.org``.

``python httpbin_origin.py`` prints the proxy's port, and serves until its standard
input ends. Its environment has httpbin, and tests/ on its path.
"""

import os
import sys
import threading

from httpbin import app
from werkzeug.serving import make_server

from cli.corporate import Gateway, HttpProxy

server = make_server("127.0.0.1", 0, app, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
proxy = Gateway(HttpProxy)
proxy.known = {"httpbin.org": server.server_port}
threading.Thread(target=proxy.serve_forever, daemon=True).start()
sys.stdout.write(f"{proxy.server_address[1]}\n")
sys.stdout.flush()
sys.stdin.read()
os._exit(0)
