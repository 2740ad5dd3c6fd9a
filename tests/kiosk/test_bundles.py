"""What is built is what was recorded, and the sources decide it alone."""

import hashlib
import shutil
from pathlib import Path

import pytest

from kiosk.toolchain import BUNDLES, KIOSK, ROOT, are_bundles_current
from tests.support.kiosk import run_node


def digest_bundles(folder: Path) -> str:
    """Return the digests of a folder's bundles as the record writes them."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".js", ".css", ".wasm"))
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)


def test_bundles_have_the_recorded_digests(tmp_path: Path) -> None:
    run_node(["build.mjs", "--out", str(tmp_path)])
    assert digest_bundles(tmp_path) == (KIOSK / "bundles.sha256").read_text(encoding="ascii")


def test_bundles_are_the_same_bytes_when_built_in_another_folder(tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    for part in ("kiosk/src", "crypto", "ballot_server/translations"):
        shutil.copytree(ROOT / part, copy / part)
    for name in ("build.mjs", "package.json", "package-lock.json", "tsconfig.json"):
        shutil.copyfile(KIOSK / name, copy / "kiosk" / name)
    (copy / "kiosk" / "node_modules").symlink_to(KIOSK / "node_modules")
    run_node([str(copy / "kiosk" / "build.mjs"), "--out", str(tmp_path / "out")])
    assert digest_bundles(tmp_path / "out") == (KIOSK / "bundles.sha256").read_text(encoding="ascii")


def test_installed_bundles_are_those_of_the_sources() -> None:
    assert are_bundles_current(), "the sources were edited since: run `make bundles`"
    assert digest_bundles(BUNDLES) == (KIOSK / "bundles.sha256").read_text(encoding="ascii")


@pytest.mark.parametrize("path", sorted(BUNDLES.glob("*.js")), ids=lambda path: path.name)
def test_bundle_asks_nothing_of_a_browser_that_a_plain_address_lacks(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    assert [word for word in ("crypto.subtle", "randomUUID", "sourceMappingURL", "eval(") if word in code] == []
