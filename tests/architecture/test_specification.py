"""The specification, the Python code and the browser's code name the same algorithms."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "crypto" / "SPEC.md").read_text(encoding="utf-8")
HEADINGS = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
PARTS = ("Inputs:", "Output:", "Errors:", "Steps:")
FUNCTION_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
LONGEST_LINE = 130


def list_algorithms() -> list[str]:
    """Return every heading that is made of function names, split at its commas."""
    rows = [heading.split(", ") for heading in HEADINGS]
    return [name for row in rows if all(FUNCTION_NAME.fullmatch(name) for name in row) for name in row]


def list_functions() -> Iterator[str]:
    """Yield the name of every function and method of crypto/, imports not counted."""
    for path in sorted((ROOT / "crypto").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield node.name


def list_browser_functions() -> Iterator[str]:
    """Yield the name of every function that kiosk/src/crypto exports, in the specification's spelling."""
    pattern = re.compile(r"^export (?:async )?function\*? (\w+)", re.MULTILINE)
    for path in sorted((ROOT / "kiosk" / "src" / "crypto").rglob("*.ts")):
        for name in pattern.findall(path.read_text(encoding="utf-8")):
            yield re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def list_references() -> list[tuple[str, str]]:
    """Return the file and the heading of every `Spec: "…"` in crypto/."""
    return [
        (path.relative_to(ROOT).as_posix(), " ".join(reference.split()))
        for path in sorted((ROOT / "crypto").rglob("*.py"))
        for reference in re.findall(r'Spec:\s+"([^"]+)"', path.read_text(encoding="utf-8"))
    ]


FUNCTIONS = Counter(list_functions())
BROWSER_FUNCTIONS = Counter(list_browser_functions())


def test_specification_names_algorithms() -> None:
    assert {"hash_items", "encrypt_ballot", "verify_archive"} <= set(list_algorithms())


def test_specification_names_no_algorithm_twice() -> None:
    assert not [name for name, count in Counter(list_algorithms()).items() if count > 1]


@pytest.mark.parametrize("name", list_algorithms())
def test_algorithm_of_the_specification_is_exactly_one_public_function(name: str) -> None:
    assert FUNCTIONS[name] == 1


@pytest.mark.parametrize("name", list_algorithms())
def test_algorithm_of_the_specification_is_exactly_one_exported_function_of_the_browser(name: str) -> None:
    assert BROWSER_FUNCTIONS[name] == 1


@pytest.mark.parametrize("name", list_algorithms())
def test_algorithm_of_the_specification_has_inputs_output_errors_and_steps(name: str) -> None:
    described = [paragraph for paragraph in TEXT.split("\n\n") if paragraph.startswith(f"**{name}** ")]
    assert len(described) == 1
    places = [described[0].find(part) for part in PARTS]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize(("path", "reference"), sorted(set(list_references())))
def test_docstring_refers_to_a_heading_of_the_specification(path: str, reference: str) -> None:
    known = {*HEADINGS, *list_algorithms()}
    assert reference in known or set(reference.split(", ")) <= known, path


def test_specification_keeps_its_lines_short() -> None:
    lines = (ROOT / "crypto" / "SPEC.md").read_text(encoding="utf-8").splitlines()
    assert not [number for number, line in enumerate(lines, start=1) if len(line) > LONGEST_LINE]
