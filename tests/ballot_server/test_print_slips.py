"""Printing: what stands on paper, what is published of it, and that nothing else keeps a secret."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ballot_server.minutes.slips import SlipSheet, render_slips
from ballot_server.services.print_slips import (
    MOST_SLIPS,
    SlipCountError,
    SlipsPrintedAlreadyError,
    print_slips,
)
from ballot_server.storage.errors import MeetingUnknownError, SeriesUnknownError
from ballot_server.storage.repositories import CredentialRepository, SeriesRepository
from crypto.bodies import EntryKind
from crypto.credential import SLOTS, derive_credential
from crypto.encoding import decode_base64
from crypto.errors import EncodingError
from crypto.slip import MeetingCode, parse_slip_fragment
from tests.support.evenings import AGREE, MEETING, Evening, begin_evening, prepare_evening


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with begin_evening(tmp_path) as begun:
        yield begun


def print_with(
    evening: Evening,
    *,
    meeting: str = MEETING,
    series: str = "A",
    count: int = 3,
    address: str = "http://192.168.10.1:8080",
) -> bytes:
    return print_slips(
        evening.database,
        evening.board,
        meeting=MeetingCode(meeting),
        series=series,
        title="Rà soát",
        count=count,
        address=address,
        fingerprint=None,
        key_words=("bàn", "sông"),
        print_sheet=lambda sheet: f"{len(sheet.slips)} slips".encode(),
        random_bytes=evening.random_source.randbytes,
    )


def list_secrets(sheet: SlipSheet) -> list[bytes]:
    """Return every form in which a slip's secret could have been kept."""
    secrets = []
    for slip in sheet.slips:
        fragment = slip.url.partition("#")[2]
        code = parse_slip_fragment(fragment).code
        secrets += [slip.url.encode(), fragment.encode(), slip.code.encode(), slip.code.replace("-", "").encode()]
        secrets += [slip.code.replace("-", " ").encode(), str(code)[:19].encode()]
        for slot in range(SLOTS):
            scalar = derive_credential(code, MEETING, slot).secret
            secrets += [scalar.to_bytes(32, "little"), scalar.to_bytes(32, "big")]
    return secrets


def read_files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_print_returns_the_printed_file_and_counts_the_slips(evening: Evening) -> None:
    assert print_with(evening, count=3) == b"3 slips"
    with evening.database.read() as session:
        stored = SeriesRepository(session).get(MEETING, "A")
    assert (stored.printed, stored.handed_out, stored.left_over) == (3, 0, 3)


def test_print_publishes_a_sorted_list_for_every_slot(evening: Evening) -> None:
    sheet = evening.print_series("A", 4)
    codes = [parse_slip_fragment(slip.url.partition("#")[2]).code for slip in sheet.slips]
    published = evening.list_entries(EntryKind.LIST)
    assert [entry.body["slot"] for entry in published] == list(range(SLOTS))
    for slot, entry in enumerate(published):
        expected = sorted(derive_credential(code, MEETING, slot).public for code in codes)
        assert decode_base64(str(entry.body["credentials"])) == b"".join(expected)
        with evening.database.read() as session:
            assert CredentialRepository(session).list_sorted(MEETING, "A", slot) == tuple(expected)


def test_print_gives_every_slip_a_code_of_its_own(evening: Evening) -> None:
    sheet = evening.print_series("A", 20)
    assert len({slip.code for slip in sheet.slips}) == 20
    assert all(len(slip.url) <= 80 for slip in sheet.slips)


def test_print_refuses_a_second_printing_of_a_series(evening: Evening) -> None:
    print_with(evening)
    before = evening.list_entries()
    with pytest.raises(SlipsPrintedAlreadyError):
        print_with(evening)
    assert evening.list_entries() == before


def test_two_printings_at_once_print_one(evening: Evening) -> None:
    def attempt(_number: int) -> bool:
        try:
            print_with(evening)
        except SlipsPrintedAlreadyError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, range(2))) == [False, True]
    assert len(evening.list_entries(EntryKind.LIST)) == SLOTS


@pytest.mark.parametrize("count", [-1, 0, MOST_SLIPS + 1])
def test_print_refuses_a_number_of_slips_that_nobody_needs(evening: Evening, count: int) -> None:
    with pytest.raises(SlipCountError):
        print_with(evening, count=count)


def test_print_refuses_an_unknown_meeting(evening: Evening) -> None:
    with pytest.raises(MeetingUnknownError):
        print_with(evening, meeting="M0000002")


def test_print_refuses_an_unknown_series(evening: Evening) -> None:
    with pytest.raises(SeriesUnknownError):
        print_with(evening, series="B")


def test_print_refuses_an_address_too_long_for_the_code_and_publishes_nothing(evening: Evening) -> None:
    with pytest.raises(EncodingError):
        print_with(evening, address="http://" + "a" * 60)
    assert evening.list_entries(EntryKind.LIST) == []


def test_printer_that_fails_leaves_the_series_unprinted(evening: Evening) -> None:
    def fail(_sheet: SlipSheet) -> bytes:
        raise RuntimeError("out of paper")

    with pytest.raises(RuntimeError):
        print_slips(
            evening.database,
            evening.board,
            meeting=MEETING,
            series="A",
            title="Rà soát",
            count=3,
            address="http://192.168.10.1:8080",
            fingerprint=None,
            key_words=(),
            print_sheet=fail,
            random_bytes=evening.random_source.randbytes,
        )
    assert evening.list_entries(EntryKind.LIST) == []
    assert print_with(evening) == b"3 slips"


def test_no_file_holds_a_secret_of_a_slip_from_printing_to_the_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    with prepare_evening(tmp_path / "data") as evening:
        sheet = evening.sheets["A"]
        render_slips(sheet)
        secrets = list_secrets(sheet)
        evening.open("s1")
        evening.cast("s1", AGREE, AGREE, AGREE)
        while_open = read_files(tmp_path)
        evening.close("s1")
        evening.tally("s1")
        evening.write_minutes()
        archive = evening.end()
        kept = while_open + read_files(tmp_path) + archive
        listed = bytes(evening.list_voters("s1")[0].public)
    assert listed in kept
    assert not [secret for secret in secrets if secret in kept]


def test_sheet_shows_no_secret_in_its_representation(evening: Evening) -> None:
    sheet = evening.print_series("A", 2)
    shown = repr(sheet)
    assert not [slip for slip in sheet.slips if slip.code in shown or slip.url in shown]
