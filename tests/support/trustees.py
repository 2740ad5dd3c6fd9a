"""Trustees in memory who talk through real encoded messages, and elections for them to decrypt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crypto.aggregate import Aggregate
from crypto.ceremony import Ceremony, CeremonyTerms
from crypto.closed import ClosedElection
from crypto.decryption import PartialDecryption
from crypto.elgamal import Ciphertext, encrypt
from crypto.group import Element, RandomBytes, random_scalar
from crypto.participant import CeremonyStep
from crypto.signing import SigningSeed, VerificationKey, derive_verification_key
from crypto.trustee import Trustee
from crypto.trustee_storage import MemoryTrusteeStorage, TrusteeStorage
from tests.support.crypto_samples import ELECTION_HASH, SeededRandom

SERVER_KEY = derive_verification_key(SigningSeed(bytes(range(32))))
CLOSED_ENTRY_HASH = hashlib.sha256(b"a closed entry").digest()


@dataclass(frozen=True)
class HeldCeremony:
    """A finished ceremony, its trustees' devices in order of index, and the messages of its first round."""

    ceremony: Ceremony
    trustees: tuple[Trustee, ...]
    openings: tuple[bytes, ...]


def sample_terms(
    count: int = 3,
    threshold: int = 2,
    *,
    rehearsal: bool = False,
    ceremony: bytes = bytes(range(16)),
    server_key: VerificationKey = SERVER_KEY,
) -> CeremonyTerms:
    """Return the terms of a ceremony."""
    return CeremonyTerms(ceremony, server_key, count, threshold, rehearsal)


def create_trustees(
    terms: CeremonyTerms, *, seed: int = 1, storages: Sequence[TrusteeStorage] | None = None
) -> tuple[Trustee, ...]:
    """Return new devices, each with its own stream of random bytes."""
    return tuple(
        Trustee(
            index,
            terms,
            SeededRandom(seed * 1000 + index),
            storages[index - 1] if storages is not None else MemoryTrusteeStorage(),
        )
        for index in terms.indexes
    )


def hold_ceremony(
    count: int = 3,
    threshold: int = 2,
    *,
    rehearsal: bool = False,
    ceremony: bytes = bytes(range(16)),
    server_key: VerificationKey = SERVER_KEY,
    seed: int = 1,
    storages: Sequence[TrusteeStorage] | None = None,
) -> HeldCeremony:
    """Return a ceremony held from the first commitment to the last confirmation."""
    terms = sample_terms(count, threshold, rehearsal=rehearsal, ceremony=ceremony, server_key=server_key)
    trustees = create_trustees(terms, seed=seed, storages=storages)
    openings = advance(trustees, CeremonyStep.HOLDING)
    confirmations = [trustee.make_confirmation() for trustee in trustees]
    for trustee in trustees:
        trustee.receive_confirmations(confirmations)
    return HeldCeremony(Ceremony.from_messages(terms, openings, confirmations), trustees, openings)


def advance(trustees: Sequence[Trustee], until: CeremonyStep) -> tuple[bytes, ...]:
    """Run new devices together until they are at a step; return the openings as far as they were made."""
    openings: tuple[bytes, ...] = ()
    for _ in CeremonyStep:
        match trustees[0].step:
            case step if step is until:
                break
            case CeremonyStep.NEW:
                commitments = [trustee.make_commitment() for trustee in trustees]
            case CeremonyStep.COMMITTED:
                for trustee in trustees:
                    trustee.receive_commitments(commitments)
            case CeremonyStep.COMMITMENTS_IN:
                openings = tuple(trustee.make_opening() for trustee in trustees)
            case CeremonyStep.OPENED:
                for trustee in trustees:
                    trustee.receive_openings(openings)
            case CeremonyStep.WORDS_SHOWN:
                for trustee in trustees:
                    trustee.confirm_words()
            case CeremonyStep.WORDS_CONFIRMED:
                shares = {trustee.index: trustee.make_shares() for trustee in trustees}
            case CeremonyStep.SHARES_MADE:
                for trustee in trustees:
                    for message in list_shares_for(shares, trustee.index):
                        trustee.receive_share(message)
            case CeremonyStep.SHARES_IN:
                trials = [trustee.make_trial_decryptions() for trustee in trustees]
            case CeremonyStep.TRIAL_MADE:
                for trustee in trustees:
                    trustee.receive_trial_decryptions(trials)
            case CeremonyStep.TRIAL_DONE:
                for trustee in trustees:
                    trustee.make_confirmation()
    assert all(trustee.step is until for trustee in trustees)
    return openings


def list_shares_for(shares: dict[int, tuple[bytes, ...]], receiver: int) -> list[bytes]:
    """Return what the others made for a receiver, of what each maker made for the others in order."""
    return [
        messages[receiver - 1 if receiver < maker else receiver - 2]
        for maker, messages in shares.items()
        if maker != receiver
    ]


def encrypt_counts(key: Element, counts: Iterable[Iterable[int]], random_bytes: RandomBytes) -> Aggregate:
    """Return an aggregate of these counts per contest and option; its ballots are the first contest's total."""
    rows = tuple(tuple(contest) for contest in counts)
    ciphertexts: tuple[tuple[Ciphertext, ...], ...] = tuple(
        tuple(encrypt(key, count, random_scalar(random_bytes)) for count in row) for row in rows
    )
    return Aggregate(sum(rows[0]), ciphertexts)


def sample_closed(
    held: HeldCeremony,
    counts: Iterable[Iterable[int]] = ((3, 2, 0), (1, 4)),
    *,
    election: str = "bi-thu",
    floor: int = 3,
    rehearsal: bool = False,
    annulled: bool = False,
    seed: int = 50,
) -> ClosedElection:
    """Return a closed election whose ballots come to these counts."""
    aggregate = encrypt_counts(held.ceremony.key, counts, SeededRandom(seed))
    return ClosedElection(
        election=election,
        election_hash=ELECTION_HASH,
        ceremony_hash=held.ceremony.ceremony_hash,
        server_key=held.ceremony.terms.server_key,
        closed_entry_hash=CLOSED_ENTRY_HASH,
        ballots=aggregate.ballots,
        aggregate=aggregate,
        floor=floor,
        rehearsal=rehearsal,
        annulled=annulled,
    )


def exchange_whole(trustees: Sequence[Trustee], *, missing: frozenset[int] = frozenset()) -> None:
    """Exchange and confirm the words of the whole between devices that all prepared a decryption."""
    commitments = [trustee.make_whole_commitment() for trustee in trustees]
    for trustee in trustees:
        trustee.receive_whole_commitments(commitments, missing=missing)
    reveals = [trustee.make_whole_reveal() for trustee in trustees]
    for trustee in trustees:
        trustee.receive_whole_reveals(reveals)
    for trustee in trustees:
        trustee.confirm_whole()


def decrypt_closed(
    trustees: Sequence[Trustee], closed: ClosedElection, *, missing: frozenset[int] = frozenset()
) -> list[PartialDecryption]:
    """Return the partial decryptions of these devices, the rest being missing."""
    for trustee in trustees:
        trustee.prepare_decryption(closed)
    exchange_whole(trustees, missing=missing)
    return [trustee.make_partial_decryption() for trustee in trustees]
