"""Rehearsals that several tests look at, each held once a test run however many processes share the work."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ballot_server.i18n import Language
from ballot_server.rehearsal.casting import start_workers
from ballot_server.rehearsal.plans import load_scenario
from ballot_server.rehearsal.run import rehearse
from ballot_server.services.installation import DATABASE_FILE
from ballot_server.services.server_key import KEY_FILE
from crypto.archive import decode_archive
from crypto.board import Entry
from crypto.bodies import EntryKind
from crypto.signing import SigningSeed
from tests.support.command_line import SAMPLE, run_phieukin
from tests.support.scenario_files import ScenarioElectionText, write_scenario

EVERY_VOTE = Path(__file__).parents[1] / "e2e" / "every_vote"

_STATUS, _OUTPUT, _ERRORS = "status", "output", "errors"


@dataclass(frozen=True)
class Rehearsal:
    """What `phieukin rehearse` printed, how it ended, and the folder that it wrote."""

    out: Path
    status: int
    output: str
    errors: str

    @property
    def archive(self) -> bytes:
        """The archive as a file."""
        return (self.out / "archive.jsonl").read_bytes()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of the archive."""
        return decode_archive(self.archive)

    def list_entries(self, kind: EntryKind) -> list[Entry]:
        """Return the entries of one kind, in order."""
        return [entry for entry in self.entries if entry.kind is kind]

    @property
    def result(self) -> dict[str, Any]:
        """What `result.json` says."""
        read: dict[str, Any] = json.loads((self.out / "result.json").read_text(encoding="utf-8"))
        return read


@dataclass(frozen=True)
class SmallBoard:
    """The archive of a rehearsal with three voters and one contest, its head, and the server's own key."""

    archive: bytes
    head: bytes
    seed: SigningSeed


def rehearse_sample(factory: pytest.TempPathFactory) -> Rehearsal:
    """Return the rehearsal of the sample meeting by the installed command."""

    def hold(folder: Path) -> None:
        finished = run_phieukin("rehearse", SAMPLE / "meeting.toml", "--out", folder / "out")
        (folder / _STATUS).write_text(str(finished.status))
        (folder / _OUTPUT).write_text(finished.output, encoding="utf-8")
        (folder / _ERRORS).write_text(finished.errors, encoding="utf-8")

    folder = make_once(factory, "sample", hold)
    return Rehearsal(
        out=folder / "out",
        status=int((folder / _STATUS).read_text()),
        output=(folder / _OUTPUT).read_text(encoding="utf-8"),
        errors=(folder / _ERRORS).read_text(encoding="utf-8"),
    )


def rehearse_every_vote(factory: pytest.TempPathFactory) -> Rehearsal:
    """Return the rehearsal of one election of every installed kind by the installed command."""

    def hold(folder: Path) -> None:
        finished = run_phieukin("rehearse", EVERY_VOTE / "meeting.toml", "--out", folder / "out")
        (folder / _ERRORS).write_text(finished.errors if finished.status else "", encoding="utf-8")

    folder = make_once(factory, "every-vote", hold)
    errors = (folder / _ERRORS).read_text(encoding="utf-8")
    return Rehearsal(out=folder / "out", status=1 if errors else 0, output="", errors=errors)


def rehearse_small_board(factory: pytest.TempPathFactory) -> SmallBoard:
    """Return the board of a rehearsal whose server key the test keeps, as a dishonest server would."""

    def hold(folder: Path) -> None:
        election = ScenarioElectionText("s1", [{"agree": 2, "disagree": 1, "blank": 0}])
        scenario = load_scenario(write_scenario(folder, [election], present=3))
        data_folder = folder / "data"
        with start_workers(3, 2) as workers:
            rehearsed = rehearse(
                scenario,
                data_folder=data_folder,
                workers=workers,
                language=Language.VIETNAMESE,
                on_progress=lambda _stage, _done, _total: None,
            )
        (folder / "archive.jsonl").write_bytes(rehearsed.archive)
        (folder / "head").write_bytes(rehearsed.head)
        (data_folder / DATABASE_FILE).unlink()

    folder = make_once(factory, "small-board", hold)
    return SmallBoard(
        archive=(folder / "archive.jsonl").read_bytes(),
        head=(folder / "head").read_bytes(),
        seed=SigningSeed((folder / "data" / KEY_FILE).read_bytes()),
    )


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that one of the run's processes has made; the others wait for it."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder = root / f"shared-{name}"
    is_made = root / f"shared-{name}.made"
    with (root / f"shared-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_made.exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            is_made.touch()
    return folder
