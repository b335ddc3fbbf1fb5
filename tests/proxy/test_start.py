"""What stands behind a seam is no part of a start."""

import subprocess
import sys

#: A miss, secrets, files of options, cassettes of others and XML: few runs meet them.
SEAMS = {
    "mitmvcr.format.yamlreader",
    "mitmvcr.miss.explain",
    "mitmvcr.miss.masking",
    "mitmvcr.secrets.redactor",
    "mitmvcr.store.remote",
    "jsonpath",
    "tomllib",
    "xml.etree.ElementTree",
    "yaml",
}


def test_the_addon_is_imported_without_what_stands_behind_a_seam() -> None:
    code = "import sys, mitmproxy.tools.dump; own = {*sys.modules};"
    code += "import mitmvcr.proxy.script; print('\\n'.join({*sys.modules} - own))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    found = set(done.stdout.split())
    assert "mitmvcr.proxy.addon" in found
    assert found & SEAMS == set()


def test_a_run_is_begun_without_what_stands_behind_a_seam() -> None:
    code = "import sys, mitmvcr.cli.commands.run; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    found = set(done.stdout.split())
    assert "mitmvcr.cli.child.frozen" in found
    assert found & (SEAMS | {"mitmproxy"}) == set()


def test_clients_that_come_need_no_module_that_is_not_there() -> None:
    """So many may come at once that no file is left to read one from: each of them was
    answered with a traceback."""
    code = (
        "import sys, mitmproxy.addons, mitmproxy.tools.dump\n"
        "from mitmproxy.connection import Client\n"
        "from mitmvcr.proxy.addon import VcrAddon\n"
        "addon = VcrAddon()\n"
        "own = {*sys.modules}\n"
        "place = '127.0.0.1', 1\n"
        "client = Client(peername=place, sockname=place, timestamp_start=0)\n"
        "addon.connections.client_connected(client)\n"
        "print(*{*sys.modules} - own)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
