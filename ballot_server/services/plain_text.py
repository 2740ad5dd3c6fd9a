"""Text that comes from files: one form of it, what it may not hold, and how words are compared and shown.

Text is kept in NFC, so that a name typed in decomposed letters is the same name. Characters that nobody sees are
refused, not dropped: a name that reads backwards on the projector must be mended by the person who knows the name.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_SHOWN = 60

# What a spreadsheet cell may hold between words; it becomes one space.
_BREAKS = frozenset("\t\n\r")
# Control, format (bidi overrides and zero-width characters among them), surrogate, private use, line and paragraph.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_REPLACEMENT = "\ufffd"
_NOT_A_WORD = re.compile(r"[\W_]+")


def normalise_text(text: str) -> str:
    """Return text in NFC with every run of white space as one space and none at the ends."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def find_hidden_character(text: str) -> str | None:
    """Return the first character that nobody sees or that stands for broken text, as ``U+202E``, or None."""
    if text.isprintable() and _REPLACEMENT not in text:
        return None
    for character in text:
        if character not in _BREAKS and _is_hidden(character):
            return f"U+{ord(character):04X}"
    return None


def fold_text(text: str) -> str:
    """Return text for comparing words: no case, no tone marks, đ as d, a space for all but letters and digits."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _NOT_A_WORD.sub(" ", bare).strip()


def fold_card_number(text: str) -> str:
    """Return what spellings of one card number share: spaces and case do not make another number."""
    return "".join(text.split()).casefold()


def show_text(text: str) -> str:
    """Return text as a message may print it: hidden characters by their number, long text cut."""
    cut = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return "".join(f"⟨U+{ord(character):04X}⟩" if _is_hidden(character) else character for character in cut)


def _is_hidden(character: str) -> bool:
    if unicodedata.category(character) in _HIDDEN_CATEGORIES or character == _REPLACEMENT:
        return True
    # The noncharacters: the last two of every plane, and thirty-two in the Arabic block.
    return ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
