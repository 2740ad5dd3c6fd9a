"""Every sentence of the catalogues is said somewhere.

Keys are often put together, as `f"column.{name}"`; so a key counts as said if its end stands in the sources as a text,
or if some text with holes makes it once each hole is filled with a word of the sources. That finds most sentences that
nobody says any more, and accuses none that somebody does.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ballot_server.i18n import Language, load_catalogue

ROOT = Path(__file__).parents[2]
HOLE = None
_WORD = re.compile(r"\w+")
# Looked ahead, since an attribute's text may hold an expression's.
_QUOTED = re.compile(r"""["'`](?=([\w.]+)["'`])""")
_JOINED = re.compile(r"""(["'])([\w.]+)\1\s*[~+]\s*[\w.\[\]()]+(?:\s*[~+]\s*(["'])([\w.]+)\3)?""")

Pattern = tuple[str | None, ...]


def list_python_texts(source: str) -> Iterator[Pattern]:
    """Yield every text of a module, f-strings with holes, and the names that records and errors have."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield (node.value,)
        elif isinstance(node, ast.JoinedStr):
            yield tuple(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
        elif isinstance(node, ast.ClassDef):
            yield (node.name,)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield (node.target.id,)


def list_template_texts(source: str) -> Iterator[Pattern]:
    """Yield every quoted text of a page or script, those put together with holes."""
    for match in _QUOTED.finditer(source):
        yield (match[1],)
    for match in _JOINED.finditer(source):
        yield (match[2], HOLE, match[4]) if match[4] else (match[2], HOLE)


@cache
def read_texts() -> frozenset[Pattern]:
    """Return all texts of the program."""
    found: set[Pattern] = set()
    for folder in ("ballot_server", "crypto", "templates"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix == ".py":
                found.update(list_python_texts(path.read_text()))
            elif path.suffix in {".html", ".js", ".typ"} and "bundles" not in path.parts:
                found.update(list_template_texts(path.read_text()))
    # A text that ends in a mark is the beginning of a key that a macro ends.
    found |= {(text[0], HOLE) for text in found if len(text) == 1 and text[0] and text[0].endswith(("_", "."))}
    return frozenset(found)


@cache
def read_words() -> frozenset[str]:
    """Return what may fill a hole: short texts, and the words in them."""
    texts = [text[0] for text in read_texts() if len(text) == 1 and text[0]]
    return frozenset(word for text in texts if len(text) < 60 for word in (text, *_WORD.findall(text)))


def makes(pattern: Pattern, key: str) -> bool:
    """Tell whether a pattern makes a key."""
    if not pattern:
        return not key
    part, *rest = pattern
    if part is not HOLE:
        return key.startswith(part) and makes(tuple(rest), key[len(part) :])
    return any(
        (key[:end] in read_words() or key[:end].isdigit()) and makes(tuple(rest), key[end:])
        for end in range(1, len(key) + 1)
    )


def is_said(key: str) -> bool:
    """Tell whether a key is said in full, or by its end where a function puts the beginning before it."""
    parts = key.split(".")
    ends = [".".join(parts[start:]) for start in range(len(parts))]
    texts = read_texts()
    if any((end,) in texts for end in ends):
        return True
    patterns = [text for text in texts if len(text) > 1 and any(part and _WORD.search(part) for part in text)]
    return any(makes(pattern, end) for pattern in patterns for end in ends)


def test_every_sentence_is_said_somewhere() -> None:
    assert [key for key in load_catalogue(Language.VIETNAMESE) if not is_said(key)] == []


def test_sentence_that_nobody_says_is_found() -> None:
    assert not is_said("combined.column.said_by_nobody")
