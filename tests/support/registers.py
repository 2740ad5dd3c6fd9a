"""A browser of the staff's on an installation whose unit has a roll, and the forms of its registers."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from werkzeug.test import TestResponse

from ballot_server.domain.staff import Role
from ballot_server.services.author import Author
from ballot_server.services.installation import Installation
from tests.support.staff import HandClock, StaffClient, create_staff_client, get_installation, sign_in

NOW = datetime(2026, 1, 15, 5, 0, tzinfo=UTC)
AUTHOR = Author("Trần Thị Thư", NOW)
HEADINGS = "name,card_number,class,exemption,exemption_resolution,exemption_from,exemption_to,suspended,position,note"
ROLL = f"""{HEADINGS}
Nguyễn Văn Thành,00125001,chính thức,,,,,,Bí thư,
Đỗ Thị Ánh,00125002,chính thức,,,,,,,
Trần Thị Lan Hương,00125003,dự bị,,,,,,,
Nguyễn Thị Sâm,00125019,chính thức,age_health,03-NQ/CB,01/03/2022,,,,
Lê Văn An,00125020,chính thức,other,05-QĐ/ĐU,01/07/2025,31/12/2025,,,
"""
BOOK_ONE = {
    "kind": "exemption",
    "reason": "health",
    "paper": "Giấy xác nhận của trạm y tế phường",
    "applied_on": "2025-12-01",
    "resolution_number": "12-NQ/CB",
    "resolution_on": "2025-12-20",
    "starts": "2026-01-01",
    "ends": "",
}
BOOK_TWO = {
    "reason": "maternity",
    "kind": "exemption",
    "paper": "Đơn xin miễn",
    "applied_on": "01/12/2025",
    "resolution_number": "13-NQ/CB",
    "resolution_on": "20/12/2025",
    "deciding_body": "Đảng ủy phường Ngọc Lâm",
    "decision_number": "41-QĐ/ĐU",
    "decision_on": "28/12/2025",
    "starts": "01/01/2026",
    "ends": "30/06/2026",
}


@dataclass
class Registry:
    """A clerk's browser on the registers."""

    clerk: StaffClient
    installation: Installation
    clock: HandClock

    def get(self, path: str = "") -> str:
        """Return a page under the roll that must be there."""
        answer = self.clerk.get(f"/chair/roll{path}")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    def send(self, path: str, **fields: str) -> TestResponse:
        """Send a form under the roll."""
        return self.clerk.post(f"/chair/roll{path}", data=fields)

    def act(self, path: str, **fields: str) -> str:
        """Send a form that must be taken; return where it leads."""
        answer = self.send(path, **fields)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return str(answer.headers["Location"])

    def look_through(self, text: str | bytes, name: str = "danh-sach.csv") -> TestResponse:
        """Send a file to look through."""
        data = text.encode() if isinstance(text, str) else text
        files: Mapping[str, object] = {"roll": (io.BytesIO(data), name)}
        return self.clerk.post("/chair/roll/import", data=files, content_type="multipart/form-data")

    def import_file(self, text: str | bytes, name: str = "danh-sach.csv", **fields: str) -> TestResponse:
        """Look a file through and import it."""
        page = self.look_through(text, name).get_data(as_text=True)
        hidden = {key: page.split(f'name="{key}" value="')[1].split('"')[0] for key in ("digest", "version")}
        return self.send("/import/apply", **hidden, **fields)

    def find(self, query: str) -> str:
        """Return the address, under the roll, of the one member whom a query finds."""
        page = self.get(f"?q={query}")
        found = [part.split('"')[0] for part in page.split('href="/chair/roll/members/')[1:]]
        assert len(found) == 1, found
        return f"/members/{found[0]}"


@contextmanager
def open_registry(folder: Path, *, roll: str = ROLL) -> Iterator[Registry]:
    """Yield a clerk's browser on a new installation with a roll; it is the 15th of January 2026."""
    clock = HandClock(NOW)
    clerk = create_staff_client(folder / "data", clock=clock)
    sign_in(clerk, Role.CLERK)
    installation = get_installation(clerk)
    registry = Registry(clerk, installation, clock)
    if roll:
        assert registry.import_file(roll).status_code == 303
    try:
        yield registry
    finally:
        installation.close()
