"""The arrows of the house: which package may import which."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import crypto

ROOT = Path(__file__).parents[2]

# What each part may import of ours, besides itself. A part is the longest matching prefix.
ALLOWED: dict[str, set[str]] = {
    "crypto": set(),
    "ballot_server.errors": set(),
    "ballot_server.resources": set(),
    "ballot_server.clock": set(),
    "ballot_server.config": {"ballot_server.errors"},
    "ballot_server.i18n": {"ballot_server.errors", "crypto"},
    "ballot_server.domain": {"ballot_server.errors"},
    "ballot_server.rules": {"ballot_server.domain", "ballot_server.errors"},
    "ballot_server.storage": {"ballot_server.domain", "ballot_server.errors"},
    "ballot_server.minutes": {
        "ballot_server.domain", "ballot_server.errors", "ballot_server.resources", "ballot_server.i18n",
    },
    "ballot_server.services": {
        "ballot_server.domain", "ballot_server.errors", "ballot_server.rules", "ballot_server.storage",
        "ballot_server.minutes", "ballot_server.i18n", "ballot_server.resources", "ballot_server.clock",
        "crypto",
    },
    "ballot_server.web": {
        "ballot_server.services", "ballot_server.domain", "ballot_server.errors", "ballot_server.i18n",
        "ballot_server.config", "ballot_server.resources", "ballot_server.clock",
    },
    "ballot_server.trustee": {
        "ballot_server.services", "ballot_server.errors", "ballot_server.i18n", "crypto",
    },
    "ballot_server.rehearsal": {
        "ballot_server.services", "ballot_server.domain", "ballot_server.errors", "ballot_server.i18n",
        "ballot_server.config", "ballot_server.rules", "ballot_server.minutes", "ballot_server.storage",
        "ballot_server.web", "crypto",
    },
    "ballot_server.cli": {
        "ballot_server.services", "ballot_server.domain", "ballot_server.errors", "ballot_server.i18n",
        "ballot_server.rules", "ballot_server.config", "ballot_server.web", "ballot_server.rehearsal",
        "ballot_server.clock", "ballot_server.trustee", "crypto",
    },
}  # fmt: skip

# Foreign packages that one part alone may know.
KEEPERS = {
    "flask": ("ballot_server.web",),
    "werkzeug": ("ballot_server.web",),
    "gunicorn": ("ballot_server.web",),
    "sqlalchemy": ("ballot_server.storage",),
    "alembic": ("ballot_server.storage",),
    "typst": ("ballot_server.minutes",),
    "rbcl": ("crypto",),
    "openpyxl": ("ballot_server.services", "ballot_server.minutes"),
}


def list_modules() -> list[tuple[str, Path]]:
    return [
        (".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path)
        for package in ("crypto", "ballot_server")
        for path in sorted((ROOT / package).rglob("*.py"))
    ]


def find_part(module: str) -> str | None:
    matches = [part for part in ALLOWED if module == part or module.startswith(f"{part}.")]
    return max(matches, key=len) if matches else None


def list_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the arrows"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(("module", "path"), list_modules())
def test_module_imports_only_what_its_arrow_allows(module: str, path: Path) -> None:
    part = find_part(module)
    if part is None:
        assert module == "ballot_server", f"{module} belongs to no part of the house"
        return
    for imported in list_imports(path):
        target = find_part(imported)
        assert target in (None, part) or target in ALLOWED[part], f"{module} must not import {imported}"
        assert imported.split(".")[0] != "tests", f"{module} must not import tests"
        keepers = KEEPERS.get(imported.split(".")[0])
        assert keepers is None or part in keepers, f"only {keepers} may import {imported}, not {module}"


def test_crypto_is_ours_not_another_package_of_that_name() -> None:
    assert crypto.__file__ is not None
    assert Path(crypto.__file__).parent == ROOT / "crypto"


def test_house_has_no_module_named_for_nothing() -> None:
    banned = {"utils", "util", "helpers", "common", "manager", "misc"}
    assert not [module for module, _ in list_modules() if module.rsplit(".", 1)[-1] in banned]


def test_tests_folder_holds_no_packages() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))
