"""Whole numbers read aloud in Vietnamese, as minutes write them beside the figures.

One reading of each number, the one of schoolbooks and cheques: *linh* for an empty tens place, *mốt*, *tư* and *lăm*
after *mươi*, *tư* after *linh* too (24 is *hai mươi tư*, 104 *một trăm linh tư*), *nghìn* for thousand. A group of
three digits that follows another one is read whole: 1005 is *một nghìn không trăm linh năm*.
"""

from __future__ import annotations

LARGEST_NUMBER = 999_999

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_UNITS_AFTER_TENS = {1: "mốt", 4: "tư", 5: "lăm"}
_UNITS_AFTER_LINH = {4: "tư"}
_UNITS_AFTER_TEN = {5: "lăm"}


def read_number(number: int) -> str:
    """Return a number in Vietnamese words, in lower case.

    Raises: ValueError below 0 or above `LARGEST_NUMBER`.
    """
    if not 0 <= number <= LARGEST_NUMBER:
        raise ValueError(f"only 0 to {LARGEST_NUMBER} can be read, got {number}")
    thousands, rest = divmod(number, 1000)
    if thousands == 0:
        return _read_below_thousand(rest, is_whole=False)
    words = f"{_read_below_thousand(thousands, is_whole=False)} nghìn"
    return f"{words} {_read_below_thousand(rest, is_whole=True)}" if rest else words


def _read_below_thousand(number: int, *, is_whole: bool) -> str:
    """Return 0 to 999 in words; `is_whole` reads the hundreds place even when it is empty."""
    hundreds, rest = divmod(number, 100)
    if hundreds == 0 and not is_whole:
        return _read_below_hundred(rest)
    words = f"{_DIGITS[hundreds]} trăm"
    if rest == 0:
        return words
    if rest < 10:
        return f"{words} linh {_UNITS_AFTER_LINH.get(rest, _DIGITS[rest])}"
    return f"{words} {_read_below_hundred(rest)}"


def _read_below_hundred(number: int) -> str:
    tens, unit = divmod(number, 10)
    if tens == 0:
        return _DIGITS[unit]
    if tens == 1:
        words, units = "mười", _UNITS_AFTER_TEN
    else:
        words, units = f"{_DIGITS[tens]} mươi", _UNITS_AFTER_TENS
    return f"{words} {units.get(unit, _DIGITS[unit])}" if unit else words
