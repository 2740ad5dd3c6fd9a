"""The folder that a command writes its files to: all of them, or none."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path

from ballot_server.errors import BallotServerError


class OutputUnwritableError(BallotServerError):
    """The output folder cannot be written; fields: path, problem."""


def check_place(out: Path) -> None:
    """Raise OutputUnwritableError before long work whose files would find no place."""
    existing = next(place for place in (out, *out.absolute().parents) if place.exists())
    if not existing.is_dir():
        raise OutputUnwritableError(path=str(out), problem=os.strerror(errno.ENOTDIR))
    if not os.access(existing, os.W_OK | os.X_OK):
        raise OutputUnwritableError(path=str(out), problem=os.strerror(errno.EACCES))


def write_files(out: Path, files: Mapping[str, bytes]) -> None:
    """Write all files beside their places first, then put each in its place. Raises: OutputUnwritableError."""
    drafts: list[tuple[Path, Path]] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            draft = out / f".{name}.draft"
            drafts.append((draft, out / name))
            draft.write_bytes(data)
        for draft, place in drafts:
            draft.replace(place)
    except OSError as error:
        raise OutputUnwritableError(path=str(out), problem=error.strerror or str(error)) from None
    finally:
        for draft, _ in drafts:
            draft.unlink(missing_ok=True)
