"""Entry points: a broken plugin is told of when it is asked for, and not before."""

from importlib.metadata import EntryPoint

import pytest

from tilescope import plugins
from tilescope.errors import InputError


@pytest.fixture
def _two_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("broken", "no_such_module_here:make", "tilescope.test"),
        EntryPoint("works", "fractions:Fraction", "tilescope.test"),
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda group: points)


@pytest.mark.usefixtures("_two_plugins")
def test_a_plugin_is_imported_when_it_is_called() -> None:
    factories = plugins.load("tilescope.test")
    assert list(factories) == ["broken", "works"]
    assert str(factories["works"](1, 2)) == "1/2"


@pytest.mark.usefixtures("_two_plugins")
def test_a_broken_plugin_is_a_plain_error_naming_it() -> None:
    with pytest.raises(InputError, match=r"'broken' \(no_such_module_here:make\)"):
        plugins.load("tilescope.test")["broken"]()
