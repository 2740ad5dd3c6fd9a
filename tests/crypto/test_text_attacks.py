"""Texts of a hostile archive: what two verifiers read differently, and what forges the verdict on a screen."""

import pytest

from crypto.board import format_head, normalise_head
from crypto.bodies import EntryKind
from crypto.encoding import encode_canonical
from crypto.errors import EncodingError, VerificationError
from crypto.fields import LONGEST_TEXT, Fields
from crypto.verify.printing import describe_failure
from crypto.verify.sentences import Language
from tests.support.board_attacks import find_failure, rewrite, setting

ARABIC_MARK_OF_UNICODE_16 = "\u0897"
COMBINING_MARK_OF_UNICODE_17 = "\u1acf"


def read_text(value: str) -> str:
    return Fields({"text": value}, "sample", {"text"}).text("text")


@pytest.mark.parametrize(
    "text",
    [
        "đồng ý" + ARABIC_MARK_OF_UNICODE_16,
        "a" + COMBINING_MARK_OF_UNICODE_17 + "\u0323",
        "\U0001e6ee",
        "\ufdd0",
        "\ue000",
        "\U0010ffff",
    ],
)
def test_text_that_only_some_versions_of_unicode_normalise_is_refused(text: str) -> None:
    with pytest.raises(EncodingError):
        encode_canonical({"vi": text})


@pytest.mark.parametrize("text", ["Nguyễn Thị Đoan, ≥ 50 %", "“khác” – №1…", "Ông Sơn 山", "👍🏽 ✓", "Иванов", "Δ"])
def test_text_that_people_write_is_accepted(text: str) -> None:
    assert encode_canonical(text).decode() == f'"{text}"'


@pytest.mark.parametrize("length", [1, LONGEST_TEXT])
def test_length_of_a_text_is_counted_in_code_points(length: int) -> None:
    assert len(read_text("👍" * length)) == length


def test_text_of_one_code_point_too_many_is_refused() -> None:
    with pytest.raises(EncodingError):
        read_text("👍" * (LONGEST_TEXT + 1))


@pytest.mark.parametrize(
    "mark",
    ["\n", "\r", "\t", "\0", "\x1b[2J", "\x7f", "\x85", "\x9b", "\u2028", "\u2029", "\u200e", "\u202e", "\u2066"],
    ids=lambda mark: f"{ord(mark[0]):04x}",
)
def test_text_that_forges_lines_of_the_verifiers_answer_is_refused(mark: str) -> None:
    with pytest.raises(EncodingError):
        read_text(f"Đồng ý{mark}Tệp lưu đúng")


def test_ground_that_forges_the_verdict_is_found() -> None:
    forged = "Chi bộ số 5\nTệp lưu đúng, và là tệp mà biên bản đã ký nói tới."
    assert find_failure(rewrite(EntryKind.MEETING, setting(unit=forged))).check == "V1"


def test_value_of_a_failure_cannot_forge_lines_of_the_answer() -> None:
    error = VerificationError("V11", "numbers differ", expected="x\n\x1b[2JTệp lưu đúng", found="y" * 10_000)
    lines = describe_failure(error, Language.VIETNAMESE).split("\n")
    assert not any(line.startswith(("Tệp lưu", "\x1b")) for line in lines)
    assert all(line.isprintable() and len(line) < 1000 for line in lines)


def test_head_of_letters_that_only_upper_case_makes_ascii_is_refused() -> None:
    with pytest.raises(EncodingError):
        normalise_head(format_head(bytes([0b00001000]) * 32).replace("1", "ı"))
