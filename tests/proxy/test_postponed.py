"""What is hardly ever needed is imported when it is, and does then what it does."""

import subprocess
import sys

import pytest

from patience import PATIENCE

NEEDED = """
import sys
from mitmvcr.proxy.host.late_imports import postpone
if {is_late}:
    import mitmproxy.addons
postpone()
from mitmproxy.addons import onboarding, onboardingapp, proxyauth

def are_there():
    return [name in sys.modules for name in ("flask", "ldap3.core")]

print(are_there())
print(sorted(onboardingapp.app.config)[:0], proxyauth.ldap3.Server("a.test").host)
print(are_there())

site = onboarding.app
site.config["CONFDIR"] = sys.argv[1]
started = []
said = {{"REQUEST_METHOD": "GET", "PATH_INFO": "/", "SERVER_NAME": "mitm.it",
    "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.input": None}}
for _ in range(2):
    page = b"".join(site(said, lambda status, *_: started.append(status)))
print(are_there(), started, b"mitmproxy" in page)
"""


@pytest.mark.parametrize("is_late", [False, True])
def test_it_is_imported_when_it_is_used(tmp_path, is_late):
    code = [sys.executable, "-c", NEEDED.format(is_late=is_late), str(tmp_path)]
    ran = subprocess.run(
        code, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert ran.stdout.splitlines() == [
        f"[{is_late}, {is_late}]",
        "[] a.test",
        f"[{is_late}, True]",
        "[True, True] ['200 OK', '200 OK'] True",
    ]


LATE = """
import asyncio, sys
from mitmvcr.proxy.host.late_imports import postpone
postpone()
import mitmproxy.addons
from mitmproxy import command, master, optmanager, options
from mitmproxy.addons import maplocal, tlsconfig
from mitmproxy.proxy import context, layers
from mitmproxy.proxy.layers.http import Http3Server, QuicStreamEvent
from mitmproxy.test import tflow
from mitmproxy.utils import spec

def tell(name, *values):
    print(name in sys.modules, *values)

async def parsed():
    return master.Master(options.Options()).commands.parse_partial("a b")[0][0].value

tell("pyparsing.core", isinstance(1, QuicStreamEvent))
tell("pyparsing.core", asyncio.run(parsed()))
tell("pyparsing.core", bool(spec.parse_spec("/~u address/x/y")[0](tflow.tflow())))
tell("werkzeug.test")
import werkzeug.wsgi
tell("werkzeug.test", werkzeug.wsgi is sys.modules["werkzeug.wsgi"])
tell("werkzeug.wsgi", werkzeug.wsgi.__spec__.origin is not None)
tell("werkzeug.security", maplocal.safe_join("/a", "../b"))
tell("ruamel.yaml.main")
tell("ruamel.yaml.main", optmanager.parse("a: 1"))
tell("aioquic.quic")
tell("aioquic.tls", tlsconfig.CipherSuite["AES_128_GCM_SHA256"].value)
tell("aioquic.quic", *tlsconfig.H3_ALPN)
its = context.Context(tflow.tclient_conn(), options.Options())
its.client.transport_protocol = "udp"
layer = layers.ClientQuicLayer(its, time=lambda: 0.0)
tell("aioquic.quic", type(layer).__name__, isinstance(layer, layers.ClientQuicLayer))
tell("aioquic.quic", isinstance(layer, QuicStreamEvent))
class Other(Http3Server): pass
tell("aioquic.quic", *[each.__name__ for each in Other.__mro__[1:3]])
tell("aioquic.quic", layers.ClientQuicLayer.handle_event.__name__)
"""


def test_a_name_is_what_it_stands_for():
    """All that a user may do with what was not imported is done, and imports it."""
    ran = subprocess.run(
        [sys.executable, "-c", LATE],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.stdout.splitlines() == [
        "False False",
        "True a",
        "True True",
        "False",
        "True True",
        "True True",
        "True None",
        "False",
        "True {'a': 1}",
        "False",
        "True 4865",
        "True h3",
        "True ClientQuicLayer True",
        "True False",
        "True Http3Server Http3Connection",
        "True handle_event",
    ], ran.stderr
