"""Counts from an aggregate and its partial decryptions: the discrete logarithms 0 … N, found in one shared table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crypto.aggregate import Aggregate
from crypto.ceremony import CeremonyResult
from crypto.decryption import PartialDecryption, combine_partial_decryptions
from crypto.errors import TallyError
from crypto.group import GENERATOR, IDENTITY, Element, add, subtract


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of every contest, blank last.

    trustees: those combined, ascending; rejected: those whose partial decryption was wrong, ascending.
    """

    trustees: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]
    rejected: tuple[int, ...]


def build_logarithm_table(ballots: int) -> dict[Element, int]:
    """Return the logarithms of 0·G … ballots·G, for every sum of an election."""
    table, element = {IDENTITY: 0}, IDENTITY
    for count in range(1, ballots + 1):
        element = add(element, GENERATOR)
        table[element] = count
    return table


def find_logarithm(element: Element, table: Mapping[Element, int], *, contest: int, option: int) -> int:
    """Return the count m with m·G = element, within the table's 0 … N.

    Raises: TallyError naming contest and option if there is none. Spec: "find_logarithm".
    """
    try:
        return table[element]
    except KeyError:
        raise TallyError(f"no count from 0 to {len(table) - 1} fits", contest=contest, option=option) from None


def compute_tally(
    ceremony: CeremonyResult, election_hash: bytes, aggregate: Aggregate, partials: Iterable[PartialDecryption]
) -> Tally:
    """Return the counts that the valid partial decryptions give; for no ballots all counts are 0, by no trustees.

    Raises: NotEnoughSharesError; TallyError for a sum that is no count of these ballots.
    """
    if aggregate.ballots == 0:
        return Tally((), tuple(tuple(0 for _ in members) for members in aggregate.ciphertexts), ())
    combination = combine_partial_decryptions(ceremony, election_hash, aggregate, partials)
    table = build_logarithm_table(aggregate.ballots)
    counts = tuple(
        tuple(
            find_logarithm(subtract(ciphertext.beta, element), table, contest=contest, option=option)
            for option, (ciphertext, element) in enumerate(zip(ciphertexts, elements, strict=True))
        )
        for contest, (ciphertexts, elements) in enumerate(zip(aggregate.ciphertexts, combination.elements, strict=True))
    )
    return Tally(combination.trustees, counts, combination.rejected)
