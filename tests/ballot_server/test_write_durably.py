"""Files that must outlive a power cut: their content and their name, and nothing beside them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from ballot_server.services.durable_file import write_durably


def test_folder_is_synchronised_after_the_file_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, synchronise = tmp_path / "minutes.pdf", os.fsync
    seen: list[tuple[bool, bool]] = []

    def watch(descriptor: int) -> None:
        seen.append((os.path.samestat(os.fstat(descriptor), tmp_path.stat()), path.exists()))
        synchronise(descriptor)

    monkeypatch.setattr(os, "fsync", watch)
    write_durably(path, b"minutes", mode=0o600)
    assert seen == [(False, False), (True, True)]


def test_full_disk_leaves_neither_the_file_nor_its_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write_durably(tmp_path / "minutes.pdf", b"minutes", mode=0o600)
    assert list(tmp_path.iterdir()) == []


def test_threads_that_write_one_file_at_once_disturb_each_other_not(tmp_path: Path) -> None:
    path, content, barrier = tmp_path / "minutes.pdf", bytes(200_000), Barrier(8)

    def write() -> None:
        barrier.wait()
        write_durably(path, content, mode=0o600)

    with ThreadPoolExecutor(8) as pool:
        for written in [pool.submit(write) for _ in range(8)]:
            written.result()
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {path.name: content}
