"""mitmproxy as a program: in this process (tools/dump.py, addons/proxyserver.py), or
as one of its own (tools/main.py)."""

from typing import TYPE_CHECKING, Any

from mitmvcr.mitm.host.capabilities import capabilities

if TYPE_CHECKING:
    from mitmproxy.tools.dump import DumpMaster


def make_master(**options: Any) -> "DumpMaster":
    """A mitmdump that prints nothing, with these options. To be called in the event
    loop that it is to run in. Raises CapabilityError."""
    capabilities.require("mitmproxy in process")
    from mitmproxy.options import Options
    from mitmproxy.tools.dump import DumpMaster

    return DumpMaster(Options(**options), with_termlog=False, with_dumper=False)


def listening_port(master: "DumpMaster") -> int | None:
    """The port of its first listener, once there is one."""
    addresses = master.addons.get("proxyserver").listen_addrs()
    return int(addresses[0][1]) if addresses else None


def program(name: str) -> str:
    """Python code that is this program of mitmproxy's: mitmdump, mitmproxy, mitmweb."""
    return f"from mitmproxy.tools.main import {name} as main; main()"
