"""Simulated tellers: each has a trustee's device of its own, and they pass real messages round a table.

Where real tellers compare words aloud, these compare them too and stop when they differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ballot_server.errors import BallotServerError
from crypto.ceremony import Ceremony, CeremonyTerms
from crypto.closed import ClosedElection
from crypto.decryption import PartialDecryption
from crypto.encoding import JsonObject
from crypto.group import RandomBytes
from crypto.paper import PaperCounts
from crypto.trustee import Trustee
from crypto.trustee_storage import MemoryTrusteeStorage

BoardReview = Callable[[bytes, str], ClosedElection]


class WordsDifferError(BallotServerError):
    """Two devices show other words: somebody was shown another world; field: occasion."""


class Tellers:
    """The tellers of one meeting with their devices."""

    def __init__(self, terms: CeremonyTerms, random_bytes: RandomBytes) -> None:
        self._terms = terms
        self._devices = [Trustee(index, terms, random_bytes, MemoryTrusteeStorage()) for index in terms.indexes]

    def hold_ceremony(self) -> Ceremony:
        """Hold the key ceremony from the first commitment to the last signature.

        Raises: CeremonyError; WordsDifferError.
        """
        devices = self._devices
        commitments = [device.make_commitment() for device in devices]
        for device in devices:
            device.receive_commitments(commitments)
        openings = [device.make_opening() for device in devices]
        for device in devices:
            device.receive_openings(openings)
        _compare([device.words for device in devices], "ceremony")
        for device in devices:
            device.confirm_words()
        shares = {device.index: device.make_shares() for device in devices}
        for device in devices:
            for message in _select_shares(shares, device.index):
                device.receive_share(message)
        trials = [device.make_trial_decryptions() for device in devices]
        for device in devices:
            device.receive_trial_decryptions(trials)
        confirmations = [device.make_confirmation() for device in devices]
        ceremonies = [device.receive_confirmations(confirmations) for device in devices]
        return ceremonies[0]

    def sign_counts(self, election: str, slot: int, counts: JsonObject) -> Sequence[JsonObject]:
        """Return every teller's signature of an election's paper counts."""
        return [device.sign_counts(election, slot, counts) for device in self._devices]

    def sign_paper(self, paper: PaperCounts) -> Sequence[JsonObject]:
        """Return every teller's signature of what was counted on paper."""
        return [device.sign_paper(paper) for device in self._devices]

    def decrypt(self, archive: bytes, election: str, review: BoardReview) -> Sequence[PartialDecryption]:
        """Let each device review the board by itself, compare the words of the whole, and answer.

        Raises: VerificationError if the board does not hold; DecryptionRefusedError; WordsDifferError.
        """
        devices = self._devices
        for device in devices:
            device.review_board(archive, election, review)
        commitments = [device.make_whole_commitment() for device in devices]
        for device in devices:
            device.receive_whole_commitments(commitments)
        reveals = [device.make_whole_reveal() for device in devices]
        for device in devices:
            device.receive_whole_reveals(reveals)
        _compare([device.whole_words for device in devices], election)
        for device in devices:
            device.confirm_whole()
        return [device.make_partial_decryption() for device in devices]

    def destroy_shares(self) -> Sequence[JsonObject]:
        """Erase every share and return the signed statements."""
        return [device.destroy() for device in self._devices]


def _compare(words: Sequence[tuple[str, ...]], occasion: str) -> None:
    if len(set(words)) != 1:
        raise WordsDifferError(occasion=occasion)


def _select_shares(shares: dict[int, tuple[bytes, ...]], receiver: int) -> list[bytes]:
    """Return what each other maker made for a receiver; a maker's messages are in order of index, its own left out."""
    return [
        messages[receiver - 1 if receiver < maker else receiver - 2]
        for maker, messages in shares.items()
        if maker != receiver
    ]
