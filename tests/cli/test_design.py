"""`tilescope design`: a design as text, or one sentence why not."""

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.designs.mlir.reading import read_design


def design(*arguments):
    """The verb's result."""
    return CliRunner().invoke(app, ["design", *arguments])


def test_a_design_goes_to_stdout_and_nothing_else_does():
    result = design("q_proj", "--mapping", "fused-k")
    assert (result.exit_code, result.stderr) == (0, "")
    assert read_design(result.stdout, "stdout").design.name == "linear_fused"


def test_of_several_launches_the_first_is_written_and_the_others_are_named(tmp_path):
    path = tmp_path / "q.mlir"
    result = design("mine:64x64x64", "--mapping", "per-tile", "-o", str(path))
    assert result.exit_code == 0
    assert "linear_accumulate" in result.stderr
    assert read_design(path.read_text(), "q.mlir").design.name == "linear_matmul"
    second = design("mine:64x64x64", "--mapping", "per-tile", "--launch", "linear_accumulate")
    assert read_design(second.stdout, "stdout").design.name == "linear_accumulate"


def test_transfers_are_written_in_the_syntax_of_either_release():
    new, old = (design("mine:64x64x64", *more).stdout for more in ([], ["--older-syntax"]))
    assert " offset = 0 len = " in new
    assert " offset = 0 len = " not in old
    assert read_design(new, "new").design == read_design(old, "old").design


def test_a_link_that_aiecc_does_not_know_is_said_to_be_one():
    options = ["--mapping", "whole-array", "--tile", "16,16,32", "--k-mt", "64"]
    result = design("mine:64x64x64", *options)
    assert result.exit_code == 0
    assert "aiecc refuses it" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "nonsense"),
        (["all"], "a design is that of one"),
        (["q_proj", "--launch", "third"], "third"),
        (["q_proj", "--tile", "13,13,13"], "multiple"),
        (["q_proj", "--dtype", "float16"], "float16"),
        (["q_proj", "--device", "npu9"], "npu9"),
        (["q_proj", "-o", "/no/such/folder/q.mlir"], "folder"),
    ],
)
def test_what_cannot_be_printed_is_one_sentence(arguments, said):
    result = design(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
