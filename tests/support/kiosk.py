"""The browser's side of the protocol, run by Node: built once, asked questions over pipes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crypto.errors import CryptoError
from kiosk.toolchain import KIOSK, find_node, install_packages

Request = dict[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True)
class BrowserSide:
    """The built tests of the browser's side, in a folder."""

    folder: Path

    def ask(self, requests: Sequence[Request]) -> list[Answer]:
        """Return the answer to each request: {"value": …}, or {"error": NAME} for one of the protocol's errors."""
        output = run_node([str(self.folder / "exchange.mjs")], input_text=json.dumps(requests))
        answers: list[Answer] = json.loads(output)
        return answers

    def ask_for_values(self, requests: Sequence[Request]) -> list[Any]:
        """Return the value of each request, none of which may fail."""
        answers = self.ask(requests)
        assert [answer for answer in answers if "error" in answer] == []
        return [answer["value"] for answer in answers]


def run_node(arguments: Sequence[str], *, input_text: str = "") -> str:
    """Return what Node printed. Raises: CalledProcessError, with its stderr shown."""
    node = find_node()
    command = [str(node.node), *arguments]
    done = subprocess.run(
        command, cwd=KIOSK, env=node.environment, input=input_text, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build_browser_side(folder: Path) -> BrowserSide:
    """Return the browser's side, built into a folder."""
    install_packages()
    run_node(["build.mjs", "--tests", str(folder)])
    return BrowserSide(folder)


def answer_here(action: Callable[[], Any]) -> Answer:
    """Return what the Python side answers to the same question: the action's value, or its error's name."""
    try:
        return {"value": action()}
    except CryptoError as error:
        return {"error": type(error).__name__}
