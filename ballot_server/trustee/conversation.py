"""What the device says to the teller, and what the teller answers; without an answer nothing leaves the device."""

from __future__ import annotations

import queue
import threading
import unicodedata
from typing import Protocol, TextIO

from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language, translate

_YES = {"có", "co", "yes", "y"}
_NO = {"không", "khong", "no", "n"}


class InputClosedError(BallotServerError):
    """Nobody can answer: the program's input was closed."""


class Conversation(Protocol):
    """Sentences by key, `trustee.say.<key>` and `trustee.ask.<key>` in the catalogues."""

    def say(self, key: str, /, **fields: object) -> None:
        """Tell something that has happened."""

    def show_status(self, key: str, /, **fields: object) -> None:
        """Tell what is awaited, if it is not what was told last."""

    def ask(self, key: str, /, **fields: object) -> bool:
        """Wait for a yes or a no."""

    def offer(self, key: str, /, **fields: object) -> bool:
        """Tell once what a yes would mean now, without waiting; return whether it was said since."""


class TerminalConversation:
    """A teller at a terminal."""

    def __init__(self, reading: TextIO, writing: TextIO, language: Language) -> None:
        self._writing = writing
        self._language = language
        self._status = ""
        self._offered = ""
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        # A thread of its own, so that the device goes on asking the server while nobody types.
        threading.Thread(target=self._listen, args=(reading,), daemon=True).start()

    def say(self, key: str, /, **fields: object) -> None:
        """Print a sentence."""
        self._status = ""
        self._print(self._translate("say", key, fields))

    def show_status(self, key: str, /, **fields: object) -> None:
        """Print what is awaited, if it is not what was printed last."""
        text = self._translate("status", key, fields)
        if text != self._status:
            self._status = text
            self._print(text)

    def ask(self, key: str, /, **fields: object) -> bool:
        """Print a question and wait for "có" or "không". Raises: InputClosedError."""
        self._drop_old_lines()
        self._status = ""
        self._print(self._translate("ask", key, fields))
        while True:
            line = self._lines.get()
            if line is None:
                self._lines.put(None)
                raise InputClosedError
            answer = _read_answer(line)
            if answer is not None:
                return answer
            self._print(self._translate("ask", "again", {}))

    def offer(self, key: str, /, **fields: object) -> bool:
        """Print what a yes would mean now, once; return whether it was typed since. Raises: InputClosedError."""
        text = self._translate("ask", key, fields)
        if text != self._offered:
            self._drop_old_lines()
            self._offered = text
            self._print(text)
            return False
        try:
            line = self._lines.get_nowait()
        except queue.Empty:
            return False
        if line is None:
            self._lines.put(None)
            raise InputClosedError
        return _read_answer(line) is True

    def _listen(self, reading: TextIO) -> None:
        for line in reading:
            self._lines.put(line)
        self._lines.put(None)

    def _drop_old_lines(self) -> None:
        # What was typed before the question is no answer to it.
        while not self._lines.empty():
            if self._lines.get() is None:
                self._lines.put(None)
                return

    def _translate(self, kind: str, key: str, fields: dict[str, object]) -> str:
        return translate(f"trustee.{kind}.{key}", self._language, **fields)

    def _print(self, text: str) -> None:
        self._writing.write(text + "\n")
        self._writing.flush()


class ConsentingConversation(TerminalConversation):
    """A terminal where every question is answered yes without anybody: for tests, where there are no people."""

    def ask(self, key: str, /, **fields: object) -> bool:
        """Print the question and say yes."""
        self._print(self._translate("ask", key, fields))
        return True

    def offer(self, key: str, /, **fields: object) -> bool:
        """Say nothing: that somebody is missing takes a person to see."""
        return False


def _read_answer(line: str) -> bool | None:
    word = unicodedata.normalize("NFC", line).strip().casefold()
    if word in _YES:
        return True
    return False if word in _NO else None
