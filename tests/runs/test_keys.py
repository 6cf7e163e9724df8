"""The keys of cases: stable, unambiguous, and safe to print."""

import itertools
from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tilescope.runs.figures import Grid, Shape
from tilescope.runs.keys import PROJECTIONS, case_key
from tilescope.runs.models import Case, MappingChoice
from tilescope.workloads.cases import default_test_cases

Change = Callable[[Case], Case]


class TextFile(SingleFileSnapshotExtension):
    """The keys, one on a line, as a .txt file."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


def mapped(**changes: object) -> Change:
    """The case with another mapping."""
    return lambda case: case.model_copy(update={"mapping": case.mapping.model_copy(update=changes)})


def with_(**changes: object) -> Change:
    """The case with other figures of its own."""
    return lambda case: case.model_copy(update=changes)


TILE = Shape(m=16, n=80, k=128)
CHANGES: dict[str, Change] = {
    "as the seed maps it": with_(),
    "another projection": with_(name="o_proj", shape=Shape(m=64, n=768, k=960)),
    "a projection of another block": with_(shape=Shape(m=128, n=960, k=768)),
    "a case of one's own": with_(name="my", shape=Shape(m=64, n=128, k=256)),
    "a product": with_(op="gemm", name="gemm", shape=Shape(m=512, n=512, k=512)),
    "a block": with_(op="tile", name="tile", shape=Shape(m=64, n=64, k=64)),
    "bfloat16": lambda case: mapped(emulation=None)(with_(dtype="bfloat16")(case)),
    "bfloat16 on npu2": lambda case: mapped(emulation="bfp16")(
        with_(dtype="bfloat16", device="npu2")(case)
    ),
    "bfloat16 on npu2, native": lambda case: mapped(emulation="native")(
        with_(dtype="bfloat16", device="npu2")(case)
    ),
    "int8": lambda case: mapped(emulation=None, c_dtype="int32")(with_(dtype="int8")(case)),
    "int8 to int16": lambda case: mapped(emulation=None, c_dtype="int16")(
        with_(dtype="int8")(case)
    ),
    "fast": mapped(emulation="fast"),
    "scalar": mapped(kernel="scalar", emulation=None),
    "chess": mapped(toolchain="chess"),
    "spread": mapped(ports="spread"),
    "two rows of cores": mapped(grid=Grid(rows=2, cols=4)),
    "another core tile": mapped(core_tile=TILE),
    "B by columns": mapped(b_layout="column"),
    "fused-k": mapped(family="fused-k", core_tile=TILE, c_depth=2),
    "fused-k, C once": mapped(family="fused-k", core_tile=TILE, c_depth=1),
    "whole-array": mapped(family="whole-array", core_tile=TILE, ports="spread", k_mt=256),
    "power mode": with_(device="npu2:low"),
    "overrides": with_(device="npu1(clock_mhz=1600, ddr_gbps=20.0)"),
    "iree": with_(runtime="iree"),
    "a statistic": with_(runtime="xrt-linux:min"),
}


def test_the_keys_are_what_they_were(per_tile_case: Case, snapshot: SnapshotAssertion) -> None:
    keys = [f"{what}: {case_key(change(per_tile_case))}" for what, change in CHANGES.items()]
    assert "\n".join(keys) + "\n" == snapshot.use_extension(TextFile)


def test_every_choice_has_a_key_of_its_own(per_tile_case: Case) -> None:
    keys = {what: case_key(change(per_tile_case)) for what, change in CHANGES.items()}
    alike = [pair for pair in itertools.combinations(keys, 2) if keys[pair[0]] == keys[pair[1]]]
    assert alike == []


def test_no_choice_of_a_mapping_is_left_out(per_tile_case: Case) -> None:
    # block is the grid times the core tile, so two of the three settle it.
    told = {"family", "core_tile", "grid", "ports", "kernel", "emulation", "c_dtype", "c_depth"}
    told |= {"k_mt", "b_layout", "toolchain", "block"}
    assert set(MappingChoice.model_fields) == told


@pytest.mark.parametrize("field", ["npu_us", "notes", "launches", "budget", "description"])
def test_what_came_out_does_not_change_the_key(field: str, per_tile_case: Case) -> None:
    other = {"npu_us": per_tile_case.npu_us.model_copy(update={"median": 1.0}), "launches": 3}
    changed = per_tile_case.model_copy(update={field: other.get(field, ())})
    assert case_key(changed) == case_key(per_tile_case)


def test_a_name_alone_stands_for_the_shape_that_the_block_gives_it() -> None:
    assert {case.name: (case.M, case.N, case.K) for case in default_test_cases()} == PROJECTIONS


def test_an_older_file_that_leaves_a_choice_out_has_the_usual_one(per_tile_case: Case) -> None:
    stated = mapped(c_dtype="float32", b_layout="row", toolchain="peano")(per_tile_case)
    assert case_key(per_tile_case) == case_key(stated)


@pytest.mark.parametrize(
    "name", ["<script>", "a/b", "../a", "a@b", "a,b=c", "a:1x1x1", "a b", "\x1b[0m", "‮abc", "%2F"]
)
def test_a_name_with_markup_or_separators_cannot_be_mistaken(
    name: str, per_tile_case: Case
) -> None:
    key = case_key(with_(name=name)(per_tile_case))
    assert key.isascii()
    assert key.isprintable()
    assert key.count("/") == 2
    assert key.count("@") == 1
    assert key.count(":") == 1
    assert not set(key) & set("<>\"' ,\\")


def test_names_that_differ_only_in_encoding_have_keys_of_their_own(per_tile_case: Case) -> None:
    names = ["a/b", "a%2Fb", "a%252Fb"]
    assert len({case_key(with_(name=name)(per_tile_case)) for name in names}) == len(names)
