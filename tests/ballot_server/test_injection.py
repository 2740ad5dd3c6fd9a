"""Nothing in a name, a title, a reason or any other text is obeyed by what is printed from it.

Every hostile text stands in every text of every printed document, with sockets blocked. It is printed as it is, or
with a box for each character that hides, moves or has no letter; and the file does nothing.
"""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import typst

from ballot_server.i18n import Language
from ballot_server.resources import find_templates
from tests.support.harmless_files import (
    DANGEROUS_FIRST,
    list_cells,
    list_package_harms,
    list_pdf_harms,
    list_svg_harms,
    list_workbook_harms,
    read_docx,
    read_pdf,
)
from tests.support.hostile_texts import COMMANDS, FORMULAE, HOSTILE, LEADING_SPACE, LONG, HostileText
from tests.support.office import convert_to_pdf
from tests.support.printed_documents import CSV, DOCUMENTS, JSON, PDFS, PICTURES, WORKBOOKS, Printed

_BETWEEN = " ¦ "
_LONGEST_PACK = 380
_SHOWN_OF_A_CELL = 8
"""Letters; a narrow column may break or hide what follows."""


def make_packs(texts: Sequence[HostileText], most: int) -> list[HostileText]:
    """Return the texts several in one of at most so many letters, so that fewer documents are printed."""
    packs: list[HostileText] = []
    for each in sorted(texts, key=lambda one: len(one.text)):
        last = packs[-1] if packs else None
        if last is not None and len(last.text) + len(_BETWEEN) + len(each.text) <= most:
            packs[-1] = HostileText(last.text + _BETWEEN + each.text, last.printed + _BETWEEN + each.printed)
        else:
            packs.append(each)
    return packs


def list_packs(document: Printed) -> list[HostileText]:
    """Return every hostile text that a document can be asked to print, in packs that it prints in full."""
    texts = [each for each in HOSTILE.values() if document.takes(each.text)]
    return make_packs(texts, min(document.in_full, _LONGEST_PACK))


def list_beginnings(document: Printed) -> list[HostileText]:
    """Return what a spreadsheet may run, one text at a time, for what a cell begins with decides; and all others."""
    alone = [HOSTILE[name] for name in (*FORMULAE, *LEADING_SPACE, "full-width formula")]
    others = [each for each in HOSTILE.values() if each not in alone and document.takes(each.text)]
    return [*(each for each in alone if document.takes(each.text)), *make_packs(others, _LONGEST_PACK)]


EVERY: dict[str, Printed] = {
    f"{name}, {form}": document
    for form, documents in {
        "PDF": PDFS,
        "DOCX": DOCUMENTS,
        "XLSX": WORKBOOKS,
        "CSV": CSV,
        "JSON": JSON,
        "picture": PICTURES,
    }.items()
    for name, document in documents.items()
}


def squeeze(text: str) -> str:
    """Return a text without white space, and without the difference of small and capital letters."""
    return "".join(text.split()).casefold()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any attempt to open a socket fail."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("name", PDFS)
def test_pdf_prints_hostile_text_as_text_and_does_nothing(name: str) -> None:
    document = PDFS[name]
    for pack in list_packs(document):
        pdf = document.print(pack.text)
        assert list_pdf_harms(pdf) == []
        if len(pack.text) <= document.in_full:
            assert squeeze(read_pdf(pdf)).count(squeeze(pack.printed)) >= document.least, pack.printed


@pytest.mark.parametrize("name", DOCUMENTS)
def test_docx_holds_hostile_text_as_text_and_does_nothing(name: str) -> None:
    document = DOCUMENTS[name]
    for pack in list_packs(document):
        data = document.print(pack.text)
        assert list_package_harms(data) == []
        assert squeeze(read_docx(data)).count(squeeze(pack.printed)) >= document.least, pack.printed


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
@pytest.mark.parametrize("name", PDFS)
def test_pdf_is_printed_with_endless_texts(name: str, text: str) -> None:
    assert list_pdf_harms(PDFS[name].print_endless(text)) == []


@pytest.mark.parametrize("name", PICTURES)
def test_chart_is_drawn_of_any_text_and_does_nothing(name: str) -> None:
    for pack in list_packs(PICTURES[name]):
        data = PICTURES[name].print(pack.text)
        if name.endswith("SVG"):
            assert list_svg_harms(data) == []
        else:
            assert data.startswith(b"\x89PNG")


def list_visible(text: str) -> set[str]:
    """Return the letters and digits of a text, which whatever is done to it leaves alone."""
    return {character for character in unicodedata.normalize("NFC", text) if character.isalnum()}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_workbook_holds_hostile_text_as_text_and_runs_nothing(name: str) -> None:
    document = WORKBOOKS[name]
    for each in list_beginnings(document):
        data = document.print(each.text)
        assert list_workbook_harms(data) == []
        texts = [cell.value for cell in list_cells(data) if isinstance(cell.value, str)]
        assert sum(list_visible(each.printed) <= list_visible(text) for text in texts) >= document.least, each.printed


@pytest.mark.parametrize("name", CSV)
def test_csv_begins_no_cell_as_a_formula(name: str) -> None:
    for each in list_beginnings(CSV[name]):
        rows = csv.reader(io.StringIO(CSV[name].print(each.text).decode("utf-8-sig"), newline=""))
        assert not [cell for row in rows for cell in row if cell.startswith(DANGEROUS_FIRST)]


def list_strings(tree: object) -> Iterator[str]:
    """Yield every text of a JSON tree, keys left out."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, (list, dict)):
        for branch in tree.values() if isinstance(tree, dict) else tree:
            yield from list_strings(branch)


@pytest.mark.parametrize("name", JSON)
def test_json_gives_back_every_text_as_it_was(name: str) -> None:
    for each in HOSTILE.values():
        assert [*list_strings(json.loads(JSON[name].print(each.text)))].count(each.text) >= 10


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", EVERY)
def test_same_hostile_text_gives_the_same_bytes(name: str, language: Language) -> None:
    text = list_packs(EVERY[name])[0].text
    assert EVERY[name].print(text, language) == EVERY[name].print(text, language)


def test_every_template_of_a_print_is_among_those_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new printed document belongs into `tests.support.printed_documents`."""
    compile_template, tried = typst.compile, set()

    def record(template: Path, **settings: Any) -> object:
        tried.add(template.name)
        return compile_template(template, **settings)

    monkeypatch.setattr(typst, "compile", record)
    for document in EVERY.values():
        document.print("An")
    sources = {path.name: path.read_text(encoding="utf-8") for path in (find_templates() / "print").glob("*.typ")}
    imported = {name for source in sources.values() for name in re.findall(r'#import "([^"]+)"', source)}
    assert set(sources) - imported == tried


def test_office_opens_every_document_and_workbook_of_hostile_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What LibreOffice prints of them says the same; of a sheet, as much as its columns show, and nothing computed."""
    files, expected = [], {}
    for suffix, documents in (("docx", DOCUMENTS), ("xlsx", WORKBOOKS)):
        for name, document in documents.items():
            texts = [HOSTILE[text] for text in (*FORMULAE, *COMMANDS) if document.takes(HOSTILE[text].text)]
            for place, pack in enumerate(make_packs(texts, _LONGEST_PACK)):
                files.append(tmp_path / f"{name.replace(' ', '-')}-{place}-{suffix}.{suffix}")
                files[-1].write_bytes(document.print(pack.text))
                expected[files[-1]] = pack
    monkeypatch.undo()
    for file, pdf in zip(files, convert_to_pdf(files, tmp_path / "pdf"), strict=True):
        said, text = squeeze(expected[file].printed), squeeze(read_pdf(pdf.read_bytes()))
        assert (said if file.suffix == ".docx" else said[:_SHOWN_OF_A_CELL]) in text, file.name
        assert not re.search(r"err:\d|#name\?|#value!", text)
