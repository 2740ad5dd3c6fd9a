"""The server's key file: made once, read ever after, by whoever starts first."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from ballot_server.services.server_key import KEY_FILE, ServerKeyDamagedError, load_server_seed
from tests.support.crypto_samples import SeededRandom


def test_load_makes_a_key_at_the_first_call_and_keeps_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = load_server_seed(folder, SeededRandom(1))
    assert load_server_seed(folder, SeededRandom(2)) == first == (folder / KEY_FILE).read_bytes()


def test_load_makes_a_file_for_its_owner_alone_in_such_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    load_server_seed(folder, SeededRandom(1))
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_load_leaves_no_second_copy_of_the_key(tmp_path: Path) -> None:
    load_server_seed(tmp_path, SeededRandom(1))
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


@pytest.mark.parametrize("content", [b"", bytes(31), bytes(33)])
def test_load_refuses_a_damaged_file_and_keeps_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(ServerKeyDamagedError):
        load_server_seed(tmp_path, SeededRandom(1))
    assert (tmp_path / KEY_FILE).read_bytes() == content


def test_load_makes_a_key_beside_the_draft_of_a_killed_process(tmp_path: Path) -> None:
    draft = tmp_path / f"server.{os.getpid()}"
    draft.write_bytes(b"half a k")
    load_server_seed(tmp_path, SeededRandom(1))
    assert len((tmp_path / KEY_FILE).read_bytes()) == 32


def test_load_gives_twenty_at_once_the_same_key(tmp_path: Path) -> None:
    barrier = Barrier(20)

    def load(number: int) -> bytes:
        barrier.wait()
        return load_server_seed(tmp_path, SeededRandom(number))

    with ThreadPoolExecutor(20) as pool:
        seeds = set(pool.map(load, range(20)))
    assert seeds == {(tmp_path / KEY_FILE).read_bytes()}
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_load_leaves_nothing_behind_when_the_key_cannot_be_placed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        load_server_seed(tmp_path, SeededRandom(1))
    assert list(tmp_path.iterdir()) == []
