"""Text as a spreadsheet's cell may hold it: never a formula, never a character that hides or reorders others.

A cell that a spreadsheet might run as a formula begins with an apostrophe, as spreadsheets themselves mark text.
Source: OWASP ASVS 1.2.10; RFC 4180.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_CELL = 32_000
"""Characters of a cell; spreadsheets take 32,767 and refuse the file beyond."""

REPLACEMENT = "□"
ELLIPSIS = "…"

# Full-width signs too: some spreadsheets take them for the plain ones.
_DANGEROUS = re.compile("'*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n\0]")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def neutralise(text: str) -> str:
    """Return text that no spreadsheet runs: with an apostrophe before it, where it begins as a formula may."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def make_sheet_text(text: str) -> str:
    """Return any text as one cell may hold it: NFC, single spaces, hidden characters replaced, cut and neutralised."""
    normal = " ".join(unicodedata.normalize("NFC", text).split())
    seen = "".join(REPLACEMENT if unicodedata.category(each) in _HIDDEN_CATEGORIES else each for each in normal)
    if len(seen) > LONGEST_CELL:
        seen = seen[: LONGEST_CELL - 1] + ELLIPSIS
    return neutralise(seen)
