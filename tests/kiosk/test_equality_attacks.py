"""Every forgery of a decryption proof again, before the browser's verifier."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crypto import test_equality
from tests.support.browser_trustees import BrowserFunctions, TrusteeSide, list_tests

# They prove with a random source that repeats one byte; `checks/trustee.ts` does the same.
STUCK = {"test_equality_vectors_hold", "test_nonce_differs_between_statements_when_the_random_source_is_stuck"}

globals().update(list_tests(test_equality, without=STUCK))


@pytest.fixture(scope="module", autouse=True)
def browser_functions(trustee_side: TrusteeSide) -> Iterator[None]:
    functions = BrowserFunctions(trustee_side)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("prove_decryption", "verify_decryption"):
            patch.setattr(test_equality, name, getattr(functions, name))
        yield
