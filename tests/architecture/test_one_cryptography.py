"""One copy of the cryptography in each language: nobody outside it defines its algorithms or reaches its primitives."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEADINGS = re.findall(r"^#+ (.+)$", (ROOT / "crypto" / "SPEC.md").read_text(encoding="utf-8"), re.MULTILINE)
ALGORITHMS = {
    name for heading in HEADINGS for name in heading.split(", ") if re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name)
}
# Curves, key agreement and authenticated encryption of the protocol; certificates and passphrases are other matters.
PRIMITIVES = re.compile(r"rbcl|nacl|.*\.(ed25519|x25519|hkdf|HKDF|ChaCha20Poly1305|aead)(\..*)?")
NAME = re.compile(r"\b(?:function\*?|const)\s+(\w+)")


def list_python() -> list[Path]:
    """Return our Python outside crypto/ and the tests."""
    return [path for folder in ("ballot_server", "bench", "kiosk") for path in (ROOT / folder).rglob("*.py")]


def list_typescript() -> list[Path]:
    """Return the browser's sources outside their crypto folder."""
    sources = ROOT / "kiosk" / "src"
    return [path for path in sources.rglob("*.ts") if (sources / "crypto") not in path.parents]


def list_imports(path: Path) -> Iterator[str]:
    """Yield every module and name that a file imports, as dotted text."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def name_file(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [path for path in list_python() if "node_modules" not in path.parts], ids=name_file)
def test_python_outside_crypto_has_no_second_copy(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert not defined & ALGORITHMS
    assert not [name for name in list_imports(path) if PRIMITIVES.fullmatch(name)]


@pytest.mark.parametrize("path", list_typescript(), ids=name_file)
def test_browser_code_outside_crypto_has_no_second_copy(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    defined = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in NAME.findall(source)}
    assert not defined & ALGORITHMS
    assert not re.findall(r'"@noble/(?:curves|ciphers)', source)


def test_sources_of_both_languages_are_looked_at() -> None:
    assert len(list_python()) > 100
    assert len(list_typescript()) > 5
