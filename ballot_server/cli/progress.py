"""One line that tells how far long work has come; on a terminal it is rewritten in place."""

from __future__ import annotations

from typing import TextIO

from ballot_server.i18n import Language, translate


class ProgressLine:
    """Shows stages of work on a stream.

    On a terminal each step is shown; elsewhere only the end of each stage, a line each.
    """

    def __init__(self, stream: TextIO, language: Language) -> None:
        self._stream = stream
        self._language = language
        self._is_terminal = stream.isatty()

    def show(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` of a stage is done; a stage is a key with, after a space, what it is about."""
        key, _, subject = stage.partition(" ")
        text = translate(f"progress.{key}", self._language, subject=subject)
        if self._is_terminal:
            end = "\n" if done == total else ""
            self._stream.write(f"\r\x1b[2K{text}: {done}/{total}{end}")
        elif done == total:
            self._stream.write(f"{text}: {done}/{total}\n")
        self._stream.flush()
