"""What the end-to-end tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ballot_server.cli.main import main
from tests.support.browser import LocalBrowser, open_browser
from tests.support.rehearsals import Rehearsal, SmallBoard, rehearse_sample, rehearse_small_board
from tests.support.verifying import Verify


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """The rehearsal of the sample meeting."""
    return rehearse_sample(tmp_path_factory)


@pytest.fixture(scope="session")
def small_board(tmp_path_factory: pytest.TempPathFactory) -> SmallBoard:
    """A board of three voters and one contest."""
    return rehearse_small_board(tmp_path_factory)


@pytest.fixture(scope="module")
def browser() -> Iterator[LocalBrowser]:
    """A browser of this module's own."""
    with open_browser() as opened:
        yield opened


@pytest.fixture
def verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Verify:
    """Return a function that gives status, output and errors of `phieukin verify` for an archive."""

    def run(archive: bytes, *options: str) -> tuple[int, str, str]:
        path = tmp_path / "archive.jsonl"
        path.write_bytes(archive)
        status = main(["verify", str(path), *options])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run
