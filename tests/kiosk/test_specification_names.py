"""The specification names the browser's functions too, in the spelling of its language."""

import re
from collections import Counter

import pytest

from kiosk.toolchain import KIOSK, ROOT

SOURCES = {path.relative_to(ROOT).as_posix(): path for path in sorted((KIOSK / "src" / "crypto").rglob("*.ts"))}
HEADINGS = re.findall(r"^#+ (.+)$", (ROOT / "crypto" / "SPEC.md").read_text(encoding="utf-8"), re.MULTILINE)
FUNCTION_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
ALGORITHMS = {name for heading in HEADINGS for name in heading.split(", ") if FUNCTION_NAME.fullmatch(name)}


def to_snake_case(name: str) -> str:
    """Return encodeU32 as encode_u32."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def list_exported_functions() -> Counter[str]:
    """Return how often each name is that of an exported function, in the specification's spelling."""
    pattern = re.compile(r"^export (?:async )?function\*? (\w+)", re.MULTILINE)
    sources = (path.read_text(encoding="utf-8") for path in SOURCES.values())
    return Counter(to_snake_case(name) for source in sources for name in pattern.findall(source))


def list_references() -> list[tuple[str, str]]:
    """Return the file and the heading of every `Spec: "…"` of the browser's sources."""
    return [
        (path, reference)
        for path, source in SOURCES.items()
        for reference in re.findall(r'Spec: "([^"]+)"', source.read_text(encoding="utf-8"))
    ]


def test_browser_has_one_function_of_every_algorithm() -> None:
    exported = list_exported_functions()
    assert {name for name in ALGORITHMS if exported[name] != 1} == set()


@pytest.mark.parametrize(("path", "reference"), sorted(set(list_references())))
def test_comment_refers_to_a_heading_of_the_specification(path: str, reference: str) -> None:
    known = {*HEADINGS, *ALGORITHMS}
    assert reference in known or set(reference.split(", ")) <= known, path
