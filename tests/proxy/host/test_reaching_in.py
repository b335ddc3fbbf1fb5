"""Nothing outside ``mitm/host`` reaches into mitmproxy beyond its documentation."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ADDON = Path(__file__).resolve().parents[3] / "addon"
HOST = ADDON / "mitmvcr" / "proxy" / "host"

#: What mitmproxy's addon documentation has, hook arguments included.
DOCUMENTED = {
    "mitmproxy.addonmanager.Loader",
    "mitmproxy.command",
    "mitmproxy.connection",
    "mitmproxy.ctx",
    "mitmproxy.dns",
    "mitmproxy.exceptions",
    "mitmproxy.flow",
    "mitmproxy.flowfilter",
    "mitmproxy.http",
    "mitmproxy.io.FlowReader",  # its example io-read-saved-flows.py
    "mitmproxy.proxy.layer",  # the argument of next_layer
    "mitmproxy.proxy.server_hooks.ServerConnectionHookData",  # of server_connect
    "mitmproxy.tcp",
    "mitmproxy.tls",
    "mitmproxy.types",
}
#: Attributes of mitmproxy's objects that are none of an addon's business.
PRIVATE = {
    "_paused_event_queue",
    "chain",
    "data",
    "deferred",
    "drain_writers",
    "h2_conn",
    "invoke_addon",
    "live",
    "process_deferred",
    "should_exit",
    "stream_buffers",
    "transports",
    "trigger_event",
}


FILES = [each for each in ADDON.rglob("*.py") if not each.is_relative_to(HOST)]


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _reaching_in(source: str) -> list[str]:
    tree = ast.parse(source)
    found = [
        name
        for name in _imported(tree)
        if name.split(".")[0] == "mitmproxy"
        and DOCUMENTED.isdisjoint([name, name.rpartition(".")[0]])
    ]
    return found + [ast.unparse(each) for each in ast.walk(tree) if _is_private(each)]


def _is_private(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        is_set = isinstance(node.ctx, ast.Store)
        named = node.attr in PRIVATE or (is_set and node.attr == "alpn")
        is_master = node.attr == "master" and ast.unparse(node) == "ctx.master"
        return named or is_master
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.startswith("from mitmproxy")  # code for another process
    return False


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_keeps_to_the_documentation(file: Path) -> None:
    found = _reaching_in(file.read_text())
    if not file.is_relative_to(HOST.parent):  # it has no object of mitmproxy's
        found = [each for each in found if each.startswith(("mitmproxy", "from "))]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "import mitmproxy.proxy.server",
        "from mitmproxy.proxy import layers",
        "from mitmproxy.addonmanager import safecall",
        "from mitmproxy import certs",
        "def f(flow):\n    return flow.request.data.content",
        "ctx.master.shutdown()",
        "def f(client):\n    client.alpn = b'h2'",
        "code = 'from mitmproxy.tools.main import mitmdump'",
    ],
)
def test_who_reaches_in_is_found(source: str) -> None:
    assert _reaching_in(source) != []


def test_the_addon_loads_whatever_has_become_of_what_is_private() -> None:
    code = (
        "import sys, mitmvcr.proxy.addon;"
        "print(*(each for each in sys.modules if each.startswith(('mitmproxy.addons',"
        " 'mitmproxy.proxy.layer', 'mitmproxy.proxy.server.', 'mitmproxy.tools'))))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []
