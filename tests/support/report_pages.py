"""The chair's browser on a collection of reports, and five files of which three do not count."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from werkzeug.test import TestResponse

from ballot_server.domain.combined_report import ListedUnit
from ballot_server.domain.staff import Role
from ballot_server.services.installation import Installation
from tests.support.reports import UnitMeeting, build_report, list_unit, write_units
from tests.support.staff import StaffClient, create_staff_client, get_installation, sign_in

UNITS: tuple[ListedUnit, ...] = (list_unit(1), list_unit(2), list_unit(3))
STRANGER = 9
NAMES = ("chi-bo-1", "chi-bo-2", "hong", "la", "trung")


@cache
def list_files() -> dict[str, bytes]:
    """Return five files by name: two that count, a damaged one, a stranger's, and one that doubles the first."""
    first = build_report(UnitMeeting(1, votes=(0, 0, 0, 1)))
    second = build_report(UnitMeeting(2, votes=(0, 1, 1, None), contests=2))
    damaged = bytearray(second)
    # A letter inside the archive's text: the form stays, the signature does not hold any more.
    damaged[len(damaged) // 2] ^= 1
    stranger = build_report(UnitMeeting(STRANGER))
    contents = (first, second, bytes(damaged), stranger, first)
    return {f"{name}.report.json": content for name, content in zip(NAMES, contents, strict=True)}


@dataclass
class Collector:
    """A chair's browser."""

    chair: StaffClient
    installation: Installation

    def begin(self, units: bytes = b"", fields: Mapping[str, str] | None = None) -> TestResponse:
        """Send the form of a new collection."""
        file = io.BytesIO(units or write_units(UNITS)), "UNITS.csv"
        data = {"collection_title": "Quý I", **(fields or {}), "units": file}
        return self.chair.post("/reports", data=data, content_type="multipart/form-data")

    def open(self) -> str:
        """Return the address of a new collection."""
        answer = self.begin()
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return str(answer.headers["Location"])

    def send(self, address: str, files: Sequence[tuple[str, bytes]], *, accept: str = "text/html") -> TestResponse:
        """Send files as a form does, or as the script does with `accept`."""
        data = {"files": [(io.BytesIO(content), name) for name, content in files]}
        return self.chair.post(
            f"{address}/files", data=data, content_type="multipart/form-data", headers={"Accept": accept}
        )

    def get(self, address: str) -> str:
        """Return a page that must be there."""
        answer = self.chair.get(address)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    def list_kept(self) -> set[str]:
        """Return the names of the files in the data folder."""
        folder = self.installation.folder / "reports"
        return {path.name for path in folder.iterdir()} if folder.exists() else set()


@contextmanager
def open_collector(folder: Path) -> Iterator[Collector]:
    """Yield a chair's browser on a new installation."""
    chair = create_staff_client(folder / "data")
    sign_in(chair, Role.CHAIR)
    installation = get_installation(chair)
    try:
        yield Collector(chair, installation)
    finally:
        installation.close()
