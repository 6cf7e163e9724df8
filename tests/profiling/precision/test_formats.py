"""Does each format say what the NPU runs for it?"""

from __future__ import annotations

import pytest

from tilescope.errors import InputError
from tilescope.profiling.precision.formats import parse_formats


@pytest.mark.parametrize(
    ("text", "operands", "c_dtype", "output"),
    [
        ("f32", "float32", "float32", "float32"),
        ("bf16", "bfloat16", "float32", "float32"),
        ("bfloat16:bfloat16", "bfloat16", "bfloat16", "bfloat16"),
        ("float16", "float32", "float32", "float16"),
        ("int8", "int8", "int32", "float32"),
        ("int8:int16", "int8", "int16", "float32"),
        ("i16", "int16", "int32", "float32"),
    ],
)
def test_a_format_is_its_operands_its_c_and_what_the_caller_gets(
    text: str, operands: str, c_dtype: str, output: str
) -> None:
    (form,) = parse_formats(text)
    assert (form.operands, form.c_dtype, form.output) == (operands, c_dtype, output)


def test_what_c_is_held_in_may_be_said_once_for_all() -> None:
    formats = parse_formats("bf16,int8:int32,float16", "bfloat16")
    assert [form.c_dtype for form in formats] == ["bfloat16", "int32", "float32"]


def test_float16_says_what_it_runs_as() -> None:
    (form,) = parse_formats("half")
    (note,) = form.notes
    assert "no float16" in note
    assert "run as float32" in note


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Unknown dtype"),
        ("float8", "Unknown dtype 'float8'"),
        ("bf16,", "Unknown dtype"),
        ("bf16,bfloat16", "twice"),
        ("float16:float32", "no C to choose"),
        ("int8:", "Unknown dtype"),
    ],
)
def test_what_is_no_format_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse_formats(text)
