"""AMD's NPU as a target: compiled once, loaded once, checked, and then measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from typing import Any

from numpy.typing import NDArray

from tilescope.designs.mapping import Mapping as TileMapping
from tilescope.designs.plan import LaunchPlan, make_plan
from tilescope.devices.catalog import load_device
from tilescope.devices.device import Device
from tilescope.errors import InputError, MachineError
from tilescope.simulation.drawing import written_buffers
from tilescope.simulation.simulate import simulate_plan
from tilescope.targets.inputs import check_inputs
from tilescope.targets.machine import Machine
from tilescope.targets.measured import counted_calls
from tilescope.targets.outcome import TargetOutcome
from tilescope.targets.xrt.building import build
from tilescope.targets.xrt.cache import cache_folder
from tilescope.targets.xrt.descriptors import with_descriptors
from tilescope.targets.xrt.loading import LoadedDesign, import_pyxrt, open_npu
from tilescope.targets.xrt.npus import amd_npus
from tilescope.targets.xrt.product import LoadedProduct
from tilescope.targets.xrt.refusals import require_compilable
from tilescope.targets.xrt.requirements import FOR_REAL, requirements
from tilescope.targets.xrt.toolchain import Toolchain, find_toolchain, source_folder
from tilescope.targets.xrt.versions import software_versions
from tilescope.workloads.gemm import Gemm


class XrtNpu:
    """The NPU of this machine through XRT's Python module: every time is a clock's.

    device: what it is to be, a name or a Device; machine: where to look, for tests. A power mode
    or a changed device is refused, since nothing here sets one.
    """

    name = "xrt"
    kind = "measured"
    runtime = "xrt-python"

    def __init__(self, device: str | Device = "npu1", *, machine: Machine | None = None) -> None:
        self.device = load_device(device) if isinstance(device, str) else device
        self._machine = machine or Machine()
        self._tools: Toolchain | None = None

    def available(self) -> str | None:
        """None where everything is here that a measurement needs, otherwise what lacks first."""
        for needed in requirements(self._machine):
            if not needed.met:
                remedy = needed.remedy.removeprefix(FOR_REAL).strip()
                return f"{needed.what}: {needed.detail}. {remedy[:1].upper()}{remedy[1:]}"
        return self._mismatch()

    def versions(self) -> Mapping[str, str]:
        """Device and runtime, and the versions of driver, XRT and compilers that say theirs."""
        found = {"device": self.device.name, "runtime": self.runtime}
        return found | software_versions(self._machine)

    def run(
        self,
        gemm: Gemm,
        mapping: TileMapping,
        a: NDArray[Any] | None = None,
        b: NDArray[Any] | None = None,
    ) -> TargetOutcome:
        """Run C = A @ B twice: once with every output poisoned, then by the clock.

        A [m, k] and B [k, n] in the workload's dtype. Raises InputError without inputs, since
        nothing is timed that nobody could check, or for those of another shape or dtype;
        DesignError for a mapping that does not fit or cannot be compiled; MachineError for
        whatever this machine lacks or refuses.
        """
        if a is None or b is None:
            raise InputError(
                f"{gemm.label} needs A and B: on a real NPU nothing is timed that was not checked."
            )
        with closing(self.prepare(gemm, mapping, a, b)) as product:
            product.checked_call()
            product.poison()
            product.call()
            return product.outcome([product.runs[-1].total_ns / 1e3])

    def plan(self, gemm: Gemm, mapping: TileMapping) -> LaunchPlan:
        """The plan that is measured: the mapping's, its descriptors given back in time."""
        return with_descriptors(make_plan(gemm, mapping), self.device).plan

    def prepare(
        self,
        gemm: Gemm,
        mapping: TileMapping,
        a: NDArray[Any],
        b: NDArray[Any],
        notify: Callable[[str], None] = lambda text: None,
    ) -> LoadedProduct:
        """The product compiled and loaded, ready to be called; raises as `run` does."""
        check_inputs(gemm, a, b)
        if (reason := self.available()) is not None:
            raise MachineError(reason)
        compiled = with_descriptors(make_plan(gemm, mapping), self.device)
        plan = compiled.plan
        for launch, freed in zip(plan.launches, compiled.freed, strict=True):
            require_compilable(launch.design, mapping, self.device, freed)
        simulated = simulate_plan(plan, self.device)  # refuses what does not fit or never ends
        calls = [
            counted_calls(launch.planned.kernel, launch.outcome.kernel_calls)
            for launch in simulated.launches
        ]
        tools, sources = self._toolchain(), source_folder()
        assert sources is not None  # or it were not available
        cache = cache_folder(self._machine.environ)
        built = [
            build(launch.design, self.device.generation, tools, sources, cache, freed, notify)
            for launch, freed in zip(plan.launches, compiled.freed, strict=True)
        ]
        notify("loading it into the NPU")
        pyxrt = import_pyxrt()
        start = time.perf_counter_ns()
        npu = open_npu(pyxrt, self.device.name)
        with ExitStack() as loaded:
            designs = []
            for one, launch in zip(built, plan.launches, strict=True):
                written = frozenset(written_buffers(launch.design))
                designs.append(LoadedDesign(pyxrt, npu, one, launch.design, written))
                loaded.callback(designs[-1].close)
            setup_us = (time.perf_counter_ns() - start) / 1e3
            product = LoadedProduct(plan, designs, (a, b), calls, setup_us)
            loaded.pop_all()  # the product closes them from here on
        return product

    def _toolchain(self) -> Toolchain:
        """The compilers, asked once how they are called."""
        self._tools = self._tools or find_toolchain(self._machine)
        return self._tools

    def _mismatch(self) -> str | None:
        """Why the NPU that is here is not the device that was asked for; None where it may be."""
        if self.device.name != self.device.machine:
            return (
                f"{self.device.name} is not a machine as it stands but one that was changed, and "
                f"nothing here changes one; measure on {self.device.machine}."
            )
        found = amd_npus(self._machine)
        if any(self.device.name in npu.devices for npu in found):
            return None
        told = ", ".join(f"{npu.name}: --device {npu.devices[0]}" for npu in found)
        return f"The NPU here is not {self.device.name} but {told}."
