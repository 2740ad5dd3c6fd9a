"""Tellers' terminals: the command that a teller types, in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

PROGRAM = "import sys; from ballot_server.cli.main import main; sys.exit(main())"


@dataclass
class Terminal:
    """One teller's terminal; `seen` is what it printed so far."""

    address: str
    store: Path
    process: subprocess.Popen[str] = field(init=False)
    seen: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Run the command in a new process."""
        options = ["--store", str(self.store), "--assume-yes", "--poll-milliseconds", "200", "--lang", "en"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "trustee", "join", self.address, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, words: str) -> None:
        """Read what it prints until some words come; fail if it ends before."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.seen.append(line)
            if words in line:
                return
        raise AssertionError(f"the terminal ended with {self.process.wait()}:\n{''.join(self.seen)}")

    def kill(self) -> None:
        """End the process without a warning."""
        self.process.send_signal(signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Let go of the process."""
        self.process.kill()
        self.process.communicate(timeout=60)
