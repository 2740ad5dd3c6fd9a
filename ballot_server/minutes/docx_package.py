"""The DOCX file around a document: an empty one to begin with, and the finished one as the same bytes each time.

The empty document is made of the few parts below, so that nothing of a template, a theme or a machine is in it. A
finished file holds no relationship to anything outside it, no macro and no field but the page numbers.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

import docx
from docx.document import Document

from ballot_server.i18n import Language
from ballot_server.minutes.file_package import pack_parts, unpack_parts

FONT = "Times New Roman"
"""Word has it everywhere, and Tinos, which the PDF embeds, has the same widths."""

LOCALES = {Language.VIETNAMESE: "vi-VN", Language.ENGLISH: "en-GB"}

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"

_CONTENT_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_WORD}.styles+xml"/>'
    f'<Override PartName="/word/settings.xml" ContentType="{_WORD}.settings+xml"/>'
    f'<Override PartName="/word/fontTable.xml" ContentType="{_WORD}.fontTable+xml"/>'
    "</Types>"
)
_PACKAGE_RELATIONSHIPS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    "</Relationships>"
)
_DOCUMENT_RELATIONSHIPS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/settings" Target="settings.xml"/>'
    f'<Relationship Id="rId3" Type="{_OFFICE}/fontTable" Target="fontTable.xml"/>'
    "</Relationships>"
)
_DOCUMENT = f"<w:document {_W}><w:body><w:sectPr/></w:body></w:document>"
_FONT_TABLE = (
    f'<w:fonts {_W}><w:font w:name="{FONT}"><w:altName w:val="Tinos"/><w:family w:val="roman"/>'
    '<w:pitch w:val="variable"/></w:font></w:fonts>'
)
_STYLES = (
    f"<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>"
    f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/><w:kern w:val="2"/>'
    '<w:lang w:val="{locale}" w:eastAsia="{locale}" w:bidi="{locale}"/>'
    "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority '
    'w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>'
    "</w:styles>"
)
# Mode 15 is the layout of Word 2013 and later: a table's edge stands at the margin.
_SETTINGS = (
    f'<w:settings {_W}><w:defaultTabStop w:val="720"/><w:compat><w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat><w:themeFontLang w:val="{locale}"/>'
    '<w:decimalSymbol w:val="{mark}"/><w:listSeparator w:val=";"/></w:settings>'
)

_LONGEST_PROPERTY = 255


def open_blank(language: Language) -> Document:
    """Return an empty document in a language; it has the styles Normal and Normal Table and no others."""
    locale = LOCALES[language]
    mark = "," if language is Language.VIETNAMESE else "."
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _PACKAGE_RELATIONSHIPS,
        "word/_rels/document.xml.rels": _DOCUMENT_RELATIONSHIPS,
        "word/document.xml": _DOCUMENT,
        "word/fontTable.xml": _FONT_TABLE,
        "word/settings.xml": _SETTINGS.format(locale=locale, mark=mark),
        "word/styles.xml": _STYLES.format(locale=locale),
    }
    return docx.Document(BytesIO(pack_parts({name: (_XML + text).encode() for name, text in parts.items()})))


def describe_file(document: Document, *, title: str, author: str, language: Language, dated: date) -> None:
    """Fill the file's properties; its times are the meeting's day, and no machine or program is named."""
    properties = document.core_properties
    properties.title = title[:_LONGEST_PROPERTY]
    properties.author = properties.last_modified_by = author[:_LONGEST_PROPERTY]
    properties.comments = ""
    properties.revision = 1
    properties.language = LOCALES[language]
    properties.created = properties.modified = datetime(dated.year, dated.month, dated.day, tzinfo=UTC)


def pack_docx(document: Document) -> bytes:
    """Return the document as a file: the same document gives the same bytes."""
    saved = BytesIO()
    document.save(saved)
    return pack_parts(unpack_parts(saved.getvalue()))
