"""The minutes as PDF, to print and sign, and any other document that looks like them."""

from __future__ import annotations

from datetime import date

from ballot_server.i18n import Language
from ballot_server.minutes.balance import check_minutes
from ballot_server.minutes.composition import compose_minutes
from ballot_server.minutes.document import PrintedDocument
from ballot_server.minutes.printable_values import encode_record
from ballot_server.minutes.qr_code import draw_qr_code
from ballot_server.minutes.record import MinutesRecord
from ballot_server.minutes.typesetting import make_data_printable, typeset
from ballot_server.minutes.wording import Wording

TEMPLATE = "minutes.typ"


def render_minutes(record: MinutesRecord, language: Language = Language.VIETNAMESE) -> bytes:
    """Return the minutes as PDF/A-2b, the same bytes for the same record.

    Raises: MinutesMismatchError if counts disagree, TypesettingError if the page cannot be set.
    """
    check_minutes(record)
    return render_document(compose_minutes(record, language), language, dated=record.date)


def render_document(document: PrintedDocument, language: Language, *, dated: date) -> bytes:
    """Return a document as PDF/A-2b, the same bytes for the same document. Raises: TypesettingError."""
    data = encode_record(document)
    printable = make_data_printable(data)
    printable["replaced"] = Wording(language).describe_replaced(data)
    printable["language"] = language.value
    printable["qr_code"] = "" if document.seal is None else draw_qr_code(document.seal.code)
    return typeset(TEMPLATE, printable, dated=dated)
