"""Is a value set otherwise taken, named and checked?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tilescope.designs.mapping import Mapping
from tilescope.designs.request import MappingRequest, resolve
from tilescope.devices import load_device
from tilescope.errors import InputError
from tilescope.targets.runtimes import load_runtime
from tilescope.targets.simulated import SimulatedNpu
from tilescope.targets.whatif import change, settable
from tilescope.workloads import Gemm

NPU1 = load_device("npu1")
XRT = load_runtime("xrt-linux", "npu1")


def test_a_device_and_a_runtime_are_changed_and_say_so() -> None:
    found = change(["ddr_gbps=30", "launch_us=20"], NPU1, XRT)
    assert found.device.ddr_gbps == 30
    assert found.device.name == "npu1(ddr_gbps=30)"
    assert found.costs is not None
    assert found.costs.launch_us == 20
    assert found.costs.name == "xrt-linux(launch_us=20)"
    assert [(one.key, one.value, one.unit) for one in found.changed] == [
        ("ddr_gbps", 30.0, "GB/s"),
        ("launch_us", 20.0, "µs"),
    ]
    assert found.changed[0].nominal == NPU1.ddr_gbps


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("clock_mhz=1.6GHz", "clock_mhz", 1600),
        ("clock_mhz=1600 mhz", "clock_mhz", 1600),
        (" clock_mhz = 1600 ", "clock_mhz", 1600),
        ("l1_bytes=128KiB", "l1_bytes", 131_072),
        ("ddr_run_ns=0.002us", "ddr_run_ns", 2.0),
        ("ddr_gbps=3e1", "ddr_gbps", 30.0),
    ],
)
def test_a_value_may_bring_its_unit(text: str, key: str, value: float) -> None:
    assert getattr(change([text], NPU1, XRT).device, key) == value


def test_one_rate_of_a_table_can_be_set() -> None:
    found = change(["macs_per_cycle.bfloat16=256"], NPU1, XRT).device
    assert found.macs_per_cycle == {**NPU1.macs_per_cycle, "bfloat16": 256}


def test_what_is_set_to_its_own_value_is_no_change() -> None:
    found = change([f"ddr_gbps={NPU1.ddr_gbps}", "columns=4"], NPU1, XRT)
    assert (found.device, found.costs, found.changed) == (NPU1, XRT, ())


def test_launches_that_cost_less_take_that_much_less() -> None:
    """One launch at 20 µs in place of 41.57 + 67.83."""
    gemm = Gemm("one", 64, 64, 64, "bfloat16")
    mapping = Mapping("fused-k", (16, 16, 64), (4, 4), emulation=None)
    found = change(["launch_us=20"], NPU1, XRT)
    assert found.costs is not None
    before = SimulatedNpu(NPU1, XRT).run(gemm, mapping)
    after = SimulatedNpu(found.device, found.costs).run(gemm, mapping)
    assert before.npu_us - after.npu_us == pytest.approx(41.57 + 67.83 - 20)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["ddr_gpbs=3"], "did you mean ddr_gbps?"),
        (["nothing_like_it=3"], "`--set help` lists what there is"),
        (["ddr_gbps"], "KEY=VALUE"),
        (["ddr_gbps="], "KEY=VALUE"),
        (["=3"], "KEY=VALUE"),
        ([""], "KEY=VALUE"),
        (["ddr_gbps=3,5"], "is in GB/s or MB/s"),
        (["ddr_gbps=fast"], "takes a number, in GB/s"),
        (["ddr_gbps=nan"], "takes a number, in GB/s"),
        (["ddr_gbps=30ms"], "is in GB/s or MB/s, not in 'ms'"),
        (["ddr_gbps=0"], "must be from 0.1752 to 1,752 GB/s"),
        (["ddr_gbps=1e999"], "must be from 0.1752 to 1,752 GB/s"),
        (["launch_us=-1"], "must be from 0 to"),
        (["columns=2.5"], "takes a whole number"),
        (["columns=0"], "must be from 1 to 32 columns (it is 4)"),
        (["columns=400"], "must be from 1 to 32 columns (it is 4)"),
        (["core_rows=33"], "must be from 1 to 32 rows (it is 4)"),
        (["shim_queue_depth=33"], "must be from 1 to 32 tasks (it is 4)"),
        (["ddr_gbps=20", "ddr_gbps=30"], "ddr_gbps is set twice"),
        (["shim_dim_sizes=3"], "takes one number"),
        (["generation=2"], "takes one number"),
        (["l1_reserved_bytes=90KiB"], "leaves nothing of l1_bytes"),
        (["stream_bytes_per_cycle=1"], "may not be faster than the port"),
    ],
)
def test_what_cannot_be_set_is_refused_in_one_sentence(texts: list[str], said: str) -> None:
    with pytest.raises(InputError) as error:
        change(texts, NPU1, XRT)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_design_alone_has_no_runtime_to_change() -> None:
    with pytest.raises(InputError, match="a design is simulated without one"):
        change(["launch_us=20"], NPU1, None)
    assert change(["ddr_gbps=30"], NPU1, None).costs is None


def test_a_product_runs_on_as_many_columns_as_may_be_set() -> None:
    """Eight times 4 columns share one DDR: each gets a thirty-second of it, no thousandth."""
    gemm = Gemm("many", 512, 512, 512, "bfloat16")
    npu = change(["columns=32"], NPU1, None).device
    mapping = resolve(MappingRequest("whole-array"), gemm, npu)
    assert SimulatedNpu(npu, XRT).run(gemm, mapping).npu_us > 0


def test_everything_that_is_listed_can_be_set_to_its_ends() -> None:
    """One at a time, unless a device of that value would contradict itself."""
    for value in settable(NPU1, XRT):
        if value.key in ("l1_reserved_bytes", "shim_dma_dims", "shim_cold_decay"):
            continue
        for end in (value.least, value.most):
            if end == value.nominal:
                continue
            port = ("stream_bytes_per_cycle", "millicycles_per_word", "l1_bytes")
            if end < value.nominal and value.key.endswith(port):
                continue
            found = change([f"{value.key}={end!r}"], NPU1, XRT)
            assert [one.key for one in found.changed] == [value.key], value


def test_a_runtime_with_costs_of_its_own_is_the_same_but_for_them() -> None:
    found = change(["sync_in.fixed_us=45", "setup_us=0"], NPU1, XRT).costs
    assert found is not None
    assert found.sync_in_us(0) == 45
    assert found.setup_us == 0
    assert replace(found, name=XRT.name, setup_us=XRT.setup_us, steps=XRT.steps) == XRT
