"""Every attack on the key ceremony again, the first trustee's device and all checking being the browser's."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.crypto import test_ceremony
from tests.support import trustees
from tests.support.browser_trustees import BrowserFunctions, TrusteeSide, list_tests, mix_devices

# They look into a device of Python's, or at a result that no openings give; `checks/trustee.ts` has the same.
LOOKING_INSIDE = {
    "test_shares_hold_no_plain_share_on_their_way",
    "test_share_is_not_made_for_an_unusable_encryption_key",
    "test_trial_is_refused_when_the_shares_do_not_fit_the_key",
}

held = test_ceremony.held
globals().update(list_tests(test_ceremony, without=LOOKING_INSIDE))


@pytest.fixture(scope="module", autouse=True)
def browser_devices(trustee_side: TrusteeSide) -> Iterator[None]:
    functions = BrowserFunctions(trustee_side)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trustees, "Trustee", mix_devices(trustee_side, {1}))
        patch.setattr(test_ceremony, "check_opening", functions.check_opening)
        patch.setattr(test_ceremony, "compute_ceremony_hash", functions.compute_ceremony_hash)
        patch.setattr(test_ceremony, "CeremonyResult", SimpleNamespace(from_openings=functions.from_openings))
        yield
