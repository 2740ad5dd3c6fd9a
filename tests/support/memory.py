"""What running processes have in their memory, and the forms in which a secret could lie there or in a file."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_PROCESSES = Path("/proc")
_PART_BYTES = 1 << 24
_LIMB_BITS = 30
"""Python keeps large integers in parts of so many bits, each in four bytes."""


def list_descendants(pid: int) -> list[int]:
    """Return the processes that a process started, directly or not."""
    parents: dict[int, int] = {}
    for folder in _PROCESSES.iterdir():
        if folder.name.isdigit():
            try:
                # The name in brackets may hold anything; the parent is the second field after it.
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found = [pid]
    for ancestor in found:
        found += [child for child, parent in parents.items() if parent == ancestor]
    return found[1:]


def list_servers(application: str) -> list[int]:
    """Return the processes of one of our applications that this process started."""
    return [pid for pid in list_descendants(os.getpid()) if _is_server(pid, application)]


def read_memory(pid: int) -> Iterator[bytes]:
    """Yield everything that a process can read and write, in parts that overlap a little."""
    lines = (_PROCESSES / str(pid) / "maps").read_text().splitlines()
    with (_PROCESSES / str(pid) / "mem").open("rb", buffering=0) as memory:
        for line in lines:
            span, permissions, *_ = line.split()
            if not permissions.startswith("rw") or "[v" in line:
                continue
            start, end = (int(bound, 16) for bound in span.split("-"))
            for place in range(start, end, _PART_BYTES):
                memory.seek(place)
                try:
                    yield memory.read(min(_PART_BYTES + 256, end - place))
                except OSError:
                    # A page that was given back since the list was made.
                    continue


def list_forms(secret: bytes) -> list[bytes]:
    """Return a secret of 32 bytes as it could be written: plain, hexadecimal, base64 at each place, or as a number."""
    forms = []
    for value in (secret, secret[::-1]):
        digits = base64.b16encode(value)
        number = int.from_bytes(value, "little")
        limbs = []
        rest = number
        while rest:
            limbs.append(rest & ((1 << _LIMB_BITS) - 1))
            rest >>= _LIMB_BITS
        forms += [
            value,
            digits,
            digits.lower(),
            str(number).encode(),
            b"".join(limb.to_bytes(4, "little") for limb in limbs),
            *_write_base64(value),
            *_write_base64(digits.lower()),
        ]
    return forms


def find_forms(secret: bytes, haystacks: Iterable[bytes]) -> list[bytes]:
    """Return the forms of a secret that are anywhere in these bytes."""
    forms = list_forms(secret)
    found: set[bytes] = set()
    for haystack in haystacks:
        found.update(form for form in forms if form in haystack)
    return sorted(found)


def _write_base64(value: bytes) -> list[bytes]:
    """Return what every base64 has in common that holds a value, wherever it begins."""
    written = []
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + value)
        # What stands before and after the value changes the first and the last characters.
        core = text[4 if shift else 0 : -4]
        written += [core, core.translate(bytes.maketrans(b"+/", b"-_"))]
    return written


def _is_server(pid: int, application: str) -> bool:
    try:
        command = (_PROCESSES / str(pid) / "cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return b"ballot_server.web.server" in command and application.encode() in command
