"""Typst as this program uses it: our templates, our fonts, data as JSON, nothing from the network or the system.

Text reaches the typesetter only as values of one JSON input, never as source text, so nothing in a name can be a
command. Before that every text is made printable. The rule, which the guides and the minutes state:

* text is brought to NFC, and runs of white space become one space;
* a character that Tinos has no glyph for, and every character that is invisible or changes the order in which a line is
  read (controls, zero-width, bidirectional marks and overrides, letters written from right to left, accents that NFC
  leaves apart), is replaced by `REPLACEMENT`, and its code is reported so that the document can list it.
"""

from __future__ import annotations

import json
import struct
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import typst

from ballot_server.errors import BallotServerError
from ballot_server.resources import find_fonts, find_templates

REPLACEMENT = "□"
FONT_FILE = "Tinos_400Regular.ttf"

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_BARRED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Mc"})


class TypesettingError(BallotServerError):
    """The typesetter refused a document; `problem` is its own message."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem=problem)


def typeset(template: str, data: Mapping[str, Json], *, dated: date, has_tags: bool = True) -> bytes:
    """Return the PDF/A-2b of a template under `templates/print` and its data, which has been made printable.

    The same template, data and date give the same bytes. Nothing is written to disk. has_tags: with the structure that
    readers for the blind use, which makes a print of hundreds of pages ten times as large.

    Raises: TypesettingError if the template cannot be set with this data.
    """
    folder = find_templates() / "print"
    try:
        return typst.compile(
            folder / template,
            root=folder,
            font_paths=_load_fonts(find_fonts()),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["a-2b"],
            pdf_tags=has_tags,
            timestamp=datetime(dated.year, dated.month, dated.day, tzinfo=UTC),
        )
    except typst.TypstError as error:
        raise TypesettingError(problem=error.message) from error


def typeset_picture(template: str, data: Mapping[str, Json], *, suffix: Literal["png", "svg"], ppi: int) -> bytes:
    """Return the one page of a template as a picture; the same template and data give the same bytes.

    ppi: pixels an inch, of PNG.

    Raises: TypesettingError if the template cannot be set with this data, or makes more than one page.
    """
    folder = find_templates() / "print"
    try:
        picture = typst.compile(
            folder / template,
            root=folder,
            font_paths=_load_fonts(find_fonts()),
            ignore_system_fonts=True,
            format=suffix,
            ppi=ppi,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    except typst.TypstError as error:
        raise TypesettingError(problem=error.message) from error
    if not isinstance(picture, bytes):
        raise TypesettingError(problem=f"{len(picture)} pages instead of one picture")
    return picture


def make_printable(text: str) -> str:
    """Return a text as it can be printed: NFC, single spaces, and `REPLACEMENT` for what must not or cannot be."""
    normal = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(character if is_printable(character) else REPLACEMENT for character in normal)


def make_tree_printable(tree: Json) -> Json:
    """Return a JSON tree with every text in it made printable."""
    if isinstance(tree, str):
        return make_printable(tree)
    if isinstance(tree, list):
        return [make_tree_printable(branch) for branch in tree]
    if isinstance(tree, dict):
        return {key: make_tree_printable(branch) for key, branch in tree.items()}
    return tree


def make_data_printable(data: Mapping[str, Json]) -> dict[str, Json]:
    """Return a template's data with every text in it made printable."""
    return {key: make_tree_printable(value) for key, value in data.items()}


def list_unprintable(tree: Json) -> str:
    """Return the codes of a JSON tree's characters that will be replaced, each once and in order; empty if none is."""
    found = {
        character
        for text in _list_texts(tree)
        for character in unicodedata.normalize("NFC", text)
        if not character.isspace() and not is_printable(character)
    }
    return ", ".join(f"U+{ord(character):04X}" for character in sorted(found))


@lru_cache(maxsize=0x11000)
def is_printable(character: str) -> bool:
    """Tell whether one character of normalised text is printed as it is."""
    if character == " ":
        return True
    return (
        unicodedata.category(character) not in _BARRED_CATEGORIES
        and unicodedata.bidirectional(character) not in _RIGHT_TO_LEFT
        and ord(character) in _load_coverage(find_fonts() / FONT_FILE)
    )


def _list_texts(tree: Json) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, (list, dict)):
        branches: Iterable[Json] = tree.values() if isinstance(tree, dict) else tree
        for branch in branches:
            yield from _list_texts(branch)


@cache
def _load_fonts(folder: Path) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@cache
def _load_coverage(font: Path) -> frozenset[int]:
    """Return the code points a TrueType font has glyphs for, from the segments of its `cmap` table.

    Only the table's format 4 (basic plane) is read: Tinos has no glyph beyond it that minutes need.
    Source: OpenType 1.9, cmap.
    """
    content = font.read_bytes()
    (count,) = struct.unpack_from(">H", content, 4)
    tables = {
        content[at : at + 4]: struct.unpack_from(">I", content, at + 8)[0] for at in range(12, 12 + 16 * count, 16)
    }
    cmap = tables[b"cmap"]
    (subtables,) = struct.unpack_from(">H", content, cmap + 2)
    for number in range(subtables):
        (offset,) = struct.unpack_from(">I", content, cmap + 4 + 8 * number + 4)
        if struct.unpack_from(">H", content, cmap + offset) == (4,):
            return frozenset(_read_segments(content, cmap + offset))
    raise ValueError(f"{font.name} has no character map of format 4")


def _read_segments(content: bytes, start: int) -> Iterator[int]:
    """Yield the code points that a format 4 subtable at `start` maps to a glyph other than 0."""
    (doubled,) = struct.unpack_from(">H", content, start + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", content, start + 14)
    starts = struct.unpack_from(f">{count}H", content, start + 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", content, start + 16 + 2 * doubled)
    offsets_at = start + 16 + 3 * doubled
    offsets = struct.unpack_from(f">{count}H", content, offsets_at)
    for segment in range(count):
        for code in range(starts[segment], ends[segment] + 1):
            if offsets[segment] == 0:
                glyph = (code + deltas[segment]) & 0xFFFF
            else:
                at = offsets_at + 2 * segment + offsets[segment] + 2 * (code - starts[segment])
                (glyph,) = struct.unpack_from(">H", content, at)
            if glyph and code != 0xFFFF:
                yield code
