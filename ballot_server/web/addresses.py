"""This machine's own addresses on its networks, found without sending a packet."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Callable

_TARGETS = ("192.168.255.254", "10.255.255.254", "172.31.255.254", "203.0.113.1")
_LOOPBACK = "127.0.0.1"
_GET_ADDRESS = 0x8915
"""SIOCGIFADDR of Linux: the IPv4 address of a network interface."""


def find_room_address(connect: Callable[[str], str | None] | None = None) -> str:
    """Return this machine's address as phones in the room see it: a guess.

    connect: returns the own address from which a target would be reached, or None; the system's answer unless given.
    """
    ask = connect or _ask_route
    for target in _TARGETS:
        address = ask(target)
        if address is not None and not address.startswith("127."):
            return address
    return _LOOPBACK


def list_own_addresses() -> tuple[str, ...]:
    """Return the IPv4 addresses under which devices may reach this machine, sorted, the loopback left out."""
    routed = {_ask_route(target) for target in _TARGETS}
    found = {address for address in routed | _ask_interfaces() if address is not None}
    return tuple(sorted(address for address in found if not address.startswith(("127.", "0."))))


def _ask_route(target: str) -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket only asks the routing table.
            probe.connect((target, 9))
            address: str = probe.getsockname()[0]
        except OSError:
            return None
    return address


def _ask_interfaces() -> set[str | None]:
    """Return each interface's address, a hotspot's too, to which no route of another network leads."""
    if sys.platform != "linux":
        return set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return {_ask_interface(probe, name) for _, name in socket.if_nameindex()}


def _ask_interface(probe: socket.socket, name: str) -> str | None:
    from fcntl import ioctl

    try:
        answer = ioctl(probe.fileno(), _GET_ADDRESS, struct.pack("256s", name.encode()[:15]))
    except OSError:
        # The interface has no IPv4 address.
        return None
    return socket.inet_ntoa(answer[20:24])
