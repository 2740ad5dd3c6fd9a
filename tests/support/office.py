"""LibreOffice without a window: what a reader's program makes of our files.

>>> [pdf] = convert_to_pdf([path], tmp_path)

`python -m tests.support.office` says which LibreOffice would be used, and fails if there is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from ballot_server.resources import find_fonts

_PROGRAMS = ("soffice", "libreoffice")
_SECONDS = 180
# Times New Roman is not free; Tinos has its widths. Nothing of the machine's own fonts decides how pages are filled.
_FONT_SETTINGS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
<dir>{fonts}</dir><cachedir>{cache}</cachedir>
<match><test name="family"><string>Times New Roman</string></test>
<edit name="family" mode="assign" binding="same"><string>Tinos</string></edit></match>
</fontconfig>
"""


class ConversionError(Exception):
    """LibreOffice did not make a PDF of a file; the message is what it said."""


def find_office() -> str:
    """Return the path of LibreOffice: $SOFFICE, else what PATH has. Raises: FileNotFoundError."""
    for program in (os.environ.get("SOFFICE"), *_PROGRAMS):
        path = shutil.which(program) if program else None
        if path is not None:
            return path
    raise FileNotFoundError(
        "LibreOffice was not found: install it (apt-get install libreoffice-writer-nogui libreoffice-calc-nogui), "
        "or set SOFFICE to its path"
    )


def convert_to_pdf(files: Sequence[Path], folder: Path) -> list[Path]:
    """Convert documents and sheets in one start of the program; return the PDFs in `folder`, in the files' order.

    The files' names differ without their suffixes. The program has a profile of its own each time, no window, and the
    fonts of the minutes alone.

    Raises: FileNotFoundError if there is no LibreOffice, ConversionError if a file is not converted.
    """
    office = find_office()
    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / f"{file.stem}.pdf" for file in files]
    with tempfile.TemporaryDirectory(prefix="phieukin-office-") as place:
        home = Path(place)
        settings = home / "fonts.conf"
        settings.write_text(
            _FONT_SETTINGS.format(fonts=escape(str(find_fonts())), cache=escape(str(home / "fonts"))), encoding="utf-8"
        )
        done = subprocess.run(
            [
                office,
                f"-env:UserInstallation={(home / 'profile').as_uri()}",
                "--headless",
                "--convert-to",
                "pdf",
                "--outdir",
                str(folder),
                *map(str, files),
            ],
            env={**os.environ, "HOME": place, "FONTCONFIG_FILE": str(settings)},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    if done.returncode or not all(path.is_file() for path in made):
        raise ConversionError(done.stdout + done.stderr)
    return made


if __name__ == "__main__":
    try:
        find_office()
    except FileNotFoundError as error:
        sys.exit(str(error))
