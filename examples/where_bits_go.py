"""Which step of a bfloat16 product loses the bits: the chain of its arithmetic, split by step."""

import numpy as np

from tilescope.designs.request import MappingRequest, resolve
from tilescope.devices import load_device
from tilescope.profiling.precision.attribution import attribute
from tilescope.profiling.precision.chains import Chain
from tilescope.profiling.precision.formats import parse_formats
from tilescope.workloads import Gemm


def main() -> None:
    """Print the parts of the error of k_proj with C in float32 and in bfloat16."""
    generator = np.random.default_rng(0)
    x = generator.standard_normal((64, 768), dtype=np.float32)
    w = generator.standard_normal((768, 320), dtype=np.float32)
    gemm = Gemm("k_proj", 64, 320, 768, "bfloat16")
    for form in parse_formats("bfloat16,bfloat16:bfloat16"):
        request = MappingRequest(family="per-tile", c_dtype=form.c_dtype)
        mapping = resolve(request, gemm, load_device("npu1"))
        found = attribute(Chain(x, w, form, mapping))
        print(f"{form.label}: SNR {found.snr_db:.1f} dB, {mapping.core_tile[2]} of K a call")
        for part in found.parts:
            print(f"  {part.step:<32} {100 * part.fraction:5.1f} % of the error's power")
        print(f"  {'what does not add up':<32} {100 * abs(found.unexplained):5.1f} %")


if __name__ == "__main__":
    main()
