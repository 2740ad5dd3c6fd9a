"""The browser's tests are built once for each process that runs tests."""

import pytest

from tests.support.kiosk import BrowserSide, build_browser_side


@pytest.fixture(scope="session")
def browser_side(tmp_path_factory: pytest.TempPathFactory) -> BrowserSide:
    """Return the built tests of the browser's side."""
    return build_browser_side(tmp_path_factory.mktemp("kiosk"))
