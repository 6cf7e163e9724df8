"""Does code that a compiler left in cores compute what it says, at the cost that is stated?

On the plain device a word takes a cycle. A load is 7 cycles, a store 1, whole numbers 1, floating
point 155, a trip 7 more, and a condition 6: costs.py of the code.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.designs.mlir.plain import DESIGNS, PLAIN, cycles, read, run, text_of
from tests.designs.mlir.test_bad_text import refused
from tilescope.cli.main import app
from tilescope.designs.mlir.calls import Stated, read_costs
from tilescope.designs.mlir.formulas import parse_formula, value_of
from tilescope.designs.mlir.reading import read_design
from tilescope.errors import DesignError, InputError
from tilescope.simulation.simulate import simulate_design
from tilescope.targets.runtimes import load_runtime

LOAD, STORE, TRIP = 7, 1, 7
ADDS = text_of("code_adds")


def test_a_loop_adds_to_every_element():
    """16 in, 16 trips, 16 out."""
    sent = np.arange(16)
    ticks, arrays = run("code_adds", a0=sent)
    assert (arrays["b"] == sent + 100).all()
    assert ticks == 16 + 16 * (LOAD + 1 + STORE + TRIP) + 16 == cycles("code_adds")


def test_three_loops_multiply_matrices():
    """Both inputs come at once, 16 words each; 16 sums of 8 products; the fill has no load."""
    a, b = np.arange(32).reshape(4, 8) - 9, np.arange(32).reshape(8, 4) - 20
    ticks, arrays = run("code_multiplies_matrices", a0=a.ravel(), a1=b.ravel())
    assert (arrays["b"].reshape(4, 4) == a @ b).all()
    inner = 8 * (3 * LOAD + 4 + STORE + TRIP)
    fill = 16 * (STORE + TRIP)
    assert ticks == 16 + fill + 4 * (4 * (inner + TRIP) + TRIP) + 16


def test_whole_numbers_wrap_as_their_type_does():
    """200 is -56 in 8 bits, and twice that 144, -112."""
    text = ADDS.replace("i32", "i8").replace("constant 100 : i8", "constant 100 : i8")
    text = text.replace("arith.addi %v, %c100", "arith.addi %v, %v")
    text = text.replace("2 : i8", "2 : i32").replace("1 : i8)", "1 : i32)")
    design = read_design(text, "wraps.mlir").design
    arrays = {"a0": np.full(16, 100, np.int8), "b": np.zeros(16, np.int8)}
    simulate_design(design, PLAIN, arrays)
    assert (arrays["b"] == -56).all()


def test_a_loop_hands_values_on_and_chooses():
    sent = np.array([1.5, -2, 3, -4] * 4, np.float32)
    ticks, arrays = run("code_sums_with_values", a0=sent)
    assert arrays["b"].tolist() == [18.0]
    assert ticks == 16 + 16 * (LOAD + 155 + (155 + 6) + TRIP) + STORE + 1


def test_the_trip_around_the_code_counts():
    """Object t gets t added; what comes in waits for the code, what goes out does not."""
    sent = np.arange(64)
    ticks, arrays = run("code_uses_the_trip", a0=sent)
    assert (arrays["b"] == sent + np.repeat(np.arange(4), 16)).all()
    assert ticks == 4 * (16 + 16 * (LOAD + 1 + STORE + TRIP)) + 16


def test_views_are_of_the_objects_themselves():
    """Rows 0 and 2 are copied to rows 1 and 3; a kernel made noughts of all before."""
    sent = np.arange(32)
    _, arrays = run("code_views", a0=sent)
    rows, out = sent.reshape(4, 8), arrays["b"].reshape(4, 8)
    assert (out[[1, 3]] == rows[[0, 2]]).all()
    assert (out[[0, 2]] == 0).all()


def test_linalg_works_on_whole_buffers():
    sent, factors = np.arange(32, dtype=np.float32), np.array([1, 2, 3, 4], np.float32)
    ticks, arrays = run("code_on_whole_buffers", a0=sent, a1=factors)
    assert (arrays["b"].reshape(4, 8) == 2 * sent.reshape(4, 8) * factors[:, None]).all()
    one = LOAD + 155 + STORE + TRIP
    assert ticks == 32 + 32 * (one + LOAD) + 32 * one + 32


def test_a_parameter_that_was_written_is_read():
    sent = np.arange(16)
    ticks, arrays = run("code_reads_parameters", a0=sent)
    assert (arrays["b"] == sent + 7).all()
    assert ticks == cycles("code_adds") + LOAD


def test_a_costs_file_says_what_functions_cost_and_compute(tmp_path):
    """20 + 16 cycles for the scale and 5 for the shift: x1 = 2·x0, then x0 + 3."""
    file = tmp_path / "costs.toml"
    file.write_text(
        '[kernel.scale]\ncycles = "20 + n0"\ncomputes = "x1 = 2 * x0"\n'
        '[kernel.shift]\ncycles = 5\ncomputes = "x0 = x0 + s0"\n'
    )
    sent = np.arange(16, dtype=np.float32)
    ticks, arrays = run("stated_functions", read_costs(file), a0=sent)
    assert (arrays["b"] == 2 * sent + 3).all()
    assert ticks == 16 + (20 + 16) + 5 + 16


def test_the_result_says_that_code_and_costs_are_estimates(tmp_path):
    file = tmp_path / "costs.toml"
    file.write_text("[kernel.scale]\ncycles = 9\n[kernel.shift]\ncycles = 5\n")
    shown = CliRunner().invoke(
        app, ["simulate", str(DESIGNS / "stated_functions.mlir"), "--costs", str(file)]
    )
    assert shown.exit_code == 0
    assert "What scale, shift computes is not known, so no data were moved." in shown.stdout
    shown = CliRunner().invoke(app, ["simulate", str(DESIGNS / "code_adds.mlir"), "--json", "-"])
    notes = json.loads(shown.stdout)["notes"]
    assert any("scalar code at a stated rate" in note for note in notes)


@pytest.mark.parametrize(
    ("old", "new", "said", "at"),
    [
        (
            "memref.load %x0[%i]",
            "memref.load %x0[%i, %i]",
            "memref.load is not as it should be",
            "%v =",
        ),
        ("%c0 to %c16 step", "%c0 to %i2 step", "", None),
        ("memref.load %x0[%i] : memref<16xi32>", "memref.alloc() : memref<16xi32>", "", None),
        ("arith.constant 16 : index", "arith.constant 100000000 : index", "cycles", "scf.for"),
        (
            "%s = arith.addi %v, %c100 : i32",
            "%s = arith.addui_extended %v, %c100 : i32, i1",
            "",
            None,
        ),
    ],
)
def test_code_that_is_not_simulated_is_told_with_its_place(old, new, said, at):
    assert old in ADDS
    refused(ADDS.replace(old, new, 1), said, at)


def test_code_that_leaves_its_buffer_ends_with_its_place():
    text = ADDS.replace("arith.constant 16 : index", "arith.constant 17 : index")
    design = read_design(text, "design.mlir").design
    arrays = {"a0": np.zeros(16, np.int32), "b": np.zeros(16, np.int32)}
    with pytest.raises(InputError) as caught:
        simulate_design(design, PLAIN, arrays)
    assert "place 16 lies outside a dimension of 16" in str(caught.value)
    assert str(caught.value).startswith("design.mlir:")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("__import__('os')", "calls what is none of"),
        ("x0.dtype", "no part of a formula"),
        ("[1, 2]", "no part of a formula"),
        ("lambda: 1", "no part of a formula"),
        ("'a' * 9", "no number"),
        ("1 if 2 else 3", "no part of a formula"),
        ("1 < 2 < 3", "more than two"),
        ("1 | 2", "not known"),
        ("(" * 500 + "1" + ")" * 500, "formula"),
        ("x1 = 2", "one formula"),
        ("", "one formula"),
        ("1 +", "no formula"),
    ],
)
def test_a_formula_is_nothing_else(text, said):
    with pytest.raises(InputError, match=said):
        parse_formula(text, assigns=False)


def test_a_power_has_a_bound():
    formula = parse_formula("9 ** 9 ** 9", assigns=False)
    with pytest.raises(InputError, match="from 0 to 64"):
        value_of(formula, {})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[kernel.scale]\ncycles = "n9"\n', "n9 is none of n0, n1"),
        ('[kernel.scale]\ncycles = "n0 / 0"\n', "no number"),
        ('[kernel.scale]\ncycles = "0 - n0"\n', "not -16"),
    ],
)
def test_a_formula_of_cycles_that_comes_to_nothing_is_told(tmp_path, content, said):
    file = tmp_path / "costs.toml"
    file.write_text(content)
    with pytest.raises(InputError, match=said):
        read("stated_functions", read_costs(file))


def test_a_loop_of_very_many_trips_is_refused_without_its_memory():
    """Two thousand million trips: nothing is made for each of them before they are refused."""
    text = ADDS.replace("arith.constant 16 : index", "arith.constant 2147483640 : index")
    refused(text, "not 34,359,738,240", at="scf.for")


def test_a_runtime_adds_what_a_launch_costs_and_no_more():
    """The device's time is the same; launch and host are the page's for 16 words in and out."""
    name = str(DESIGNS / "code_adds.mlir")
    shown = CliRunner().invoke(app, ["simulate", name, "--json", "-", "--runtime", "xrt-linux"])
    found = json.loads(shown.stdout)
    costs = load_runtime("xrt-linux", "npu1")
    assert found["launch_us"] == float(costs.launch_us)
    assert found["host_us"] == float(costs.host_us([64], [64]))
    parts = found["device_us"] + found["launch_us"] + found["host_us"]
    assert found["npu_us"] == pytest.approx(parts, rel=1e-12)
    alone = json.loads(CliRunner().invoke(app, ["simulate", name, "--json", "-"]).stdout)
    assert alone["device_us"] == found["device_us"]
    assert "npu_us" not in alone


def test_a_stated_function_may_take_what_only_a_run_would_tell():
    """The trip is handed over: the time is that of the stated cycles, and no data can move."""
    text = text_of("code_uses_the_trip")
    loop = text[
        text.index("        scf.for %i") : text.index("        aie.objectfifo.release @in0")
    ]
    call = "        func.call @scale(%t, %x0, %y) : (i32, memref<16xi32>, memref<16xi32>) -> ()\n"
    declared = "    func.func private @scale(i32, memref<16xi32>, memref<16xi32>)\n"
    text = text.replace(loop, call).replace(
        "    aie.objectfifo @in0", declared + "    aie.objectfifo @in0"
    )
    design = read_design(text, "trip.mlir", {"scale": 30}).design
    assert simulate_design(design, PLAIN).ticks == 4 * (16 + 30) + 16
    arrays = {"a0": np.zeros(64, np.int32), "b": np.zeros(64, np.int32)}
    with pytest.raises(DesignError, match="what scale computes is not known"):
        simulate_design(design, PLAIN, arrays)
    formula = {"scale": Stated(parse_formula("20 + n0", assigns=False))}
    with pytest.raises(InputError, match="neither an object held nor a constant"):
        read_design(text, "trip.mlir", formula)


def test_code_costs_no_call_of_its_own():
    """Its 256 cycles are all it takes, though the device has 20 for a call."""
    device = replace(PLAIN, call_cycles=20)
    assert cycles("code_adds", device=device) == cycles("code_adds")


def test_a_view_of_another_size_than_its_type_is_told_with_its_place():
    text = text_of("code_views").replace("%x0[0, 0] [2, 8] [2, 1]", "%x0[0, 0] [2, 1] [2, 1]")
    design = read_design(text, "design.mlir").design
    arrays = {"a0": np.zeros(32, np.int32), "b": np.zeros(32, np.int32)}
    with pytest.raises(InputError, match=r"^design.mlir:\d+:\d+: a view of 2×1 elements"):
        simulate_design(design, PLAIN, arrays)


def test_a_loop_that_counts_beyond_its_bits_is_told_with_its_place():
    text = ADDS.replace("arith.constant 16 : index", f"arith.constant {10**25} : index")
    text = text.replace("arith.constant 1 : index", f"arith.constant {10**24} : index")
    refused(text, "within 32 bits", at="scf.for")
