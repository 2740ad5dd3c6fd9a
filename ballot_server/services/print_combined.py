"""The files of a combined report: for people to read, for people to reckon with, and for programs."""

from __future__ import annotations

from collections.abc import Mapping

from ballot_server.domain.combined_report import CombinedReport, LeftOut
from ballot_server.i18n import Language
from ballot_server.minutes.combined_json import render_combined_json
from ballot_server.minutes.combined_report import render_combined_pdf
from ballot_server.minutes.combined_workbook import render_combined_workbook
from ballot_server.minutes.report_sentences import LeftOutSentence, describe_left_out
from ballot_server.minutes.typesetting import make_printable


def print_combined(combined: CombinedReport, language: Language) -> Mapping[str, bytes]:
    """Return the files by name; all three are made from the one combined report."""
    return {
        "combined.json": render_combined_json(combined),
        "combined.xlsx": render_combined_workbook(combined, language),
        "combined.pdf": render_combined_pdf(combined, language),
    }


def explain_left_out(left_out: LeftOut, language: Language) -> LeftOutSentence:
    """Return why a file is left out, and what to do about it."""
    return describe_left_out(left_out, language)


def show_name(text: str) -> str:
    """Return a name out of a file or a list as it may be shown."""
    return make_printable(text)
