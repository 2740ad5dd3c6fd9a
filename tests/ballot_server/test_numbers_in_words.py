"""Numbers in Vietnamese words."""

from __future__ import annotations

import unicodedata

import pytest

from ballot_server.minutes.numbers_in_words import LARGEST_NUMBER, read_number

VALUES = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7,
    "tám": 8, "chín": 9,
}  # fmt: skip


def understand(words: str) -> int:
    """Return the number that words say: an independent reading, by place words from left to right."""
    total, group, digit = 0, 0, 0
    for word in words.split():
        if word == "nghìn":
            total, group, digit = (group + digit) * 1000, 0, 0
        elif word == "trăm":
            group, digit = digit * 100, 0
        elif word == "mươi":
            group, digit = group + digit * 10, 0
        elif word == "mười":
            group += 10
        elif word != "linh":
            digit = VALUES[word]
    return total + group + digit


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (1, "một"),
        (4, "bốn"),
        (5, "năm"),
        (9, "chín"),
        (10, "mười"),
        (11, "mười một"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (19, "mười chín"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (31, "ba mươi mốt"),
        (45, "bốn mươi lăm"),
        (54, "năm mươi tư"),
        (55, "năm mươi lăm"),
        (99, "chín mươi chín"),
        (100, "một trăm"),
        (101, "một trăm linh một"),
        (104, "một trăm linh tư"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (111, "một trăm mười một"),
        (115, "một trăm mười lăm"),
        (121, "một trăm hai mươi mốt"),
        (500, "năm trăm"),
        (999, "chín trăm chín mươi chín"),
        (1000, "một nghìn"),
        (1005, "một nghìn không trăm linh năm"),
        (1010, "một nghìn không trăm mười"),
        (1100, "một nghìn một trăm"),
        (2024, "hai nghìn không trăm hai mươi tư"),
        (15_015, "mười lăm nghìn không trăm mười lăm"),
        (21_021, "hai mươi mốt nghìn không trăm hai mươi mốt"),
        (100_000, "một trăm nghìn"),
        (105_001, "một trăm linh năm nghìn không trăm linh một"),
        (999_999, "chín trăm chín mươi chín nghìn chín trăm chín mươi chín"),
    ],
)
def test_read_number_gives_the_schoolbook_words(number: int, words: str) -> None:
    assert read_number(number) == words


def test_read_number_is_understood_as_itself_for_every_number_to_9999_and_a_sample_above() -> None:
    numbers = [*range(10_000), *range(10_000, LARGEST_NUMBER + 1, 97), LARGEST_NUMBER]
    assert [understand(read_number(number)) for number in numbers] == numbers


def test_read_number_never_says_one_thing_for_two_numbers_below_10000() -> None:
    assert len({read_number(number) for number in range(10_000)}) == 10_000


def test_read_number_returns_composed_letters() -> None:
    words = " ".join(read_number(number) for number in range(1000))
    assert unicodedata.is_normalized("NFC", words)


@pytest.mark.parametrize("number", [-1, LARGEST_NUMBER + 1])
def test_read_number_refuses_a_number_out_of_range(number: int) -> None:
    with pytest.raises(ValueError, match="can be read"):
        read_number(number)
