"""Every attack on partial decryptions again: made, checked and combined by the browser's side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crypto import test_decryption
from tests.support import trustees
from tests.support.browser_trustees import BrowserFunctions, TrusteeSide, list_tests, mix_devices

held, closed, partials = test_decryption.held, test_decryption.closed, test_decryption.partials
globals().update(list_tests(test_decryption))


@pytest.fixture(scope="module", autouse=True)
def browser_devices(trustee_side: TrusteeSide) -> Iterator[None]:
    functions = BrowserFunctions(trustee_side)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trustees, "Trustee", mix_devices(trustee_side, {1, 2}))
        for name in ("partially_decrypt", "verify_partial_decryption", "combine_partial_decryptions"):
            patch.setattr(test_decryption, name, getattr(functions, name))
        yield
