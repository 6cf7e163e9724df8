"""Are targets found by entry point, ours like anyone's?"""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from tilescope import plugins
from tilescope.errors import InputError
from tilescope.targets.catalog import GROUP, make_target, target_names
from tilescope.targets.pytorch import PyTorchTarget
from tilescope.targets.simulated import SimulatedNpu


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    """A foreign package registers what is no target, and one that cannot be imported."""
    points = EntryPoints(
        [
            EntryPoint("odd", "builtins:dict", GROUP),
            EntryPoint("gone", "no_such_package:Target", GROUP),
        ]
    )
    monkeypatch.setattr(plugins, "entry_points", lambda group: points.select(group=group))


def test_our_targets_are_registered_like_anyones() -> None:
    assert {"pytorch", "simulated"} <= set(target_names())


def test_a_target_is_made_with_its_own_options() -> None:
    target = make_target("simulated", device="npu1", runtime="allo-profile")
    assert isinstance(target, SimulatedNpu)
    assert target.costs.name == "allo-profile"
    assert isinstance(make_target("pytorch"), PyTorchTarget)


def test_an_unknown_target_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="pytorch, simulated"):
        make_target("gpu")


@pytest.mark.usefixtures("foreign")
def test_a_foreign_thing_that_is_no_target_is_refused() -> None:
    assert target_names() == ("gone", "odd")
    with pytest.raises(InputError, match="'odd' lacks name"):
        make_target("odd")


@pytest.mark.usefixtures("foreign")
def test_a_foreign_package_that_cannot_be_imported_is_refused_when_asked_for() -> None:
    with pytest.raises(InputError, match="no_such_package"):
        make_target("gone")
