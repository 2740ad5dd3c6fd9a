"""Meetings that ended long ago, and the order to destroy what is left of their ballots."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from ballot_server.i18n import Language
from ballot_server.minutes.record import MinutesRecord
from ballot_server.services.destroy_archive import destroy_archive, view_doomed
from ballot_server.services.destruction_order import DestructionOrder
from ballot_server.services.installation import Installation
from ballot_server.storage.keeping_records import DestructionRecord
from tests.support.evenings import AGREE, DISAGREE, MEETING, Evening, make_plan, prepare_evening

LAST_DAY = date(2026, 7, 15)
DAY_AFTER = date(2026, 7, 16)
ORDER = DestructionOrder(
    decision_number="12-QĐ/CB",
    decision_on=date(2026, 7, 10),
    deciding_body="Chi ủy Chi bộ 5",
    ground="Hết thời hạn lưu, không có khiếu nại",
    carried_out_by="Lê Quang Vinh",
    witnesses=("Phạm Thị Thu Hà", "Hoàng Đức Long"),
    copies="Không có",
)
FAILING = make_plan("s1", rules="vn-recognition")


@contextmanager
def end_evening(folder: Path, database_url: str | None = None) -> Iterator[Evening]:
    """Yield a meeting whose one vote failed, with minutes, shares destroyed and the board ended."""
    with prepare_evening(folder, (FAILING,), rehearsal=False, floor=3, database_url=database_url) as evening:
        evening.hold("s1", AGREE, AGREE, DISAGREE, DISAGREE, DISAGREE)
        evening.write_minutes(print_nothing)
        evening.end()
        yield evening


def print_nothing(_record: MinutesRecord, _language: Language) -> bytes:
    """Stand for the printing of minutes."""
    return b"minutes"


def destroy(evening: Evening, on: date = DAY_AFTER, order: DestructionOrder = ORDER) -> DestructionRecord:
    """Destroy a meeting's archive as its chair would, who has looked at it."""
    return destroy_in(evening.installation, on, order)


def destroy_in(installation: Installation, on: date = DAY_AFTER, order: DestructionOrder = ORDER) -> DestructionRecord:
    """Destroy the archive that lies in an installation."""
    seen = view_doomed(installation.database, MEETING, on=on, language=Language.VIETNAMESE).digest
    return destroy_archive(
        installation,
        order,
        meeting=MEETING,
        seen=seen,
        ordered_by="Nguyễn Văn Thành",
        confirmed_by="Lê Quang Vinh",
        on=on,
        language=Language.VIETNAMESE,
    )
