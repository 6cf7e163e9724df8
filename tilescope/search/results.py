"""What a search hands back, as a file holds it: the best, the candidates, and what was counted."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from tilescope.runs.figures import Count, Microseconds, Part, Size
from tilescope.runs.limits import Change
from tilescope.runs.models import Case, Error, Provenance

SEARCH_VERSION: Final = 1


class Candidate(Case):
    """A case that the search simulated.

    rank: by the objective, from 1, None for one that is only on the front; on_front: no other is
    as good in time, error and data moved and better in one of them; moved_bytes: between DDR and
    the array; expected_error: max |C − float64| over max |float64| of its numerics; error_basis:
    what that was measured on; why: what it loses against the best.
    """

    device_us: Microseconds
    rank: Size | None = None
    on_front: bool = False
    moved_bytes: Count
    expected_error: Error
    error_basis: str
    why: str = ""


class Alternative(Part):
    """The fastest mapping that makes one choice, such as the grid, otherwise than the best does."""

    choice: str
    candidate: Candidate


class Verification(Part):
    """What was done to believe in the best mapping.

    correct: it ran with data and kept its kernel's contract, None where it was not run;
    cycles: of the array clock, of one launch of each design; read_back_cycles: the same after
    the design was printed as MLIR-AIE and read back; missing: why something was not done.
    """

    correct: bool | None = None
    cycles: tuple[float, ...]
    read_back_cycles: tuple[float, ...]
    missing: str | None = None


class SearchedProduct(Part):
    """One product: its best mapping, the fastest few and the front, and what was counted.

    candidates: the best first, then by rank, then the rest of the front; bound_us: what no legal
    mapping can beat; times_bound: the best over that; per_tile_us: per-tile's own time with the
    same dtype; pruned: left out, by reason; alternatives: what each choice of the best is worth,
    where one product alone was searched.
    """

    name: str
    best: Candidate
    candidates: tuple[Candidate, ...]
    alternatives: tuple[Alternative, ...] = ()
    considered: Count
    pruned: dict[str, Count]
    simulated: Count
    bound_us: Microseconds
    times_bound: Annotated[float, Field(ge=0)]
    per_tile_us: Microseconds | None = None
    verified: Verification
    command: str


class Fusion(Part):
    """Products that take the same A, as one product with their N summed, and each by itself."""

    name: str
    parts: tuple[str, ...]
    fused_us: Microseconds
    apart_us: Microseconds

    @property
    def gains(self) -> bool:
        """Whether one product is faster than the parts."""
        return self.fused_us < self.apart_us


class SearchRun(Part):
    """A whole search.

    best: the best mapping of the workload, or of each product that it is run as (fused where
    that is faster); best_us and bound_us: of all of these; candidates: those of every product;
    considered, pruned, simulated: mappings, over all products; changed: values of the device or
    the runtime set otherwise; command: what runs several products under their best mappings.
    """

    search_version: Literal[1] = SEARCH_VERSION
    workload: str
    objective: str
    device: str
    runtime: str
    dtype: str
    best: Candidate | tuple[Candidate, ...]
    best_us: Microseconds
    bound_us: Microseconds
    considered: Count
    pruned: Count
    simulated: Count
    candidates: tuple[Candidate, ...]
    products: tuple[SearchedProduct, ...]
    fusions: tuple[Fusion, ...] = ()
    changed: tuple[Change, ...] = ()
    command: str | None = None
    provenance: Provenance
