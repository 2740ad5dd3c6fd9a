"""The installed command `phieukin`, run as a user runs it: its own process, its exit status, what it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
SAMPLE = PROJECT / "docs" / "sample"
PHIEUKIN = Path(sys.executable).parent / "phieukin"
PATIENCE_SECONDS = 240


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    status: int
    output: str
    errors: str


def run_phieukin(*arguments: object, **environment: str) -> Finished:
    """Run `phieukin` with arguments, and environment variables beside those of this process."""
    return run_command(PHIEUKIN, *arguments, **environment)


def run_crypto_verify(*arguments: object) -> Finished:
    """Run `python -m crypto.verify`."""
    return run_command(sys.executable, "-m", "crypto.verify", *arguments)


def run_command(*command: object, **environment: str) -> Finished:
    """Run a command to its end; what it prints is UTF-8."""
    process = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        env={**os.environ, **environment},
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return Finished(process.returncode, process.stdout.decode("utf-8"), process.stderr.decode("utf-8"))
