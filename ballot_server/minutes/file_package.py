"""Office files as zip packages that are the same bytes for the same parts: no time, no system, one order."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO

_FIRST_PARTS = ("[Content_Types].xml", "_rels/.rels")
"""They say what the others are, and readers look for them first."""

_NO_TIME = (1980, 1, 1, 0, 0, 0)


def pack_parts(parts: Mapping[str, bytes]) -> bytes:
    """Return a package of parts by name; both of `_FIRST_PARTS` are among them."""
    rest = sorted(parts.keys() - set(_FIRST_PARTS))
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        for name in (*_FIRST_PARTS, *rest):
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.create_system = 0
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, parts[name], compresslevel=9)
    return packed.getvalue()


def unpack_parts(package: bytes) -> dict[str, bytes]:
    """Return the parts of a package that this program has just written, by name."""
    with zipfile.ZipFile(BytesIO(package)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}
