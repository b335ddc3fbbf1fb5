"""The network within a new namespace: loopback, an address, and routes to a dead end.

There is no ``ip`` everywhere, so these are the ioctls that it had before netlink, and
calls of Linux that Python has only from 3.12 on, or not at all. Each raises OSError.
"""

import ctypes
import fcntl
import functools
import ipaddress
import os
import socket
import struct
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

_MS_BIND, _MS_REC, _MS_SLAVE, _MNT_DETACH = 0x1000, 0x4000, 0x80000, 2


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(name: str, result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    _checked("unshare", _libc().unshare(flags))


def setns(descriptor: int, kind: int) -> None:
    _checked("setns", _libc().setns(descriptor, kind))


def words(error: OSError) -> str:
    """Return what failed, and why."""
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def keep_mounts_to_ourselves() -> None:
    """Keep our mounts from leaving this namespace; mounts from outside still come
    in."""
    flags = ctypes.c_ulong(_MS_REC | _MS_SLAVE)
    _checked("mount", _libc().mount(b"none", b"/", None, flags, None))


def cover(path: str, file: str = os.devnull) -> None:
    """Put a file over it, in the place of one without a name that is over it already,
    as in a run within a run."""
    source, place = os.fsencode(file), os.fsencode(path)
    arguments = source, place, None, ctypes.c_ulong(_MS_BIND), None
    try:
        _checked("mount", _libc().mount(*arguments))
    except FileNotFoundError:
        _checked("umount", _libc().umount2(place, _MNT_DETACH))
        _checked("mount", _libc().mount(*arguments))


#: From TEST-NET-1 and the documentation prefix, which nobody has.
ADDRESS = "192.0.2.1"
ADDRESS6 = "2001:db8::1"

_SIOCADDRT = 0x890B
_SIOCGIFFLAGS, _SIOCSIFFLAGS = 0x8913, 0x8914
_SIOCSIFADDR, _SIOCSIFNETMASK = 0x8916, 0x891C
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x1, 0x1000
_IFF_UP, _RTF_UP = 0x1, 0x1
ETH_P_IP = 0x0800
_SO_ATTACH_FILTER = 26
_IPV6_FREEBIND = 78
_TUNNEL = "mitmvcr0"


def bring_up(device: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        answer = fcntl.ioctl(control, _SIOCGIFFLAGS, _request(device, "H", 0))
        flags = struct.unpack_from("H", answer, 16)[0] | _IFF_UP
        fcntl.ioctl(control, _SIOCSIFFLAGS, _request(device, "H", flags))


def add_address(address: str, number: int = 0) -> None:
    """Make it an address of loopback; IPv4 ones need a ``number`` of their own."""
    if ":" in address:
        _add_address6("lo", address)
        return
    _add_address4(f"lo:{number}", address, "255.255.255.255")


def add_later(control: socket.socket, address: str, number: int) -> None:
    """Do the same with an IPv4 address, from outside, by a socket made within."""
    _set_address4(control, f"lo:later{number}", address, "255.255.255.255")


def take_in_again() -> None:
    """Let what comes from the network itself come in once more."""
    Path("/proc/sys/net/ipv4/conf/lo/accept_local").write_text("1")


def add_range(addresses: ipaddress.IPv4Network) -> None:
    """Make them all addresses of loopback."""
    _add_address4("lo:range", str(addresses[-2]), str(addresses.netmask))


def _add_address4(label: str, address: str, mask: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        _set_address4(control, label, address, mask)


def _set_address4(control: socket.socket, label: str, address: str, mask: str) -> None:
    for call, value in ((_SIOCSIFADDR, address), (_SIOCSIFNETMASK, mask)):
        request = struct.pack("16s16s8x", label.encode(), _sockaddr(value))
        fcntl.ioctl(control, call, request)


def _add_address6(device: str, address: str) -> None:
    packed = ipaddress.IPv6Address(address).packed
    wanted = struct.pack("16sIi", packed, 128, socket.if_nametoindex(device))
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFADDR, wanted)


def listen(address: str, port: int = 0, *, shares: bool = False) -> socket.socket:
    """Listen there. Where each ``shares`` its port, one socket may have all addresses
    and another one of them: what connects to that one is its own."""
    made = _bound(address, port, socket.SOCK_STREAM, shares=shares)
    made.listen(512)
    return made


def name_server(address: str) -> socket.socket:
    return _bound(address, 53, socket.SOCK_DGRAM)


def _bound(
    address: str, port: int, kind: socket.SocketKind, *, shares: bool = False
) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, kind)
    try:
        if family == socket.AF_INET6:  # an address that was just added is not there yet
            made.setsockopt(socket.IPPROTO_IPV6, _IPV6_FREEBIND, 1)
        if shares:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind((address, port))
    except OSError:
        made.close()
        raise
    return made


def tap() -> socket.socket:
    """Send all IPv4 that has nowhere to go to loopback, where nobody takes it, and
    return a socket that sees it. What is sent into that socket arrives."""
    add_address(ADDRESS)
    made = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    program = ctypes.create_string_buffer(_filter())
    size = len(program.raw) // 8
    attached = struct.pack("HP", size, ctypes.addressof(program))
    made.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, attached)
    made.bind(("lo", ETH_P_IP))
    _add_default_route("lo")
    return made


def _add_default_route(device: str) -> None:
    name = ctypes.create_string_buffer(device.encode())
    nowhere = _sockaddr("0.0.0.0")
    # struct rtentry of <linux/route.h>
    wanted = struct.pack(
        "@L16s16s16sHhLPhPLLH",
        *(0, nowhere, nowhere, nowhere, _RTF_UP),
        *(0, 0, 0, 0, ctypes.addressof(name), 0, 0, 0),
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCADDRT, wanted)


def tunnel() -> int:
    """Make a tunnel for IPv6, for which loopback cannot be a default route, and return
    the descriptor of its end. Raise OSError where there is no device."""
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        fcntl.ioctl(end, _TUNSETIFF, _request(_TUNNEL, "H", _IFF_TUN | _IFF_NO_PI))
        bring_up(_TUNNEL)
        _add_address6(_TUNNEL, ADDRESS6)
        _add_default_route6(_TUNNEL)
    except BaseException:
        os.close(end)
        raise
    return end


def _add_default_route6(device: str) -> None:
    nowhere, index = bytes(16), socket.if_nametoindex(device)
    # struct in6_rtmsg of <linux/ipv6_route.h>
    wanted = struct.pack(
        "@16s16s16sIHHILIi",
        *(nowhere, nowhere, nowhere),
        *(0, 0, 0, 1024, 0, _RTF_UP, index),
    )
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCADDRT, wanted)


def _request(device: str, form: str, *values: int) -> bytes:
    return struct.pack(f"16s{form}", device.encode(), *values).ljust(40, b"\0")


def _sockaddr(address: str) -> bytes:
    return struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))


_LOAD, _LOAD_BYTE, _LOAD_BYTE_AT_X, _HEADER_LENGTH = 0x20, 0x30, 0x50, 0xB1
_AND, _IF_EQUAL, _RETURN = 0x54, 0x15, 0x06


def _filter() -> bytes:
    """Return a socket filter for packets to elsewhere, and of TCP only the first of a
    connection: all the rest goes to the proxy and costs nothing."""
    own = int(ipaddress.IPv4Address(ADDRESS))
    accept, drop = 10, 11
    steps = [
        (_LOAD, 0, 0, 16),  # the destination
        (_IF_EQUAL, drop - 2, 0, own),
        (_AND, 0, 0, 0xFF000000),
        (_IF_EQUAL, drop - 4, 0, 0x7F000000),
        (_LOAD_BYTE, 0, 0, 9),  # the protocol
        (_IF_EQUAL, 0, accept - 6, socket.IPPROTO_TCP),
        (_HEADER_LENGTH, 0, 0, 0),
        (_LOAD_BYTE_AT_X, 0, 0, 13),  # the flags
        (_AND, 0, 0, 0x12),
        (_IF_EQUAL, 0, drop - 10, 0x02),  # SYN without ACK
        (_RETURN, 0, 0, 0xFFFF),
        (_RETURN, 0, 0, 0),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
