"""The projections on SCALE-Sim: a 32×32 output-stationary array, without traces."""

import json
import sys
import time
from pathlib import Path

from scalesim.scale_sim import scalesim

CONFIG = """
[general]
run_name = seven
[architecture_presets]
ArrayHeight = 32
ArrayWidth = 32
IfmapSramSzkB = 512
FilterSramSzkB = 512
OfmapSramSzkB = 256
IfmapOffset = 0
FilterOffset = 10000000
OfmapOffset = 20000000
Bandwidth = 16
Dataflow = os
ReadRequestBuffer = 64
WriteRequestBuffer = 64
[layout]
IfmapCustomLayout = False
IfmapSRAMBankBandwidth = 10
IfmapSRAMBankNum = 10
IfmapSRAMBankPort = 2
FilterCustomLayout = False
FilterSRAMBankBandwidth = 10
FilterSRAMBankNum = 10
FilterSRAMBankPort = 2
[sparsity]
SparsitySupport = false
[run_presets]
InterfaceBandwidth = CALC
UseRamulatorTrace = False
"""
LAYOUT_COLUMNS = 20

shapes = json.loads(sys.argv[1])
names = [f"layer{place}" for place in range(len(shapes))]
Path("array.cfg").write_text(CONFIG, encoding="utf-8")
rows = [f"{name}, {m}, {n}, {k}," for name, (m, n, k) in zip(names, shapes, strict=True)]
Path("layers.csv").write_text("\n".join(["Layer, M, N, K,", *rows, ""]), encoding="utf-8")
rows = [f"{name}{', 1' * LAYOUT_COLUMNS}," for name in names]
Path("layout.csv").write_text("\n".join(["Layer,", *rows, ""]), encoding="utf-8")

start = time.perf_counter()
simulator = scalesim(
    save_disk_space=True,
    verbose=False,
    config="array.cfg",
    topology="layers.csv",
    layout="layout.csv",
    input_type_gemm=True,
)
simulator.run_scale(top_path="results")
seconds = time.perf_counter() - start
report = Path("results/seven/COMPUTE_REPORT.csv").read_text(encoding="utf-8").splitlines()[1:]
cycles = sum(float(line.split(",")[1]) for line in report if line.strip())
print(json.dumps({"seconds": seconds, "cycles": cycles}))
