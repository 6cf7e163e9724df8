"""Names that exist, and what is said of one that does not."""

import pytest

from tilescope.errors import InputError
from tilescope.quantities.names import check_choice, unknown_name


def test_a_name_that_exists_passes() -> None:
    assert check_choice("mapping", "fused-k", ("per-tile", "fused-k")) == "fused-k"


def test_an_unknown_name_lists_all_and_guesses_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        check_choice("mapping", "fusedk", ("per-tile", "fused-k"))
    assert str(caught.value) == (
        "Unknown mapping 'fusedk'; there is per-tile, fused-k. Did you mean fused-k?"
    )


def test_a_name_like_none_gets_no_guess() -> None:
    assert "mean" not in str(unknown_name("device", "zzz", ["npu1"]))
