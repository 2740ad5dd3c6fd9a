"""What a combined report is shown as: its files, its figures and notes, and why files were left out."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from ballot_server.domain.combined_report import CombinedReport, LeftOut
from ballot_server.i18n import Language
from ballot_server.minutes.combined_figures import Figure, list_figures, list_notes
from ballot_server.minutes.combined_json import render_combined_json
from ballot_server.minutes.combined_pdf import render_combined_pdf
from ballot_server.minutes.combined_wording import CombinedWording
from ballot_server.minutes.combined_workbook import render_combined_workbook
from ballot_server.minutes.report_sentences import LeftOutSentence, describe_left_out
from ballot_server.minutes.typesetting import make_printable


class CombinedForm(Enum):
    """What a combined report is written as; the value is the file's suffix."""

    JSON = "json"
    """For programs."""
    XLSX = "xlsx"
    """For people to reckon with."""
    PDF = "pdf"
    """For people to read and sign."""


def render_combined(combined: CombinedReport, form: CombinedForm, language: Language) -> bytes:
    """Return the report as one file. Raises: TypesettingError."""
    match form:
        case CombinedForm.JSON:
            return render_combined_json(combined)
        case CombinedForm.XLSX:
            return render_combined_workbook(combined, language)
        case CombinedForm.PDF:
            return render_combined_pdf(combined, language)


def print_combined(combined: CombinedReport, language: Language) -> Mapping[str, bytes]:
    """Return all files by name, made from the one report. Raises: TypesettingError."""
    return {f"combined.{form.value}": render_combined(combined, form, language) for form in CombinedForm}


def show_figures(combined: CombinedReport, language: Language) -> tuple[Figure, ...]:
    """Return the numbers of the whole as print and workbook have them."""
    return list_figures(combined, CombinedWording(language))


def show_notes(combined: CombinedReport, language: Language) -> tuple[str, ...]:
    """Return the notes that print and workbook have."""
    return list_notes(combined, CombinedWording(language))


def explain_left_out(left_out: LeftOut, language: Language) -> LeftOutSentence:
    """Return why a file is left out, and what to do about it."""
    return describe_left_out(left_out, language)


def show_name(text: str) -> str:
    """Return a name out of a file or a list as it may be shown."""
    return make_printable(text)
