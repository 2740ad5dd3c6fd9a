"""What a trustee's device must not forget: its share, the answers it gave, and that it destroyed the share.

The share lives here and nowhere else; there is no copy on paper, because a restored device would have forgotten what it
answered. Every write is durable when the call returns.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Protocol


class TrusteeStorage(Protocol):
    """Durable memory of one trustee in one ceremony; every method may raise OSError."""

    def load_holding(self) -> bytes | None:
        """Return what `save_holding` stored, None if there is nothing or it is destroyed."""

    def save_holding(self, holding: bytes) -> None:
        """Store the encoded holding, which has the share, durably and for its owner only."""

    def find_answer(self, election: str) -> bytes | None:
        """Return the answer recorded for an election."""

    def record_answer(self, election: str, answer: bytes) -> None:
        """Store the first answer for an election durably. Raises: FileExistsError if there is one already."""

    def load_destroyed(self) -> bytes | None:
        """Return the statement that `destroy_holding` stored."""

    def destroy_holding(self, statement: bytes) -> None:
        """Store the signed statement durably, then erase the holding for good. Answers stay."""


class MemoryTrusteeStorage:
    """A storage that lasts as long as the program: for rehearsals and tests."""

    def __init__(self) -> None:
        self._holding: bytes | None = None
        self._destroyed: bytes | None = None
        self._answers: dict[str, bytes] = {}

    def load_holding(self) -> bytes | None:
        """Return the holding."""
        return self._holding

    def save_holding(self, holding: bytes) -> None:
        """Keep the holding."""
        self._holding = holding

    def find_answer(self, election: str) -> bytes | None:
        """Return the answer recorded for an election."""
        return self._answers.get(election)

    def record_answer(self, election: str, answer: bytes) -> None:
        """Keep the first answer for an election. Raises: FileExistsError if there is one already."""
        if election in self._answers:
            raise FileExistsError(election)
        self._answers[election] = answer

    def load_destroyed(self) -> bytes | None:
        """Return the statement of destruction."""
        return self._destroyed

    def destroy_holding(self, statement: bytes) -> None:
        """Keep the statement and drop the holding."""
        self._destroyed = statement
        self._holding = None


class FileTrusteeStorage:
    """A folder of the trustee's own, files readable by their owner only, each flushed to the disk before use.

    Erasing overwrites the file first; on a flash disk that may leave a copy in spare blocks, which is why a holding
    should lie on an encrypted disk.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load_holding(self) -> bytes | None:
        """Return the holding; one that outlived its destruction (a power cut) is erased now."""
        if self.load_destroyed() is not None:
            self._erase_holding()
        return self._read("holding.json")

    def save_holding(self, holding: bytes) -> None:
        """Write the holding. Raises: FileExistsError if there is one already."""
        self._create("holding.json", holding)

    def find_answer(self, election: str) -> bytes | None:
        """Return the answer recorded for an election; a half-written one comes back as it is, and fits nothing."""
        return self._read(_name_answer(election))

    def record_answer(self, election: str, answer: bytes) -> None:
        """Write the first answer for an election. Raises: FileExistsError if there is one already."""
        self._create(_name_answer(election), answer)

    def load_destroyed(self) -> bytes | None:
        """Return the statement of destruction."""
        return self._read("destroyed.json")

    def destroy_holding(self, statement: bytes) -> None:
        """Write the statement, then overwrite and remove the holding."""
        self._create("destroyed.json", statement)
        self._erase_holding()

    def _read(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def _create(self, name: str, data: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / name
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            self._flush_folder()
        except OSError:
            # Nothing was promised yet, so a full disk must not leave half an answer that blocks the next attempt.
            path.unlink(missing_ok=True)
            raise

    def _erase_holding(self) -> None:
        path = self._folder / "holding.json"
        if not path.exists():
            return
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        self._flush_folder()

    def _flush_folder(self) -> None:
        # Windows cannot open a folder; there the file system orders the entry itself.
        if sys.platform != "win32":
            descriptor = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _name_answer(election: str) -> str:
    # Hashed, so that no election id is ever part of a path.
    return f"answer-{hashlib.sha256(election.encode()).hexdigest()}"
