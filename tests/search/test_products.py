"""A whole search: the best verified, the losers explained, products fused where that is faster."""

import pytest

from tilescope.designs.request import resolve
from tilescope.errors import InputError
from tilescope.runs.models import Case
from tilescope.search.finishing import request_of_choice
from tilescope.search.limits import Limits
from tilescope.search.products import best_mapping, search
from tilescope.search.settings import SearchSettings
from tilescope.targets.simulated import SimulatedNpu
from tilescope.workloads import Gemm

SMALL = Gemm("small", 64, 96, 128, "bfloat16")
WHOLE = SearchSettings(limits=Limits(grid=(4, 4)), top=4)


@pytest.fixture(scope="module")
def run():
    return search("small", [SMALL], WHOLE)


def test_the_best_is_the_first_candidate_and_was_run_with_data(run):
    (product,) = run.products
    assert run.best == product.best == run.candidates[0]
    assert run.best.rank == 1
    assert run.best_us == run.best.npu_us.median
    assert run.best.max_rel_error == run.best.expected_error
    assert product.verified.correct is True
    assert product.verified.cycles == product.verified.read_back_cycles


def test_candidates_are_cases_of_the_run_file_with_a_mapping_that_can_be_asked_for(run):
    npu = SimulatedNpu("npu1")
    for candidate in run.candidates:
        case = Case.model_validate(candidate.model_dump())
        mapping = resolve(request_of_choice(case.mapping), SMALL, npu.device)
        assert npu.run(SMALL, mapping).npu_us == candidate.npu_us.median


def test_ranks_follow_the_time_and_each_loser_says_why(run):
    ranked = [one for one in run.candidates if one.rank is not None]
    assert [one.rank for one in ranked] == [1, 2, 3, 4]
    times = [one.npu_us.median for one in ranked]
    assert times == sorted(times)
    assert ranked[0].why == ""
    assert all(one.why for one in run.candidates[1:])


def test_each_choice_is_told_with_the_fastest_that_makes_it_otherwise(run):
    """On a 4×4 grid of bfloat16 there are other families, layouts and buffers, no other kernel.

    Nothing makes any of them otherwise and is faster: an unpruned search of the rest says so.
    """
    (product,) = run.products
    assert {one.choice for one in product.alternatives} == {"family", "B's layout", "C's buffers"}
    times = [one.candidate.npu_us.median for one in product.alternatives]
    assert times == sorted(times)
    for one in product.alternatives:
        assert one.candidate.npu_us.median >= run.best_us
        assert one.candidate.why
    depth = 3 - product.best.mapping.c_depth
    limits = Limits(grid=(4, 4), c_depth=depth)
    whole = search("small", [SMALL], SearchSettings(limits=limits, top=1, prune=False))
    (buffers,) = [one for one in product.alternatives if one.choice == "C's buffers"]
    assert buffers.candidate.npu_us.median == whole.best_us


def test_several_products_come_with_the_command_that_runs_each_under_its_best():
    gemms = [Gemm(name, 16, 32, 32, "bfloat16") for name in ("q_proj", "k_proj")]
    settings = SearchSettings(limits=Limits(grid=(2, 2)), top=1, timing_only=True)
    found = search("two", gemms, settings)
    assert found.command == (
        "tilescope linear --case q_proj_16x32x32:16x32x32 --case k_proj_16x32x32:16x32x32 "
        "--mapping best --grid 2x2 --dtype bfloat16"
    )
    assert search("one", gemms[:1], settings).command is None


@pytest.mark.parametrize(
    "changed",
    [
        {"objective": "throughput"},
        {"limits": Limits(family="fused-k")},
        {"limits": Limits(max_error=0.1)},
    ],
)
def test_what_no_profile_can_be_asked_for_has_no_command(changed):
    gemms = [Gemm(name, 16, 32, 32, "bfloat16") for name in ("q_proj", "k_proj")]
    asked = {"limits": Limits(grid=(2, 2)), **changed}
    assert search("two", gemms, SearchSettings(top=1, timing_only=True, **asked)).command is None


def test_nothing_on_the_front_is_beaten_by_another_candidate(run):
    front = [one for one in run.candidates if one.on_front]
    assert front
    for one in front:
        for other in run.candidates:
            mine = (one.npu_us.median, one.expected_error, one.moved_bytes)
            rival = (other.npu_us.median, other.expected_error, other.moved_bytes)
            better = all(a <= b for a, b in zip(rival, mine, strict=True)) and rival != mine
            assert not better


def test_no_candidate_is_below_the_bound_of_the_workload(run):
    (product,) = run.products
    assert run.bound_us == product.bound_us
    assert product.times_bound == pytest.approx(run.best_us / run.bound_us)
    assert all(one.npu_us.median >= run.bound_us for one in run.candidates)


def test_counts_add_up(run):
    assert run.considered == run.pruned + run.simulated


def test_projections_of_one_input_are_fused_where_that_is_faster():
    """Three launches of 109 µs each against one: q, k and v as one product save two of them."""
    gemms = [Gemm(name, 16, 64, 32, "bfloat16") for name in ("q_proj", "k_proj", "v_proj")]
    found = search("three", gemms, WHOLE)
    (fusion,) = found.fusions
    assert fusion.gains
    assert [case.name for case in found.best] == ["qkv_proj"]
    (fused,) = found.best
    assert (fused.shape.m, fused.shape.n, fused.shape.k) == (16, 192, 32)
    assert found.best_us == fusion.fused_us
    apart = search("three", gemms, WHOLE, fuse=False)
    assert [case.name for case in apart.best] == ["q_proj", "k_proj", "v_proj"]
    assert apart.best_us == pytest.approx(fusion.apart_us)


def test_the_throughput_of_the_array_is_ranked_without_the_launch():
    settings = SearchSettings(limits=Limits(grid=(4, 4)), objective="throughput", top=2)
    found = search("small", [SMALL], settings)
    assert found.best_us == found.best.device_us < found.best.npu_us.median
    for one in found.candidates:  # the launch is no reason then
        assert "launch" not in one.why
        assert "host" not in one.why


def test_a_largest_error_leaves_the_less_exact_kernels_out():
    gemm = Gemm("small", 32, 64, 64, "float32")
    quick = best_mapping(gemm, SearchSettings(limits=Limits(grid=(2, 2))))
    exact = best_mapping(gemm, SearchSettings(limits=Limits(grid=(2, 2), max_error=1e-6)))
    assert quick.emulation == "low"
    assert exact.emulation == "fast"


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits(core_tile=(64, 96, 128), grid=(4, 4)), "bytes of L1.*nearest that fits: tilescope"),
        (Limits(core_tile=(16, 24, 128), k_mt=100), "no multiple of 128"),
        (Limits(core_tile=(6, 8, 8)), "multiple of 4: 6"),
        (Limits(max_error=1e-12), "comes within an error of 1e-12; the most exact is"),
        (Limits(k_mt=7), "no whole number of core tiles"),
        (Limits(kernel="scalar"), "no scalar kernel for bfloat16"),
        (Limits(grid=(5, 5)), "larger than npu1"),
        (Limits(family="whole-array", ports="single"), "search fused-k"),
        (Limits(emulation="safe"), "Unknown way of bfloat16"),
    ],
)
def test_what_leaves_nothing_legal_says_why(limits, sentence):
    with pytest.raises(InputError, match=sentence):
        search("small", [SMALL], SearchSettings(limits=limits))


def test_the_nearest_mapping_that_fits_runs():
    """64×96×128 on 16 cores is too much for L2; with the staging and the tile given up it fits."""
    import shlex

    from typer.testing import CliRunner

    from tilescope.cli.main import app

    with pytest.raises(InputError) as refused:
        search("small", [SMALL], SearchSettings(limits=Limits(core_tile=(64, 96, 512))))
    command = str(refused.value).partition("The nearest that fits: tilescope ")[2]
    result = CliRunner().invoke(app, [*shlex.split(command), "--timing-only", "--quiet"])
    assert result.exit_code == 0, result.stderr


def test_what_is_set_otherwise_is_named_and_changes_the_answer():
    slow = SearchSettings(limits=Limits(grid=(4, 4)), changes=("ddr_gbps=1",), top=1)
    found = search("small", [SMALL], slow)
    assert [change.key for change in found.changed] == ["ddr_gbps"]
    assert found.best_us > search("small", [SMALL], WHOLE).best_us
