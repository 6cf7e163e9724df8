"""Is a product compiled, loaded, launched, synced and timed as the interface of the NPU asks?

Stand-ins take the place of XRT and the compilers (stand_ins.py); nothing here says how an NPU
behaves.
"""

from __future__ import annotations

import json
from contextlib import closing
from decimal import Decimal

import numpy as np
import pytest

from tests.targets.xrt.conftest import STRIX, Bench, MakeBench
from tests.targets.xrt.stand_ins import State
from tilescope.designs.mapping import Mapping
from tilescope.errors import DesignError, InputError, MachineError
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.targets.conformance import check_outcome, check_target
from tilescope.targets.simulated import SimulatedNpu
from tilescope.targets.xrt.target import XrtNpu
from tilescope.workloads import Gemm

FUSED = Mapping("fused-k", (16, 16, 64), (4, 4), "single", emulation=None)
TILED = Mapping("per-tile", (16, 16, 64), (4, 4), "single", emulation=None)
WHOLE = Mapping("whole-array", (16, 16, 64), (4, 4), "spread", emulation=None)
PADDED = Gemm("padded", 60, 120, 100, "bfloat16")


def inputs(gemm: Gemm) -> tuple[np.ndarray, np.ndarray]:
    """A and B, always the same."""
    generator = np.random.default_rng(1)
    return tuple(  # type: ignore[return-value]
        generator.standard_normal(shape).astype(numpy_dtype(gemm.dtype))
        for shape in ((gemm.m, gemm.k), (gemm.k, gemm.n))
    )


def target(bench: Bench, device: str = "npu1") -> XrtNpu:
    """The target on that machine."""
    return XrtNpu(device, machine=bench.machine)


def test_it_keeps_the_promises_of_a_target(bench: Bench) -> None:
    outcome = check_target(target(bench))
    assert outcome is not None
    assert outcome.kind == "measured"
    assert outcome.device_us is None
    assert set(outcome.budget) == {"host", "launch_and_array", "residual"}


@pytest.mark.parametrize("mapping", [FUSED, TILED, WHOLE], ids=lambda one: one.family)
@pytest.mark.parametrize("gemm", [PADDED, Gemm("square", 128, 128, 128, "bfloat16")], ids=str)
def test_the_output_is_the_simulators_to_the_last_bit(
    bench: Bench, gemm: Gemm, mapping: Mapping
) -> None:
    a, b = inputs(gemm)
    measured = target(bench).run(gemm, mapping, a, b)
    simulated = SimulatedNpu("npu1").run(gemm, mapping, a, b)
    assert measured.output is not None
    assert simulated.output is not None
    assert measured.output.tobytes() == np.ascontiguousarray(simulated.output).tobytes()
    check_outcome(measured)
    counts = [[(one.launches, one.core_calls) for one in o.kernels] for o in (measured, simulated)]
    assert counts[0] == counts[1]


def test_b_by_columns_is_laid_out_before_it_is_timed(bench: Bench) -> None:
    gemm = Gemm("columns", 64, 128, 128, "bfloat16")
    mapping = Mapping("fused-k", (16, 16, 64), (4, 4), "single", emulation=None, b_layout="column")
    a, b = inputs(gemm)
    found = target(bench).run(gemm, mapping, a, b).output
    wanted = SimulatedNpu("npu1").run(gemm, mapping, a, b).output
    assert found is not None
    assert wanted is not None
    assert np.array_equal(found, wanted)


def test_time_budget_and_shares_close_over_an_even_number_of_runs(bench: Bench) -> None:
    a, b = inputs(PADDED)
    with closing(target(bench).prepare(PADDED, TILED, a, b)) as product:
        for _ in range(4):
            product.call()
        samples = [
            run.total_ns / 1e3 + extra
            for run, extra in zip(product.runs, (5, 1, 7, 3), strict=True)
        ]
        outcome = product.outcome(samples)
    check_outcome(outcome)
    assert outcome.npu_us == pytest.approx(np.median(samples))
    parts = sum((Decimal(repr(us)) for us in outcome.budget.values()), Decimal(0))
    assert parts == Decimal(repr(outcome.npu_us))
    assert outcome.budget["residual"] >= 1  # what only the caller's clock saw


def test_a_kernel_is_compiled_as_the_printed_text_links_it(bench: Bench) -> None:
    target(bench).run(
        Gemm("x", 64, 64, 64, "float32"),
        Mapping("per-tile", (16, 16, 64), (4, 4), "single", emulation="fast"),
        *inputs(Gemm("x", 64, 64, 64, "float32")),
    )
    made = {call[call.index("-o") + 1]: call for call in bench.tools.calls("clang++")}
    assert set(made) == {"linear_matmul_float32.o", "linear_zero.o", "linear_accumulate.o"}
    product = made["linear_matmul_float32.o"]
    assert "--target=aie2-none-unknown-elf" in product
    assert "-DAIE2_FP32_EMULATION_ACCURACY_FAST=1" in product
    assert not any("EMULATION" in word for word in made["linear_zero.o"])


def test_the_second_generation_is_compiled_for_itself(make_bench: MakeBench) -> None:
    bench = make_bench(STRIX)
    gemm = Gemm("x", 64, 64, 64, "bfloat16")
    mapping = Mapping(
        "fused-k", (16, 16, 64), (4, 4), "single", emulation="bfp16", generation="aie2p"
    )
    target(bench, "npu2").run(gemm, mapping, *inputs(gemm))
    calls = bench.tools.calls("clang++")
    assert all("--target=aie2p-none-unknown-elf" in call for call in calls)
    assert any("-DAIE_API_EMULATE_BFLOAT16_MMUL_WITH_BFP16=1" in call for call in calls)


def test_what_was_compiled_once_is_kept_with_nothing_beside_it(bench: Bench) -> None:
    gemm = Gemm("x", 64, 64, 64, "bfloat16")
    for _ in range(2):
        target(bench).run(gemm, FUSED, *inputs(gemm))
    assert len(bench.tools.calls("aiecc")) == 1
    (folder,) = bench.cache.iterdir()
    assert {path.name for path in folder.iterdir()} == {
        "aie.mlir",
        "final.xclbin",
        "insts.bin",
        "linear_matmul_bfloat16.o",
        "linear_zero.o",
    }


def test_another_compiler_compiles_again(bench: Bench) -> None:
    gemm = Gemm("x", 64, 64, 64, "bfloat16")
    target(bench).run(gemm, FUSED, *inputs(gemm))
    compiler = bench.tools.peano / "bin" / "clang++"
    compiler.write_text(compiler.read_text() + "\n# a newer one\n")
    target(bench).run(gemm, FUSED, *inputs(gemm))
    assert len(bench.tools.calls("aiecc")) == 2


@pytest.mark.parametrize(
    ("shown", "asked"),
    [
        ("shorthands (e.g. --get-xclbin)", {"--get-xclbin", "--get-npu-insts"}),
        (
            "--aie-generate-xclbin",
            {"--aie-generate-xclbin", "--aie-generate-npu-insts", "--no-xchesscc", "--no-xbridge"},
        ),
    ],
)
def test_either_release_of_aiecc_is_asked_in_its_own_words(
    bench: Bench, shown: str, asked: set[str]
) -> None:
    bench.tools.help(shown)
    gemm = Gemm("x", 64, 64, 64, "bfloat16")
    target(bench).run(gemm, FUSED, *inputs(gemm))
    (call,) = bench.tools.calls("aiecc")
    assert asked <= set(call)
    assert f"--peano={bench.tools.peano}" in call


@pytest.mark.parametrize("spelling", [" offset = 0 len = ", ", 0, 4096"])
def test_either_spelling_of_a_transfer_is_tried(bench: Bench, spelling: str) -> None:
    bench.tools.read_only(spelling)
    gemm = Gemm("x", 64, 64, 64, "bfloat16")
    assert target(bench).run(gemm, FUSED, *inputs(gemm)).output is not None
    (text,) = bench.cache.glob("*/aie.mlir")
    assert spelling in text.read_text()


def test_where_neither_spelling_is_read_the_newer_ones_refusal_is_told(bench: Bench) -> None:
    bench.tools.read_only("neither")
    assert "custom op 'aie.dma_bd' expected ','" in refused(bench)
    assert len(bench.tools.calls("aiecc")) == 2


def test_an_output_that_a_launch_did_not_write_shows(bench: Bench) -> None:
    """The second run does nothing and says it did: its output is the poison, a NaN."""
    gemm = Gemm("x", 64, 64, 64, "bfloat16")
    bench.npu.skip = frozenset({1})
    with closing(target(bench).prepare(gemm, FUSED, *inputs(gemm))) as product:
        product.checked_call()
        assert np.isnan(product.output().astype(np.float64)).all()


def test_one_launch_of_many_that_writes_nothing_shows(bench: Bench) -> None:
    gemm = Gemm("x", 64, 64, 128, "bfloat16")  # two blocks along K: four launches
    bench.npu.skip = frozenset({3})
    with closing(target(bench).prepare(gemm, TILED, *inputs(gemm))) as product:
        product.checked_call()
        assert np.isnan(product.output().astype(np.float64)).all()


def refused(bench: Bench, device: str = "npu1", mapping: Mapping = FUSED) -> str:
    """What a run is refused with."""
    gemm = Gemm("x", 64, 64, 64, "bfloat16")
    with pytest.raises((MachineError, DesignError)) as caught:
        target(bench, device).run(gemm, mapping, *inputs(gemm))
    return str(caught.value)


def test_a_compile_error_tells_the_compilers_first_error_and_keeps_the_rest(bench: Bench) -> None:
    bench.tools.fail("clang++", "In file included\nlinear.h:13: error: no <aie_api>\nmore\n")
    told = refused(bench)
    assert "cc/linear_zero.cc" in told or "cc/linear_matmul_bfloat16.cc" in told
    assert "linear.h:13: error: no <aie_api>" in told
    assert "more" in (bench.cache / "output.txt").read_text()
    assert [path.name for path in bench.cache.iterdir()] == ["output.txt"]


def test_what_aiecc_refuses_is_told(bench: Bench) -> None:
    bench.tools.fail("aiecc", "error: 'aie.tile' op exceeded the number of buffer descriptors\n")
    assert "aiecc cannot compile linear_fused: error: 'aie.tile' op exceeded" in refused(bench)


@pytest.mark.parametrize(
    ("state", "word"),
    [(State.ERT_CMD_STATE_TIMEOUT, "TIMEOUT"), (State.ERT_CMD_STATE_ERROR, "ERROR")],
)
def test_a_run_that_does_not_complete_is_named_by_its_state(
    bench: Bench, state: State, word: str
) -> None:
    bench.npu.state = state
    told = refused(bench)
    assert f"its state is {word}" in told
    assert "nothing was timed" in told


def test_a_busy_npu_is_told_with_the_remedy(bench: Bench) -> None:
    bench.npu.context_error = "DRM_IOCTL_AMDXDNA_CREATE_HWCTX IOCTL failed (err=-16): Device busy"
    told = refused(bench)
    assert told.startswith("XRT cannot load linear_fused: ")
    assert told.endswith("another program holds it; end that, or try again.")


def test_permission_is_asked_before_xrt_is(make_bench: MakeBench) -> None:
    told = refused(make_bench(usable=False))
    assert "this user may not use accel0" in told
    assert "usermod -aG render" in told


def test_permission_that_xrt_misses_is_told_too(bench: Bench) -> None:
    bench.npu.open_error = "failed to open /dev/accel/accel0: Permission denied"
    assert "usermod -aG render" in refused(bench)


def test_another_npu_than_was_asked_for_is_refused(bench: Bench, make_bench: MakeBench) -> None:
    assert "The NPU here is not npu2 but Phoenix or Hawk Point (npu1)" in refused(bench, "npu2")
    bench.npu.name = "NPU Strix"
    assert "XRT's first device is NPU Strix, which is no npu1" in refused(bench)


def test_an_xclbin_of_another_device_is_refused_by_xrt(bench: Bench) -> None:
    bench.npu.array = "npu2"
    assert "XRT cannot run linear_fused: load xclbin failed" in refused(bench)


def test_a_power_mode_or_a_changed_device_is_no_machine(bench: Bench) -> None:
    assert "measure on npu1" in refused(bench, "npu1:low")


def test_instructions_that_are_no_whole_words_are_refused(bench: Bench) -> None:
    gemm = Gemm("x", 64, 64, 64, "bfloat16")
    target(bench).run(gemm, FUSED, *inputs(gemm))
    (folder,) = bench.cache.iterdir()
    with (folder / "insts.bin").open("ab") as file:
        file.write(b"\0")
    assert "no whole words" in refused(bench)


def test_an_xclbin_without_the_kernel_is_refused(bench: Bench) -> None:
    gemm = Gemm("x", 64, 64, 64, "bfloat16")
    target(bench).run(gemm, FUSED, *inputs(gemm))
    (file,) = bench.cache.glob("*/final.xclbin")
    file.write_text(json.dumps({**json.loads(file.read_text()), "kernel": "DPU"}))
    assert "has no kernel MLIR_AIE but DPU" in refused(bench)


def test_nothing_is_timed_that_nobody_could_check(bench: Bench) -> None:
    with pytest.raises(InputError, match="needs A and B"):
        target(bench).run(PADDED, FUSED)


@pytest.mark.parametrize(
    ("lacking", "what"),
    [
        ("sys/bus/pci/devices/0000:c5:00.1", "AMD NPU"),
        ("sys/module/amdxdna", "amdxdna driver"),
        ("dev/accel", "/dev/accel"),
        ("opt/xilinx/xrt", "XRT"),
        ("mlir_aie/bin/aiecc", "mlir_aie"),
        ("llvm-aie/bin/clang++", "Peano"),
    ],
)
def test_what_lacks_first_is_named_with_its_remedy(bench: Bench, lacking: str, what: str) -> None:
    assert target(bench).available() is None
    bench.without(lacking)
    told = target(bench).available()
    assert told is not None
    assert told.startswith(f"{what}: ")
    assert told.endswith(".")
    assert "Only for a real NPU" not in told
