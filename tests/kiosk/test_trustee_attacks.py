"""Every attack on a trustee that has its share again, the first trustee's device being the browser's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crypto import test_trustee
from tests.support import trustees
from tests.support.browser_trustees import TrusteeSide, list_tests, mix_devices

held = test_trustee.held
globals().update(list_tests(test_trustee))


@pytest.fixture(scope="module", autouse=True)
def browser_devices(trustee_side: TrusteeSide) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (trustees, test_trustee):
            patch.setattr(module, "Trustee", mix_devices(trustee_side, {1}))
        yield
