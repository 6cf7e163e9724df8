"""The projections on ZigZag: its own 32×32 TPU-like array, searched for the least latency."""

import json
import sys
import time
from importlib.resources import files

from zigzag.api import get_hardware_performance_zigzag

inputs = files("zigzag") / "inputs"
layers = [
    {
        "id": place,
        "name": f"layer{place}",
        "operator_type": "Gemm",
        "equation": "O[b][k]+=I[b][c]*W[c][k]",
        "dimension_relations": [],
        "loop_dims": ["B", "K", "C"],
        "loop_sizes": shape,
        "operand_precision": {"W": 8, "I": 8, "O": 16, "O_final": 8},
        "operand_source": {"W": place, "I": place},
    }
    for place, shape in enumerate(json.loads(sys.argv[1]))
]
start = time.perf_counter()
_, cycles, *_ = get_hardware_performance_zigzag(
    layers,
    str(inputs / "hardware" / "tpu_like.yaml"),
    str(inputs / "mapping" / "default.yaml"),
    opt="latency",
    dump_folder="results",
    pickle_filename="results/results.pickle",
    loma_show_progress_bar=False,
)
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "cycles": float(cycles)}))
