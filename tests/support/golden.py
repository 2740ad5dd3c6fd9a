"""Golden texts: what minutes say, page by page and line by line, kept in files that people have read.

`python -m tests.support.golden` writes the files anew, all or those named; then read every line of the difference
before it is committed, against RULES and not against the program.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pymupdf

from ballot_server.minutes.render_minutes import render_minutes
from tests.support.golden_meetings import GOLDENS
from tests.support.staged_meetings import record_staged

FOLDER = Path(__file__).parents[1] / "golden" / "minutes"


@dataclass(frozen=True)
class _Word:
    """A word where it stands on the page, in points from the left and the top."""

    left: float
    middle: float
    text: str


@cache
def render_golden(name: str) -> bytes:
    """Return the PDF of the minutes of a golden meeting."""
    golden = GOLDENS[name]
    return render_minutes(record_staged(golden.meeting, golden.language), golden.language)


def read_lines(pdf: bytes) -> str:
    """Return the text of a PDF: each page under its number, each printed line as one, one blank between words.

    What is turned stands in no line and comes last on its page.
    """
    pages = []
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        for number, page in enumerate(document, 1):
            pages.append("\n".join([f"--- {number} ---", *_list_lines(page)]))
    return "\n".join(pages) + "\n"


def _list_lines(page: pymupdf.Page) -> list[str]:
    words, turned = [], []
    for block in page.get_text("dict")["blocks"]:
        for line in block.get("lines", ()):
            text = " ".join("".join(span["text"] for span in line["spans"]).split())
            left, top, _, bottom = line["bbox"]
            if line["dir"] != (1.0, 0.0):
                turned.append(f"[{text}]")
            elif text:
                words.append(_Word(left, (top + bottom) / 2, text))
    return [*_join_lines(words), *turned]


def _join_lines(words: Sequence[_Word]) -> list[str]:
    """Return pieces as printed lines: those whose middles are within two points of each other stand in one."""
    lines: list[list[_Word]] = []
    for word in sorted(words, key=lambda each: (each.middle, each.left)):
        if lines and word.middle - lines[-1][0].middle < 2:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [" ".join(word.text for word in sorted(line, key=lambda each: each.left)) for line in lines]


def main(names: Sequence[str]) -> None:
    """Write the golden texts of these names, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or GOLDENS:
        (FOLDER / f"{name}.txt").write_text(read_lines(render_golden(name)), encoding="utf-8")
    if not names:
        for path in FOLDER.glob("*.txt"):
            if path.stem not in GOLDENS:
                path.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
