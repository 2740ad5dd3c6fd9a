"""The minutes as DOCX: the same document as the PDF, made so that Word keeps it together, and harmless."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import cv2
import docx
import numpy
import pymupdf
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table as WordTable

from ballot_server.i18n import Language
from ballot_server.minutes.balance import MinutesMismatchError
from ballot_server.minutes.composition import compose_minutes
from ballot_server.minutes.document import (
    Block,
    Chart,
    Facts,
    Heading,
    NameList,
    Paragraph,
    PrintedDocument,
    Table,
    Together,
)
from ballot_server.minutes.docx import render_minutes_docx
from ballot_server.minutes.record import MinutesRecord
from ballot_server.minutes.render_minutes import render_minutes
from tests.support.minutes_extremes import EXTREMES, make_absentees, make_candidates, make_discipline, make_named
from tests.support.minutes_samples import HEAD, SLIPS, make_election, make_large_minutes, make_minutes
from tests.support.office import convert_to_pdf
from tests.support.printed_files import list_fonts, squeeze

MM = 72 / 25.4
BETWEEN_HEADER_AND_FOOTER = pymupdf.Rect(0, 17 * MM, 210 * MM, 278 * MM)
SAMPLES: Mapping[str, Callable[[], MinutesRecord]] = {
    "plain": make_minutes,
    "rehearsal": lambda: make_minutes(rehearsal=True),
    "paper alone": lambda: replace(make_minutes(), head="", incidents=()),
    "outside the Party": lambda: replace(make_minutes(), heading="CÔNG TY CỔ PHẦN BÌNH MINH"),
    "five contests": lambda: make_large_minutes(5),
    "discipline": lambda: make_minutes(make_election(make_discipline())),
    "six candidates": lambda: make_minutes(make_election(make_candidates(6))),
    "forty absentees": lambda: make_absentees(40),
    "twelve tellers": lambda: replace(make_minutes(), tellers=tuple(f"Vũ Thị Kiểm {place}" for place in range(12))),
    **EXTREMES,
}
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Source: ECMA-376 part 1, 17.3.1.26, 17.3.2.28, 17.4.60, 17.4.66, 17.4.70, 17.7.4.17; what this program uses of each.
ORDERS = {
    "pPr": "pStyle keepNext keepLines widowControl pBdr tabs spacing ind jc outlineLvl",
    "rPr": "rFonts b i caps color kern sz u lang",
    "tblPr": "tblStyle tblW tblInd tblBorders tblLayout tblCellMar tblLook",
    "tcPr": "tcW gridSpan tcBorders tcMar vAlign",
    "tblBorders": "top left bottom right insideH insideV",
    "tcBorders": "top left bottom right",
    "tcMar": "top left bottom right",
    "tblCellMar": "top left bottom right",
    "style": "name basedOn next uiPriority semiHidden unhideWhenUsed qFormat pPr rPr tblPr",
    "settings": "defaultTabStop compat themeFontLang decimalSymbol listSeparator",
}
COMMON = [name for name in SAMPLES if name not in EXTREMES]
PRINTED = [name for name in SAMPLES if name != "names of 5,000 characters"]
"""Its hundred pages take LibreOffice longer than all others together."""


@cache
def render_sample(name: str) -> bytes:
    """Return a sample as DOCX."""
    return render_minutes_docx(SAMPLES[name]())


@cache
def render_sample_pdf(name: str) -> bytes:
    """Return a sample as our own PDF."""
    return render_minutes(SAMPLES[name]())


def open_sample(name: str) -> Document:
    """Return a sample as rendered."""
    return docx.Document(io.BytesIO(render_sample(name)))


def open_docx(record: MinutesRecord, language: Language = Language.VIETNAMESE) -> Document:
    """Return the rendered minutes."""
    return docx.Document(io.BytesIO(render_minutes_docx(record, language)))


def read_parts(rendered: bytes) -> dict[str, str]:
    """Return the XML parts of rendered minutes by name."""
    with zipfile.ZipFile(io.BytesIO(rendered)) as package:
        return {name: package.read(name).decode() for name in package.namelist() if name.endswith((".xml", ".rels"))}


def read_body(document: Document) -> str:
    """Return all text of the body in its order, without white space."""
    return squeeze("".join(text.text or "" for text in document.element.body.iter(qn("w:t"))))


def list_texts(printed: PrintedDocument) -> Iterator[str]:
    """Yield what a document says, in the order it is printed; charts apart, which are pictures."""
    front = printed.front
    yield from (front.superior, front.unit, front.number, front.heading, front.day, front.title, front.subtitle)
    yield front.rehearsal_line
    yield from list_block_texts(printed.blocks)
    yield from list_block_texts(printed.closing)
    if printed.seal is not None:
        yield from (printed.seal.label, printed.seal.groups, printed.seal.use)
    yield printed.signatures_heading
    tellers, officers = printed.signatures[:-2], printed.signatures[-2:]
    yield from (text for place in (*tellers, *officers) for text in (place.role, printed.sign_here, place.name))
    yield from (printed.recipients_label if printed.recipients else "", *printed.recipients)


def list_block_texts(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Together):
            yield from list_block_texts(block.blocks)
        elif isinstance(block, Heading):
            yield block.text
        elif isinstance(block, Paragraph):
            yield from (block.lead, block.text)
        elif isinstance(block, Facts):
            yield from (text for row in block.rows for text in (row.label, row.value))
        elif isinstance(block, NameList):
            yield from (block.lead, *(f"{place}. {name}" for place, name in enumerate(block.names, 1)))
        elif isinstance(block, Table):
            yield from (*(column.title for column in block.columns), *(cell for row in block.rows for cell in row))


def list_blocks(printed: PrintedDocument) -> list[Any]:
    """Return all blocks in order, those that stay together one by one."""
    return [
        inner
        for block in (*printed.blocks, *printed.closing)
        for inner in (block.blocks if isinstance(block, Together) else (block,))
    ]


def find_missing(body: str, texts: Iterator[str]) -> list[str]:
    """Return the texts that do not stand in the body, each after the one before it."""
    missing, at = [], 0
    lowered = body.casefold()
    for text in texts:
        wanted = squeeze(text).casefold()
        found = lowered.find(wanted, at)
        if found < 0:
            missing.append(text)
        else:
            # A place to sign is said role by role, and read row by row.
            at = found
    return missing


def is_kept(element: Any) -> bool:
    """Tell whether every paragraph in an element stays with what follows."""
    return all(
        docx.text.paragraph.Paragraph(each, None).paragraph_format.keep_with_next is True
        for each in element.iter(qn("w:p"))
    )


def is_data_table(table: WordTable) -> bool:
    return table._tbl.tblPr.find(qn("w:tblBorders")) is not None


@pytest.mark.parametrize("name", COMMON)
def test_render_minutes_docx_says_all_that_was_composed_in_its_order(name: str) -> None:
    assert find_missing(read_body(open_sample(name)), list_texts(compose_minutes(SAMPLES[name]()))) == []


@pytest.mark.parametrize("name", COMMON)
def test_render_minutes_docx_makes_word_headings_of_every_heading(name: str) -> None:
    headings = [
        (paragraph.text, paragraph.style.name)
        for paragraph in open_sample(name).paragraphs
        if paragraph.style.name.startswith("Heading")
    ]
    composed = [block for block in list_blocks(compose_minutes(SAMPLES[name]())) if isinstance(block, Heading)]
    assert headings == [(block.text, f"Heading {block.level}") for block in composed]


def test_render_minutes_docx_says_the_same_in_english() -> None:
    document = open_docx(make_minutes(), Language.ENGLISH)
    printed = compose_minutes(make_minutes(), Language.ENGLISH)
    assert find_missing(read_body(document), list_texts(printed)) == []


@pytest.mark.parametrize("name", COMMON)
def test_render_minutes_docx_gives_the_same_bytes_for_the_same_record(name: str) -> None:
    assert render_minutes_docx(SAMPLES[name]()) == render_sample(name)


def test_render_minutes_docx_refuses_counts_that_do_not_balance() -> None:
    record = make_minutes(replace(make_election(), slips=replace(SLIPS, printed=21)))
    with pytest.raises(MinutesMismatchError):
        render_minutes_docx(record)


def test_render_minutes_docx_lists_what_cannot_be_printed() -> None:
    body = read_body(open_docx(replace(make_minutes(), chair="Bình\u202egnộC\x00")))
    assert "Bình□gnộC□" in body
    assert "U+0000,U+202E" in body


def test_render_minutes_docx_describes_every_picture() -> None:
    record = SAMPLES["five contests"]()
    charts = [block for block in list_blocks(compose_minutes(record)) if isinstance(block, Chart)]
    seal = f"Mã niêm phong của bảng điện tử {HEAD}"
    told = [each.get("descr") for each in open_docx(record).element.body.iter(qn("wp:docPr"))]
    assert charts
    assert told == [*(chart.description for chart in charts), seal]


def test_render_minutes_docx_seals_with_a_qr_code_that_reads_as_the_head() -> None:
    document = open_sample("plain")
    *_, picture = [part for part in document.part.package.iter_parts() if part.partname.endswith(".png")]
    pixels = cv2.imdecode(numpy.frombuffer(picture.blob, dtype=numpy.uint8), cv2.IMREAD_GRAYSCALE)
    assert cv2.QRCodeDetectorAruco().detectAndDecode(pixels)[0] == HEAD


@pytest.mark.parametrize("name", COMMON)
def test_tables_repeat_their_header_and_split_no_row(name: str) -> None:
    tables = [table for table in open_sample(name).tables if is_data_table(table)]
    assert tables
    for table in tables:
        heads = [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table.rows]
        assert heads == [True, *[False] * (len(heads) - 1)]
        assert all(row._tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in table.rows)


def test_row_with_an_endless_text_may_be_split() -> None:
    rows = [row._tr for table in open_docx(make_named("An " * 300)).tables for row in table.rows]
    assert any(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is None for row in rows)


@pytest.mark.parametrize("name", SAMPLES)
def test_tables_are_as_wide_as_a_line_and_no_column_has_vanished(name: str) -> None:
    document = open_sample(name)
    for table in document.tables:
        widths = [column.width.mm for column in table.columns]
        assert sum(widths) == pytest.approx(165, abs=0.2)
        assert min(widths) > 7


def test_columns_are_aligned_as_composed() -> None:
    (table, *_) = [table for table in open_sample("plain").tables if table.rows[0].cells[0].text == "Số liệu về phiếu"]
    alignments = [cell.paragraphs[0].alignment for cell in table.rows[1].cells]
    assert [int(each) for each in alignments if each is not None] == [0, 2, 0]


@pytest.mark.parametrize("name", COMMON)
def test_contest_stays_on_one_page_where_it_fits(name: str) -> None:
    body = open_sample(name).element.body.inner_content_elements
    starts = [at for at, element in enumerate(body) if re.match(r"\d+\.\d+\. ", getattr(element, "text", "") or "")]
    assert starts
    for start in starts:
        outcome = next(at for at in range(start, len(body)) if getattr(body[at], "style", "") == "Outcome")
        assert all(is_kept(element) for element in body[start:outcome])


def test_contest_longer_than_a_page_may_be_broken_between_its_rows() -> None:
    tables = [table for table in open_sample("60 candidates").tables if len(table.rows) > 60]
    assert [is_kept(row._tr) for row in tables[0].rows[:3]] == [True, False, False]


@pytest.mark.parametrize("name", COMMON)
def test_closing_words_seal_and_first_signatures_stay_together(name: str) -> None:
    document = open_sample(name)
    body = document.element.body.inner_content_elements
    *_, closing = [at for at, element in enumerate(body) if getattr(element, "style", "") == "Heading1"]
    assert all(is_kept(element) for element in body[closing + 1 : -2])
    rows = document.tables[-1].rows
    heading = next(at for at, row in enumerate(rows) if row.cells[0].text == "TỔ KIỂM PHIẾU")
    assert all(is_kept(row._tr) for row in rows[: heading + 1])


def test_last_tellers_stay_with_clerk_and_chair_and_those_above_do_not() -> None:
    rows = open_sample("twelve tellers").tables[-1].rows
    tellers = [row for row in rows if "THÀNH VIÊN" in row.cells[-1].text]
    assert [is_kept(row._tr) for row in tellers] == [False, False, False, True]


def test_facts_take_no_lone_row_over_a_page() -> None:
    (facts, *_) = [table for table in open_sample("plain").tables if table.rows[0].cells[0].text == "– Đơn vị:"]
    assert [is_kept(row._tr) for row in facts.rows] == [True, True, False, False, True, True, False]


@pytest.mark.parametrize("name", COMMON)
def test_package_leads_nowhere_and_holds_nothing_that_acts(name: str) -> None:
    parts = read_parts(render_sample(name))
    assert not [name for name, text in parts.items() if "TargetMode" in text or "hyperlink" in text]
    assert {name for name in parts if name.startswith("docProps")} == {"docProps/core.xml"}
    instructions = [
        text for part in parts.values() for text in re.findall(r"<w:instrText[^>]*>([^<]*)</w:instrText>", part)
    ]
    assert {text.strip() for text in instructions} == {"PAGE", "NUMPAGES"}


def test_package_holds_only_the_parts_it_needs() -> None:
    with zipfile.ZipFile(io.BytesIO(render_sample("plain"))) as package:
        assert package.testzip() is None
        assert package.namelist() == [
            "[Content_Types].xml",
            "_rels/.rels",
            "docProps/core.xml",
            "word/_rels/document.xml.rels",
            "word/document.xml",
            "word/fontTable.xml",
            "word/footer1.xml",
            "word/footer2.xml",
            "word/header1.xml",
            "word/header2.xml",
            "word/media/image1.png",
            "word/media/image2.png",
            "word/settings.xml",
            "word/styles.xml",
        ]


@pytest.mark.parametrize("name", COMMON)
def test_elements_stand_in_the_order_that_word_asks_for(name: str) -> None:
    for part, text in read_parts(render_sample(name)).items():
        for element in ElementTree.fromstring(text).iter():
            order = ORDERS.get(element.tag.removeprefix(WORD), "").split()
            if order:
                places = [order.index(child.tag.removeprefix(WORD)) for child in element]
                assert places == sorted(places), (part, element.tag)


def test_package_names_no_time_and_no_system() -> None:
    with zipfile.ZipFile(io.BytesIO(render_sample("plain"))) as package:
        assert {(entry.date_time, entry.create_system) for entry in package.infolist()} == {((1980, 1, 1, 0, 0, 0), 0)}


def test_properties_name_the_unit_and_the_day_of_the_meeting() -> None:
    properties = open_sample("plain").core_properties
    day = datetime(2026, 1, 15, tzinfo=UTC)
    assert properties.title == "BIÊN BẢN KIỂM PHIẾU – Chi bộ tổ dân phố số 5"
    assert properties.author == properties.last_modified_by == "Chi bộ tổ dân phố số 5"
    assert (properties.created, properties.modified) == (day, day)
    assert not [name for name, text in read_parts(render_sample("plain")).items() if "python" in text.casefold()]


def test_styles_name_one_font_for_every_script() -> None:
    document = open_sample("plain")
    scripts = {qn(f"w:{script}"): "Times New Roman" for script in ("ascii", "hAnsi", "eastAsia", "cs")}
    default, *others = document.styles.element.iter(qn("w:rFonts"))
    assert dict(default.attrib) == scripts
    used = [*others, *document.element.iter(qn("w:rFonts"))]
    assert all(dict(fonts.attrib).items() <= scripts.items() for fonts in used)


@pytest.mark.parametrize(("language", "locale"), [(Language.VIETNAMESE, "vi-VN"), (Language.ENGLISH, "en-GB")])
def test_text_is_marked_as_being_in_its_language(language: Language, locale: str) -> None:
    (mark,) = open_docx(make_minutes(), language).styles.element.iter(qn("w:lang"))
    assert {mark.get(qn(f"w:{script}")) for script in ("val", "eastAsia", "bidi")} == {locale}


def test_page_is_that_of_the_layout_of_the_day() -> None:
    record = make_minutes()
    margins = compose_minutes(record).layout.margins
    (section,) = open_docx(record).sections
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides] == [margins.top, margins.bottom, margins.left, margins.right]


def test_page_numbers_stand_above_the_text_from_the_second_page_on() -> None:
    (section,) = open_sample("plain").sections
    assert section.different_first_page_header_footer
    assert section.first_page_header.paragraphs[0].text == ""
    assert " PAGE " in "".join(section.header._element.itertext())


def test_footers_print_the_head_on_every_page() -> None:
    (section,) = open_sample("plain").sections
    for footer in (section.first_page_footer, section.footer):
        assert footer.paragraphs[0].text.startswith("Mã niêm phong K7M2 QX9R ABCD EFGH 1234 ABCD 5678 WXYZ\tTrang ")


def test_rehearsal_is_marked_across_every_page() -> None:
    (section,) = open_sample("rehearsal").sections
    for header in (section.first_page_header, section.header):
        paths = header._element.iter("{urn:schemas-microsoft-com:vml}textpath")
        assert [path.get("string") for path in paths if path.get("string")] == ["DIỄN TẬP"]


def test_real_minutes_bear_no_mark_of_a_rehearsal() -> None:
    assert not [
        name for name, text in read_parts(render_sample("plain")).items() if "DIỄN TẬP" in text or "v:shape" in text
    ]


def test_roles_are_plain_where_the_layout_of_the_day_says_so() -> None:
    style = open_docx(replace(make_minutes(), date=date(2026, 11, 3))).styles["Signature Role"]
    assert style.font.bold is False


# ---- as LibreOffice prints it ----


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the PDFs that LibreOffice makes of the samples and the extremes, all in one start."""
    folder = tmp_path_factory.mktemp("office")
    rendered = {name: render_sample(name) for name in PRINTED}
    rendered |= {f"{count} contests": render_minutes_docx(make_large_minutes(count)) for count in range(1, 9)}
    files = []
    for at, content in enumerate(rendered.values()):
        files.append(folder / f"{at}.docx")
        files[-1].write_bytes(content)
    return dict(zip(rendered, convert_to_pdf(files, folder / "pdf"), strict=True))


def read_pages(document: pymupdf.Document) -> str:
    """Return the text between headers and footers, without white space."""
    return "".join(squeeze(page.get_text(clip=BETWEEN_HEADER_AND_FOOTER)) for page in document)


def list_numbers(document: pymupdf.Document) -> set[str]:
    """Return every number between headers and footers but those of the seal, which the PDF sets letter by letter."""
    text = " ".join(page.get_text(clip=BETWEEN_HEADER_AND_FOOTER) for page in document)
    return find_numbers(re.sub(r"Mã niêm phong của bảng.*?Ai có tệp", "", text, flags=re.DOTALL))


def find_numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,/-]\d+)*%?", text))


@pytest.mark.parametrize("name", COMMON)
def test_office_prints_all_that_was_composed_in_its_order(printed: dict[str, Path], name: str) -> None:
    pages = read_pages(pymupdf.open(printed[name]))
    assert find_missing(pages, list_texts(compose_minutes(SAMPLES[name]()))) == []


@pytest.mark.parametrize("name", [*COMMON, "60 candidates", "500 absentees", "500 exempt", "one voter"])
def test_office_prints_the_numbers_of_the_pdf_and_no_others(printed: dict[str, Path], name: str) -> None:
    ours = pymupdf.open(stream=render_sample_pdf(name), filetype="pdf")
    numbers = list_numbers(pymupdf.open(printed[name]))
    assert numbers <= list_numbers(ours)
    # What the PDF draws in a chart is a picture here, and its numbers are in the words that describe it.
    charts = [block for block in list_blocks(compose_minutes(SAMPLES[name]())) if isinstance(block, Chart)]
    assert list_numbers(ours) - numbers <= find_numbers(" ".join(chart.description for chart in charts))


@pytest.mark.parametrize("name", PRINTED)
def test_office_prints_about_as_many_pages_as_the_pdf(printed: dict[str, Path], name: str) -> None:
    pages = pymupdf.open(stream=render_sample_pdf(name), filetype="pdf").page_count
    assert abs(pymupdf.open(printed[name]).page_count - pages) <= 1 + pages // 10


@pytest.mark.parametrize("count", range(1, 9))
def test_office_prints_no_signature_without_the_words_above_it(printed: dict[str, Path], count: int) -> None:
    *_, last = pymupdf.open(printed[f"{count} contests"])
    text = last.get_text()
    assert all(word in text for word in ("Biên bản đã được đọc", "TỔ TRƯỞNG", "THƯ KÝ", "CHỦ TRÌ", "Trần Thị Hòa"))


@pytest.mark.parametrize("name", PRINTED)
def test_office_prints_nothing_beyond_the_margins(printed: dict[str, Path], name: str) -> None:
    strays = [
        word[4]
        for page in pymupdf.open(printed[name])
        for word in page.get_text("words", clip=pymupdf.INFINITE_RECT())
        if word[0] < 29.5 * MM or word[2] > 195.5 * MM or word[1] < 0 or word[3] > page.rect.height
    ]
    assert strays == []


def test_office_ends_no_page_with_a_heading(printed: dict[str, Path]) -> None:
    for name in COMMON:
        for page in list(pymupdf.open(printed[name]))[:-1]:
            words = page.get_text("words", clip=BETWEEN_HEADER_AND_FOOTER)
            lowest = max(word[3] for word in words)
            row = " ".join(word[4] for word in sorted(words) if word[3] > lowest - 3)
            assert not re.match(r"[IVX]+\. [A-ZĐÀ-Ỹ ]+$|1\. |Biểu đồ, phần", row), (name, row)


def test_office_sets_it_in_one_family_of_letters(printed: dict[str, Path]) -> None:
    fonts = {name.split("+")[-1].split("-")[0] for path in printed.values() for name in list_fonts(path)}
    assert fonts == {"Tinos"}


def test_office_prints_the_number_of_each_page_and_of_all(printed: dict[str, Path]) -> None:
    document = pymupdf.open(printed["five contests"])
    above, below = pymupdf.Rect(0, 0, 595, 17 * MM), pymupdf.Rect(0, 278 * MM, 595, 842)
    count = document.page_count
    assert [page.get_text(clip=above).strip() for page in document] == ["", *map(str, range(2, count + 1))]
    ends = [page.get_text(clip=below).split()[-1] for page in document]
    assert ends == [f"{number}/{count}" for number in range(1, count + 1)]
