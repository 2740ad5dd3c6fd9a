"""Verifying archives in a test: by the command as a user runs it, and by what it calls."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ballot_server.services.verify_results import verify_results
from crypto.errors import VerificationError
from crypto.verify import verify_archive

Verify = Callable[..., tuple[int, str, str]]
"""From an archive and options of `phieukin verify` to status, output and errors."""


def find_failure(archive: bytes) -> VerificationError:
    """Return the error that refuses an archive: this class exactly, whatever was done to it."""
    with pytest.raises(VerificationError) as caught:
        verify_results(verify_archive(archive))
    return caught.value
