"""Where the files that are not Python lie: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def find_templates() -> Path:
    """Return the folder of page and print templates. Raises: FileNotFoundError if the installation lacks it."""
    for folder in (_PACKAGE / "templates", _PACKAGE.parent / "templates"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("the templates folder is missing: install phieukin again")


def find_fonts() -> Path:
    """Return the folder of the fonts. Raises: FileNotFoundError if the installation lacks it."""
    folder = _PACKAGE / "minutes" / "fonts"
    if not folder.is_dir():
        raise FileNotFoundError("the fonts are missing: run `make install` again")
    return folder
