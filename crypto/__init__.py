"""The protocol of phieukin: group, slips, ballots, proofs, ceremony, board, verification.

Normative text: `crypto/SPEC.md`. This package imports nothing else of ours: no web, no database, no rules.
"""
