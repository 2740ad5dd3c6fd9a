"""The print of a combined report: the report's own numbers, signed before the annexes, and nothing off the page."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

import pymupdf
import pytest

from ballot_server.domain.combined_report import CombinedReport
from ballot_server.i18n import Language
from ballot_server.minutes import combined_pdf
from ballot_server.minutes.combined_pdf import render_combined_pdf
from ballot_server.services.combine_reports import combine_reports
from tests.support.combined_reports import combine_sample, fill_combined
from tests.support.harmless_files import list_pdf_harms, read_pdf
from tests.support.hostile_texts import HOSTILE, LONG

A4_LANDSCAPE = (842, 595)


@pytest.fixture(scope="module")
def combined() -> CombinedReport:
    return combine_sample()


@pytest.fixture(scope="module")
def pdf(combined: CombinedReport) -> bytes:
    return render_combined_pdf(combined)


def list_pages(pdf: bytes) -> Sequence[Any]:
    """Return a PDF's pages."""
    return list(pymupdf.open(stream=pdf, filetype="pdf"))  # type: ignore[no-untyped-call]  # Untyped library.


def squeeze(text: str) -> str:
    return "".join(text.split())


def test_print_has_the_figures_of_the_report(combined: CombinedReport, pdf: bytes) -> None:
    text, total = read_pdf(pdf), combined.total
    assert f"Đơnvịtrongdanhsách{len(combined.units)}" in text
    assert f"–Cuộchọp{total.meetings}–Lầnbỏphiếu{total.elections}" in text or f"–Cuộchọp{total.meetings}" in text
    assert f"Ngườiđượctriệutập{total.summoned}" in text
    assert f"Sốphiếuthuvề{total.ballots}" in text


def test_print_shows_every_outcome_with_its_number_and_of_how_many(combined: CombinedReport, pdf: bytes) -> None:
    text = read_pdf(pdf)
    for total in combined.total.rule_sets:
        for each in total.outcomes:
            assert f"{squeeze(each.text.vi)}{each.count}/{total.contests}" in text


def test_print_names_units_that_have_not_reported_and_files_left_out(combined: CombinedReport, pdf: bytes) -> None:
    text = read_pdf(pdf)
    for number, unit in enumerate(combined.missing, start=1):
        assert f"{number}{squeeze(unit.name)}{unit.key}" in text
    for left in combined.left_out:
        assert left.file in text
    assert "Chữkýcủatệpsai" in text


def test_print_notes_rule_sets_that_were_not_compared_with_their_text(pdf: bytes) -> None:
    assert "Quytắccómứcxácminh“I”,chưađốichiếuvănbảngốc:Bầucấpủy,banthườngvụ,ủybankiểmtra." in read_pdf(pdf)


def test_every_unit_and_contest_stands_in_the_annexes(combined: CombinedReport, pdf: bytes) -> None:
    annexes = read_pdf(pdf).partition("Phụlục1")[2]
    for unit in combined.units:
        assert squeeze(unit.unit.name) in annexes
    assert annexes.count("ĐồngchíTrầnThịLanHương") == combined.total.contests - 1


def test_print_is_a4_landscape_with_numbered_pages(pdf: bytes) -> None:
    pages = list_pages(pdf)
    for number, page in enumerate(pages, start=1):
        assert (round(page.rect.width), round(page.rect.height)) == A4_LANDSCAPE
        assert f"Trang {number}/{len(pages)}" in page.get_text()


def test_heading_names_the_body_that_all_units_name(combined: CombinedReport, pdf: bytes) -> None:
    assert "ĐẢNG BỘ PHƯỜNG NGỌC LÂM" in list_pages(pdf)[0].get_text()


@pytest.mark.parametrize("units", [1, 5, 14, 25, 40])
def test_places_to_sign_are_never_alone_on_a_page(units: int) -> None:
    for page in list_pages(render_combined_pdf(combine_sample(units, missing=units // 2))):
        text = page.get_text()
        if "T/M CẤP ỦY" in text:
            assert "– " in text


def test_print_is_the_same_bytes_for_the_same_report(pdf: bytes) -> None:
    assert render_combined_pdf(combine_sample()) == pdf


def test_print_speaks_english_when_asked(combined: CombinedReport) -> None:
    text = read_pdf(render_combined_pdf(combined, Language.ENGLISH))
    assert "COMBINEDREPORT" in text
    assert "Filesleftout" in text


def test_print_of_nothing_says_so() -> None:
    empty = combine_reports([], [])
    assert read_pdf(render_combined_pdf(empty)).count("Khôngcó.") >= 2


def test_print_of_too_many_contests_leads_to_the_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(combined_pdf, "MOST_PRINTED_CONTESTS", 5)
    text = read_pdf(render_combined_pdf(combine_sample()))
    assert "xemtrang“Từngnộidung”củabảngtính" in text


def test_print_of_many_rows_leaves_the_structure_out_and_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    tagged = render_combined_pdf(combine_sample(60))
    monkeypatch.setattr(combined_pdf, "MOST_TAGGED_ROWS", 5)
    assert len(render_combined_pdf(combine_sample(60))) < len(tagged) / 2


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_printed_as_text(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    pdf = render_combined_pdf(fill_combined(HOSTILE[name].text))
    assert list_pdf_harms(pdf) == []
    assert read_pdf(pdf).count(squeeze(HOSTILE[name].printed)) >= 10


@pytest.mark.parametrize("name", LONG)
def test_long_text_is_cut_and_stays_on_the_page(name: str) -> None:
    pages = list_pages(render_combined_pdf(fill_combined(LONG[name])))
    assert len(pages) < 40
    for page in pages:
        for left, top, right, bottom, *_ in page.get_text("blocks"):
            assert 0 <= left < right <= A4_LANDSCAPE[0]
            assert 0 <= top < bottom <= A4_LANDSCAPE[1]
