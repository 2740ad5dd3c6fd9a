"""What a printed file may hold: text and drawings, and nothing that acts, loads, links or hides another file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

import pymupdf
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell

_ACTING = re.compile(
    r"/(JavaScript|JS|OpenAction|AA|Launch|URI|GoToR|GoToE|SubmitForm|ImportData|EmbeddedFiles?|RichMedia|XFA)\b"
)
DANGEROUS_FIRST = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet may take for the beginning of a formula. Source: OWASP ASVS 1.2.10."""

_ACTING_PARTS = ("vbaProject", "embeddings", "activeX", "externalLink", "attachedTemplate", "customUI", "oleObject")
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FIELDS = frozenset({"PAGE", "NUMPAGES"})
_SVG = "{http://www.w3.org/2000/svg}"


def list_pdf_harms(pdf: bytes) -> list[str]:
    """Return what of a PDF may act, load or link; nothing of a harmless one."""
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        harms = [f"link on page {page.number}" for page in document if page.get_links()]
        harms += [f"annotation on page {page.number}" for page in document if list(page.annots())]
        harms += [f"embedded file {name}" for name in document.embfile_names()]
        for xref in range(1, document.xref_length()):
            # Strings are text and may say anything; keys stand outside them.
            without_strings = re.sub(r"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>", "", document.xref_object(xref))
            harms += [f"{found} in object {xref}" for found in _ACTING.findall(without_strings)]
    return harms


def list_package_harms(data: bytes) -> list[str]:
    """Return what of a DOCX or XLSX may act, load or link; nothing of a harmless one."""
    harms = []
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            harms += [f"part {name}" for part in _ACTING_PARTS if part.casefold() in name.casefold()]
            if not name.endswith((".xml", ".rels")):
                continue
            content = package.read(name)
            if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                harms.append(f"document type in {name}")
            root = ElementTree.fromstring(content)
            harms += [f"{found} in {name}" for found in _list_xml_harms(root)]
    return harms


def _list_xml_harms(root: ElementTree.Element) -> Iterator[str]:
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        if element.get("TargetMode") == "External":
            yield f"external {element.get('Target')}"
        if tag in ("hyperlink", "oleObject", "altChunk", "control", "attachedTemplate", "ddeLink"):
            yield tag
        if element.tag == f"{_WORD}instrText" and (element.text or "").split()[:1] not in [[name] for name in _FIELDS]:
            yield f"field {element.text}"
        if element.tag == f"{_WORD}fldSimple":
            instruction = element.get(f"{_WORD}instr", "").split()
            if instruction[:1] not in [[name] for name in _FIELDS]:
                yield f"field {instruction}"


def list_workbook_harms(data: bytes) -> list[str]:
    """Return what of an XLSX may act, load or link, and each cell that is no value or begins as a formula."""
    harms = list_package_harms(data)
    workbook = load_workbook(io.BytesIO(data))
    harms += [f"name {name}" for name in workbook.defined_names if not name.startswith("_xlnm.")]
    for cell in list_cells(data):
        if cell.data_type not in ("s", "n", "d", "b", "inlineStr"):
            harms.append(f"{cell.coordinate} is {cell.data_type}")
        if cell.hyperlink is not None:
            harms.append(f"{cell.coordinate} links")
        if isinstance(cell.value, str) and cell.value.startswith(DANGEROUS_FIRST):
            harms.append(f"{cell.coordinate} begins with {cell.value[0]!r}")
    return harms


def list_cells(data: bytes) -> list[Cell]:
    """Return every cell of a workbook that holds something."""
    workbook = load_workbook(io.BytesIO(data))
    return [
        cell
        for sheet in workbook.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell, Cell) and cell.value is not None
    ]


def list_svg_harms(data: bytes) -> list[str]:
    """Return what of an SVG may act or load; references within the picture are harmless."""
    harms = []
    for element in ElementTree.fromstring(data).iter():
        tag = element.tag.rpartition("}")[2]
        if tag in ("script", "foreignObject", "image", "a", "style", "iframe", "animate", "set"):
            harms.append(tag)
        for name, value in element.attrib.items():
            local = name.rpartition("}")[2]
            if local.startswith("on") or (local == "href" and not value.startswith("#")) or "url(h" in value:
                harms.append(f"{local}={value}")
    return harms


def read_pdf(pdf: bytes) -> str:
    """Return the text of a PDF in the order in which it is drawn, without white space."""
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        return "".join("".join(page.get_text().split()) for page in document)


def read_docx(data: bytes) -> str:
    """Return the text of a DOCX's body in order, without white space."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        root = ElementTree.fromstring(package.read("word/document.xml"))
    return "".join("".join((element.text or "").split()) for element in root.iter(f"{_WORD}t"))
