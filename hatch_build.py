"""Bring in, at build time, what is shipped but never committed: the Tinos fonts, the browser's bundles, the templates.

Fonts and the bundles' libraries come from packages pinned with their digests in `kiosk/package-lock.json`. Where the
machine has no Node, the build asks pip for one in a wheel, so that Python, venv and make are enough.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FONT_PACKAGE = "node_modules/@expo-google-fonts/tinos"
FONT_FILES = (
    "400Regular/Tinos_400Regular.ttf",
    "400Regular_Italic/Tinos_400Regular_Italic.ttf",
    "700Bold/Tinos_700Bold.ttf",
    "700Bold_Italic/Tinos_700Bold_Italic.ttf",
    "LICENSE_FONT",
)


class CustomBuildHook(BuildHookInterface[Any]):
    """Fetch the fonts, build the bundles and, for a real wheel, place the templates inside it."""

    def dependencies(self) -> list[str]:
        toolchain = _load_toolchain(Path(self.root))
        return [] if toolchain.has_installed_node() else [toolchain.NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        toolchain = _load_toolchain(root)
        fonts = root / "ballot_server" / "minutes" / "fonts"
        if not all((fonts / Path(name).name).is_file() for name in FONT_FILES):
            toolchain.install_packages()
            fonts.mkdir(parents=True, exist_ok=True)
            for name in FONT_FILES:
                shutil.copyfile(root / "kiosk" / FONT_PACKAGE / name, fonts / Path(name).name)
        if not toolchain.are_bundles_current():
            toolchain.build_bundles()
        if self.target_name == "wheel" and version != "editable":
            build_data["force_include"][str(root / "templates")] = "ballot_server/templates"


def _load_toolchain(root: Path) -> ModuleType:
    """Return kiosk/toolchain.py as a module; a build hook cannot import its neighbours."""
    path = root / "kiosk" / "toolchain.py"
    spec = importlib.util.spec_from_file_location("phieukin_toolchain", path)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{path} is missing")
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
