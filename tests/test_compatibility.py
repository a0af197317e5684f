"""Files that an earlier release wrote load, go on, and end where that release would have ended."""

import pathlib

import pytest

from tests.compatibility import CASES, differences

FOLDER = pathlib.Path(__file__).parent / "data" / "compatibility"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Resumed from")
@pytest.mark.parametrize("kind", ["checkpoint", "keras"])
@pytest.mark.parametrize("name", CASES)
def test_a_training_begun_before_goes_on(name, kind):
    # 0 on the machine that wrote them; others add in another order, and adversaries enlarge that.
    assert max(differences(FOLDER, name, kind)) < 2e-3
