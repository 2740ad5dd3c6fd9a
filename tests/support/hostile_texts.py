"""Texts that do harm where a program takes text for more than text, and what is left of each on paper.

Sources of the forms: markup of the page makers that other programs of this kind use, the typesetter's own, template
languages, XML, formulae of spreadsheets, and characters that hide, move or pile up.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import TypeVar, cast

_Value = TypeVar("_Value")

BOX = "□"
NOWHERE = "http://127.0.0.1:9"
"""Nothing listens there; sockets are blocked besides."""

COMMANDS: Mapping[str, str] = {
    "image": f'<img src="{NOWHERE}/x.png" onerror="alert(1)"/>',
    "image without quotes": f"<img src={NOWHERE}/x.png>",
    "colour that is run": "<font color=\"[[[getattr(pow,Word('__globals__'))['os'].system('touch x')]]]\">đỏ</font>",
    "paragraph tag": "</para><para>x</para></b></i>",
    "script": f'<script src="{NOWHERE}/x.js">alert(1)</script>',
    "hyperlink tag": f'<a href="javascript:alert(1)">bấm</a> <link href="{NOWHERE}"/>',
    "typst import": '#import "@preview/cetz:0.3.4": canvas',
    "typst read": '#read("/etc/passwd") #include "/etc/passwd" #image("/etc/passwd")',
    "typst code": '#sys.inputs #eval("1+1") #{ let x = 1 } #set text(fill: white) #pagebreak()',
    "typst end of string": '") #panic("x") ("',
    "typst mathematics": "$x^2$ $ sum_(i=0)^n $",
    "typst reference": "@nhãn <nhãn> // chú thích /* khối */",
    "typst marks": "= mục *đậm* _nghiêng_ `mã` - gạch + số / từ: nghĩa",
    "typst shorthand": "\\u{41} \\n \\ ~ -- --- ... [x] \\",
    "template": "{{ config }} {{ 7*7 }} {% for x in y %}{% endfor %} {# x #}",
    "format": "%s %(x)s {0} {name} $name ${name} {",
    "entities": "&lt;&amp;&#x41;&nbsp;&xxe; & < >",
    "external entity": '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>&y;',
    "character data": "]]><x/><![CDATA[",
    "word field": f'{{ INCLUDEPICTURE "{NOWHERE}/x.png" \\d }} MERGEFORMAT',
    "pdf objects": ") Tj ET << /S /JavaScript /JS (app.alert(1)) >> stream endobj",
    "addresses": "https://example.invalid/?a=1&b=2 mailto:a@example.invalid file:///etc/passwd",
    "path": "../../../../etc/passwd C:\\Windows\\x \\\\host\\share",
    "quotes": "\"thẳng\" 'đơn' “cong” ‘cong’ «»",
    "query": "'; DROP TABLE roll; --",
}
"""Printed as they are."""

FORMULAE: Mapping[str, str] = {
    "hyperlink": f'=HYPERLINK("{NOWHERE}/?"&A1;"bấm")',
    "command": "=cmd|' /C calc'!A0",
    "data exchange": '=DDE("cmd";"/C calc";"x")',
    "web service": f'=WEBSERVICE("{NOWHERE}")',
    "plus": "+1+1",
    "minus": "-2+3",
    "at": "@SUM(1+1)",
    "apostrophe": "'=1+1",
    "number": "12",
    "error": "#REF!",
    "array": "{=1+1}",
}
"""Printed as they are, and never run by a spreadsheet."""

LEADING_SPACE: Mapping[str, tuple[str, str]] = {
    "tab before a formula": ("\t=1+1", "=1+1"),
    "return before a formula": ("\r=1+1", "=1+1"),
    "line before a formula": ("\n=1+1", "=1+1"),
    "no-break space before a formula": ("\u00a0=1+1", "=1+1"),
}
"""What is seen of each is a formula, on paper and in a cell."""

REPLACED: Mapping[str, tuple[str, str]] = {
    "right-to-left override": ("Bình\u202egnộC", f"Bình{BOX}gnộC"),
    "isolates": ("\u2066An\u2069 \u200fBình", f"{BOX}An{BOX} {BOX}Bình"),
    "right-to-left letters": ("An \u05d0\u05d1 \u0627 12", f"An {BOX}{BOX} {BOX} 12"),
    "zero width": ("Bì\u200bnh\ufeff A\u00adn\u2060", f"Bì{BOX}nh{BOX} A{BOX}n{BOX}"),
    "emoji": ("An \U0001f600\U0001f469\u200d\U0001f467\U0001f1fb\U0001f1f3", f"An {BOX * 6}"),
    "piled accents": ("Bình" + "\u0301" * 20, "Bình" + BOX * 20),
    "controls": ("a\x00b\x07c\x1b[31md\x7fe", f"a{BOX}b{BOX}c{BOX}[31md{BOX}e"),
    "lone surrogate": ("x\ud800y", f"x{BOX}y"),
    "private and no characters": ("x\ue000\ufffe\uffffy", f"x{BOX * 3}y"),
    "tag characters": ("x\U000e0041\U000e007fy", f"x{BOX * 2}y"),
    "full-width formula": ("\uff1d1+1", f"{BOX}1+1"),
}
"""Text, and what is printed: every character that hides, moves or has no letter in the font is a box."""

NORMALISED: Mapping[str, tuple[str, str]] = {
    "letters taken apart": (unicodedata.normalize("NFD", "Nguyễn Thị Hường, Đỗ Ước"), "Nguyễn Thị Hường, Đỗ Ước"),
    "lines": (
        "dòng một\ndòng hai\r\ndòng ba\u2028bốn\u2029năm\x0bsáu\x0cbảy",
        "dòng một dòng hai dòng ba bốn năm sáu bảy",
    ),
    "blanks": ("  An\u00a0\u2003 \tBình  ", "An Bình"),
}
"""Text, and what is printed."""

LONG: Mapping[str, str] = {
    "two hundred letters": "W" * 200,
    "five thousand letters": "Ngọc" * 1250,
    "five thousand in words": "Ngọc " * 999 + "Ngọc",
}


@dataclasses.dataclass(frozen=True)
class HostileText:
    """A text as it comes in, and as it stands on paper."""

    text: str
    printed: str


def _list_all() -> Iterator[tuple[str, HostileText]]:
    for plain in (COMMANDS, FORMULAE):
        for name, text in plain.items():
            yield name, HostileText(text, text)
    for changed in (LEADING_SPACE, REPLACED, NORMALISED):
        for name, (text, printed) in changed.items():
            yield name, HostileText(text, printed)


HOSTILE: Mapping[str, HostileText] = dict(_list_all())
"""Every text but the long ones."""


def fill_texts(value: _Value, text: str, *, replaces: Callable[[str], bool], field: str = "") -> _Value:
    """Return a record with its texts replaced, however deep, in every field whose name `replaces` takes."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return cast(_Value, text) if replaces(field) else value
    if isinstance(value, tuple):
        return cast(_Value, tuple(fill_texts(item, text, replaces=replaces, field=field) for item in value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [each.name for each in dataclasses.fields(value) if each.init]
        return dataclasses.replace(
            value, **{name: fill_texts(getattr(value, name), text, replaces=replaces, field=name) for name in names}
        )
    return value
