"""Files of the data folder that are there whole or not at all, and that no power cut takes away."""

from __future__ import annotations

import os
from pathlib import Path
from threading import get_ident


def write_durably(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file whole or not at all, its permissions set before its content; then no power cut takes it away."""
    # Two requests for one meeting's minutes write the same file at once, in threads of one process.
    draft = path.with_name(f"{path.name}.{os.getpid()}-{get_ident()}")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    make_durable(path.parent)


def make_durable(folder: Path) -> None:
    """Make the names in a folder survive a power cut, as their files' content does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
