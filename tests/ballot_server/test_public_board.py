"""The board that anybody may load: nothing on it tells a count before the chair publishes it."""

from pathlib import Path

from ballot_server.services.voter_view import read_board, read_public_board
from crypto.archive import decode_archive
from crypto.bodies import EntryKind
from tests.support.evenings import AGREE, DISAGREE, MEETING, Evening, make_plan, prepare_evening

TELLING = {EntryKind.PARTIAL_DECRYPTION, EntryKind.TALLY, EntryKind.OUTCOME}


def list_kinds(evening: Evening) -> list[EntryKind]:
    return [entry.kind for entry in decode_archive(read_public_board(evening.database, MEETING))]


def count_unpublished(evening: Evening) -> None:
    evening.open("s1")
    evening.cast("s1", AGREE, DISAGREE, AGREE)
    evening.close("s1")
    evening.tally("s1")


def test_public_board_ends_before_the_first_count_that_is_not_published(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        count_unpublished(evening)
        assert list_kinds(evening)[-1] is EntryKind.AGGREGATE
        assert not TELLING & set(list_kinds(evening))


def test_public_board_is_whole_once_the_count_is_published(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        count_unpublished(evening)
        evening.publish("s1")
        assert read_public_board(evening.database, MEETING) == read_board(evening.database, MEETING)


def test_public_board_keeps_earlier_published_counts(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, (make_plan("s0"), make_plan("s1"))) as evening:
        evening.hold("s0", AGREE, AGREE, AGREE)
        count_unpublished(evening)
        kinds = list_kinds(evening)
        assert kinds.count(EntryKind.OUTCOME) == 1
        assert kinds[-1] is EntryKind.AGGREGATE
