"""The projections' time on the simulated npu1, from their shapes: design, lowering, engine."""

import json
import sys
import time

from tilescope.designs.mapping import choose_mapping
from tilescope.designs.plan import make_plan
from tilescope.devices.catalog import load_device
from tilescope.simulation.simulate import simulate_plan
from tilescope.workloads.gemm import Gemm

start = time.perf_counter()
device = load_device("npu1")
device_us = 0.0
for m, n, k in json.loads(sys.argv[1]):
    gemm = Gemm("projection", m, n, k, "int8")
    plan = make_plan(gemm, choose_mapping(gemm, "fused-k", device))
    outcome = simulate_plan(plan, device)
    device_us += sum(float(one.planned.count * one.outcome.device_us) for one in outcome.launches)
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "cycles": device_us * device.clock_mhz}))
