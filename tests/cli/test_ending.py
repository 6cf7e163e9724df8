"""Ctrl-C ends a verb in one sentence, whenever it comes."""

import pytest

from tilescope.cli.ending import INTERRUPTED, interruptible, plain_ending


class Interrupted:
    """What is interrupted while a class that holds it is made."""

    def __set_name__(self, owner: type, name: str) -> None:
        raise KeyboardInterrupt


def make_a_class() -> None:
    """What an import does; before Python 3.12 a RuntimeError comes of it."""
    type("Made", (), {"field": Interrupted()})


def test_ctrl_c_while_a_class_is_made_ends_as_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        plain_ending(make_a_class)()
    assert end.value.code == INTERRUPTED
    assert capsys.readouterr().err == "tilescope: Interrupted.\n"


def test_another_error_stays_what_it_is() -> None:
    with pytest.raises(ZeroDivisionError), interruptible():
        raise ZeroDivisionError from ValueError()
