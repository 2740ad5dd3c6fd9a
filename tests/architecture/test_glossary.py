"""The glossary's words are those that the minutes print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ballot_server.i18n import Language, translate

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
ENTRY = re.compile(r"^\| (?P<word>[^|]+) \|[^|]+\| `(?P<key>[\w.]+)` = “(?P<printed>[^”]+)” \|", re.MULTILINE)
ENTRIES = [found.group("word", "key", "printed") for found in ENTRY.finditer(GLOSSARY.read_text(encoding="utf-8"))]
NUMBERS_OF_SLIPS = {
    "printed", "handed_out", "void", "lost", "paper_issued", "issued", "returned", "not_returned", "valid", "invalid",
}  # fmt: skip


@pytest.mark.parametrize(("word", "key", "printed"), ENTRIES)
def test_word_is_the_one_that_the_minutes_print(word: str, key: str, printed: str) -> None:
    assert translate(key, Language.VIETNAMESE) == printed
    first = word.split("(")[0].split()[-1]
    assert first in printed.lower()


def test_every_number_of_slips_and_ballots_is_explained() -> None:
    explained = {key.removeprefix("minutes.print.slips.") for _, key, _ in ENTRIES}
    assert explained >= NUMBERS_OF_SLIPS
