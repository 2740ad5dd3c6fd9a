"""Golden minutes as DOCX: LibreOffice opens them all, and they say what the PDF says, number for number."""

from __future__ import annotations

import io
import re
from collections import Counter
from pathlib import Path

import docx
import pymupdf
import pytest

from ballot_server.minutes.docx import render_minutes_docx
from tests.support.golden import render_golden
from tests.support.golden_meetings import GOLDENS
from tests.support.office import convert_to_pdf
from tests.support.printed_files import squeeze
from tests.support.staged_meetings import HEAD, record_staged

MM = 72 / 25.4
BODY = pymupdf.Rect(0, 17 * MM, 210 * MM, 278 * MM)
LARGEST_IN_CHARTS = 10.5
"""Points. A DOCX has its charts as pictures, so what stands in a chart's small letters is not compared."""

NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
SEAL = re.compile(r"\s*".join(HEAD))


@pytest.fixture(scope="module")
def documents() -> dict[str, bytes]:
    """Return every golden meeting's minutes as DOCX."""
    return {
        name: render_minutes_docx(record_staged(golden.meeting, golden.language), golden.language)
        for name, golden in GOLDENS.items()
    }


@pytest.fixture(scope="module")
def converted(documents: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return what LibreOffice makes of all of them, started once."""
    folder = tmp_path_factory.mktemp("office")
    files = []
    for name, data in documents.items():
        files.append(folder / f"{name}.docx")
        files[-1].write_bytes(data)
    return dict(zip(documents, convert_to_pdf(files, folder / "pdf"), strict=True))


def read_body(document: pymupdf.Document, *, smallest: float = 0) -> str:
    """Return what stands between header and footer in letters of so many points or more, without the seal's code."""
    spans = [
        span["text"]
        for page in document
        for block in page.get_text("dict", clip=BODY)["blocks"]
        for line in block.get("lines", ())
        for span in [*line["spans"], {"text": "\n", "size": smallest + 1}]
        if span["size"] > smallest
    ]
    return SEAL.sub("", "".join(spans))


def read_golden(name: str) -> str:
    """Return the body of the golden PDF, its charts left out."""
    with pymupdf.open(stream=render_golden(name), filetype="pdf") as document:
        return read_body(document, smallest=LARGEST_IN_CHARTS)


@pytest.mark.parametrize("name", GOLDENS)
def test_office_prints_the_numbers_of_the_pdf(converted: dict[str, Path], name: str) -> None:
    with pymupdf.open(converted[name]) as document:
        printed = Counter(NUMBER.findall(read_body(document, smallest=LARGEST_IN_CHARTS)))
    assert printed == Counter(NUMBER.findall(read_golden(name)))


@pytest.mark.parametrize("name", GOLDENS)
def test_office_prints_the_names_of_the_pdf(converted: dict[str, Path], name: str) -> None:
    meeting = GOLDENS[name].meeting
    names = {meeting.chair, meeting.clerk, *meeting.tellers, "Phan Văn Oanh", "Phùng Thị Phúc", "Quách Văn Quý"}
    names |= {contest.subject for election in meeting.elections for contest in election.contests}
    with pymupdf.open(converted[name]) as document:
        printed = squeeze(read_body(document, smallest=LARGEST_IN_CHARTS))
    golden = squeeze(read_golden(name))
    assert {one: printed.count(squeeze(one)) for one in names} == {one: golden.count(squeeze(one)) for one in names}


@pytest.mark.parametrize("name", GOLDENS)
def test_rows_of_every_table_stand_in_the_pdf_in_their_order(documents: dict[str, bytes], name: str) -> None:
    golden, place = squeeze(read_golden(name)), 0
    # The first table is the front and the last the signatures, whose parts stand side by side in another order.
    for table in docx.Document(io.BytesIO(documents[name])).tables[1:-1]:
        for row in table.rows:
            cells = squeeze("".join(cell.text for cell in row.cells))
            found = golden.find(cells, place)
            assert found >= 0, cells
            place = found + len(cells)


def test_comparison_finds_a_changed_number(documents: dict[str, bytes], tmp_path: Path) -> None:
    document = docx.Document(io.BytesIO(documents["screening-step1"]))
    [cell] = [cell for table in document.tables for row in table.rows for cell in row.cells if cell.text == "70,59%"][
        :1
    ]
    cell.paragraphs[0].runs[0].text = "70,95%"
    path = tmp_path / "changed.docx"
    document.save(str(path))
    [pdf] = convert_to_pdf([path], tmp_path / "pdf")
    with pymupdf.open(pdf) as printed:
        numbers = Counter(NUMBER.findall(read_body(printed, smallest=LARGEST_IN_CHARTS)))
    golden = Counter(NUMBER.findall(read_golden("screening-step1")))
    assert (numbers - golden, golden - numbers) == (Counter({"70,95": 1}), Counter({"70,59": 1}))
