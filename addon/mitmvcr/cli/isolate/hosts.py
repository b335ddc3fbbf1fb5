"""The names of ``/etc/hosts`` for programs that know of no proxy.

They are looked up in no network, so a program would go to their real addresses, which
lead nowhere within. There, each of them has an address as a name server's names have.
"""

import ipaddress
from collections.abc import Collection
from pathlib import Path

from mitmvcr.cli.isolate.diverted import Names

HOSTS = Path("/etc/hosts")


def hosts_within(text: str, names: Names, kept: Collection[str]) -> str:
    """Return the file's text as the namespace has it, with addresses of ``names``.
    What ``kept`` holds, names in small letters and addresses, stays as it is."""
    lines, moved = [], dict[str, str]()
    for line in text.splitlines():
        address, *named = line.partition("#")[0].split() or [""]
        if address in kept or not _is_elsewhere(address):
            lines.append(line)
            continue
        stay = [name for name in named if name.lower() in kept]
        lines += [f"{address} {' '.join(stay)}"] if stay else []
        for name in named:
            given = None if name in stay else names.address_of(name.lower())
            if given is not None:
                moved[name] = given
    lines += [f"{address} {name}" for name, address in moved.items()]
    return "".join(f"{line}\n" for line in lines)


def _is_elsewhere(address: str) -> bool:
    """Return whether it is another machine's: 0.0.0.0 is nobody's."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    within = parsed.is_loopback or parsed.is_unspecified
    return not (within or parsed.is_multicast or parsed.is_reserved)
