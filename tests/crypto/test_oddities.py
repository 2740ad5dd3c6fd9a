"""What looks wrong and is legal: were one verifier to refuse it, one voter could make two of them disagree."""

from typing import Any

import pytest

from crypto.elgamal import Ciphertext, add_ciphertexts, decode_sum_ciphertext, encode_ciphertext
from crypto.group import decode_element, decode_public_element, decode_scalar, multiply
from crypto.proofs.equality import DecryptionStatement, verify_decryption
from crypto.proofs.schnorr import verify_credential_signature, verify_possession
from tests.support.crypto_samples import load_vectors

ODDITIES = load_vectors("oddities")


def read(item: dict[str, Any], key: str) -> bytes:
    return bytes.fromhex(item[key])


def name_case(item: dict[str, Any]) -> str:
    return str(item["why"])


@pytest.mark.parametrize("item", ODDITIES["signatures"], ids=name_case)
def test_strange_signature_is_legal(item: dict[str, Any]) -> None:
    public = decode_public_element(read(item, "public"))
    message, signature = read(item, "message"), read(item, "signature")
    verify_credential_signature(item["label"], read(item, "election_hash"), public, message, signature)


@pytest.mark.parametrize("item", ODDITIES["possession"], ids=name_case)
def test_strange_proof_of_possession_is_legal(item: dict[str, Any]) -> None:
    items = tuple(bytes.fromhex(text) for text in item["items"])
    verify_possession(item["label"], items, decode_public_element(read(item, "public")), read(item, "proof"))


@pytest.mark.parametrize("item", ODDITIES["decryptions"], ids=name_case)
def test_strange_decryption_is_legal(item: dict[str, Any]) -> None:
    statement = DecryptionStatement(
        ceremony_hash=read(item, "ceremony_hash"),
        trustee=item["trustee"],
        public_share=decode_public_element(read(item, "public_share")),
        context=read(item, "context"),
        ciphertext=Ciphertext(decode_element(read(item, "alpha")), decode_element(read(item, "beta"))),
        decryption=decode_element(read(item, "decryption")),
    )
    verify_decryption(statement, read(item, "proof"))


@pytest.mark.parametrize("item", ODDITIES["sums"], ids=name_case)
def test_sum_may_be_the_identity(item: dict[str, Any]) -> None:
    members = [decode_sum_ciphertext(read(item, side)) for side in ("left", "right")]
    assert encode_ciphertext(add_ciphertexts(members)).hex() == item["sum"]


@pytest.mark.parametrize("item", ODDITIES["products"], ids=name_case)
def test_multiplication_is_total(item: dict[str, Any]) -> None:
    assert multiply(decode_scalar(read(item, "scalar")), decode_element(read(item, "element"))).hex() == item["product"]
