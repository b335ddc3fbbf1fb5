"""What is hardly ever needed is imported when it is, and does then what it does."""

import subprocess
import sys

import pytest

from patience import PATIENCE

NEEDED = """
import sys
from mitmvcr.proxy.postponed import postpone
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
