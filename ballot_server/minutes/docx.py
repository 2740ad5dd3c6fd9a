"""The minutes as DOCX, to edit: the same document as the PDF, block for block, in Word's own headings and tables."""

from __future__ import annotations

import dataclasses
from datetime import date
from enum import Enum
from typing import TypeVar, cast

from ballot_server.i18n import Language
from ballot_server.minutes.balance import check_minutes
from ballot_server.minutes.composition import compose_minutes
from ballot_server.minutes.document import Paragraph, PrintedDocument, Tone
from ballot_server.minutes.docx_blocks import BlockWriter
from ballot_server.minutes.docx_elements import keep_with_next
from ballot_server.minutes.docx_package import describe_file, open_blank, pack_docx
from ballot_server.minutes.docx_pages import add_closing_table, add_edges, add_front
from ballot_server.minutes.docx_styles import define_styles
from ballot_server.minutes.printable_values import encode_record
from ballot_server.minutes.record import MinutesRecord
from ballot_server.minutes.typesetting import make_printable
from ballot_server.minutes.wording import Wording

_Value = TypeVar("_Value")


def render_minutes_docx(record: MinutesRecord, language: Language = Language.VIETNAMESE) -> bytes:
    """Return the minutes as DOCX, the same bytes for the same record.

    Raises: MinutesMismatchError if counts disagree, TypesettingError if a chart cannot be drawn.
    """
    check_minutes(record)
    return render_document_docx(compose_minutes(record, language), language, dated=record.date)


def render_document_docx(composed: PrintedDocument, language: Language, *, dated: date) -> bytes:
    """Return any printed document as DOCX. Raises: TypesettingError if a chart cannot be drawn."""
    printed = make_value_printable(composed)
    file = open_blank(language)
    define_styles(file, printed.layout)
    writer = BlockWriter(file, printed.layout, language)
    add_front(file, printed)
    writer.add_blocks(printed.blocks)
    if replaced := Wording(language).describe_replaced(encode_record(composed)):
        writer.add_block(Paragraph(replaced, tone=Tone.NOTE))
    _close(writer, printed)
    add_edges(file, printed)
    title = f"{printed.front.title} – {printed.front.unit}"
    describe_file(file, title=title, author=printed.front.unit, language=language, dated=dated)
    return pack_docx(file)


def make_value_printable(value: _Value) -> _Value:
    """Return a record, a tuple or a plain value with every text in it made printable."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return cast(_Value, make_printable(value))
    if isinstance(value, tuple):
        return cast(_Value, tuple(make_value_printable(item) for item in value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [field.name for field in dataclasses.fields(value) if field.init]
        return dataclasses.replace(value, **{name: make_value_printable(getattr(value, name)) for name in fields})
    return value


def _close(writer: BlockWriter, printed: PrintedDocument) -> None:
    """Add what stands at the end and is never alone on a page: closing words, seal and signatures."""

    closing = writer.collect(lambda: writer.add_blocks(printed.closing))
    for element in closing:
        keep_with_next(element)
    add_closing_table(writer.document, printed)
