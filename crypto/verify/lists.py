"""V4: the lists of credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from crypto.credential import decode_credential_list
from crypto.errors import VerificationError
from crypto.group import Element
from crypto.manifest import Manifest
from crypto.verify.faults import V4, failing, require_equal
from crypto.verify.model import BoardRecord, CheckResult

CredentialLists: TypeAlias = Mapping[tuple[str, int], tuple[Element, ...]]
"""The credentials of each series and slot, ascending."""


def check_lists(board: BoardRecord) -> tuple[CheckResult, CredentialLists]:
    """Check that every list is sorted, distinct, valid, as long as its series' other slots and as many as printed.

    No credential may stand in two lists. Raises: VerificationError.
    """
    lists: dict[tuple[str, int], tuple[Element, ...]] = {}
    lengths: dict[str, int] = {}
    seen: set[Element] = set()
    for name, placed in board.lists.items():
        with failing(V4, placed.number):
            credentials = decode_credential_list(placed.body.credentials)
        length = lengths.setdefault(placed.body.series, len(credentials))
        require_equal(V4, placed.number, "the length of a series' lists", expected=length, found=len(credentials))
        if not seen.isdisjoint(credentials):
            raise VerificationError(V4, "a credential stands in two lists", entry=placed.number)
        seen.update(credentials)
        lists[name] = credentials
    for election in board.elections.values():
        manifest = election.manifest.body
        if not isinstance(manifest, Manifest):
            continue
        found = sum(lengths[series] for series in manifest.series)
        printed = manifest.counts.printed
        require_equal(V4, election.manifest.number, "slips printed and listed", expected=printed, found=found)
    return CheckResult(V4, counted=len(lists)), lists
