"""Pictures of runs: names stay apart, medians have whiskers, a run over rows goes over them."""

import xml.etree.ElementTree as ElementTree

from tests.conftest import following
from tilescope.profiling.interruptions import BUSY
from tilescope.reports.plot import plot_svg
from tilescope.reports.scaling_plot import scaling_svg
from tilescope.runs.figures import Interval
from tilescope.runs.models import Case, Run

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[ElementTree.Element]:
    """The texts of a picture."""
    return list(ElementTree.fromstring(svg).iter(f"{SVG}text"))


def names(svg: str) -> list[str]:
    """The names at the left of the bars."""
    return [(one.text or "") + "".join(t.tail or "" for t in one) for one in texts(svg) if len(one)]


def test_names_that_differ_look_different(mixed_run: Run) -> None:
    """Only their ends differ, and even the longest is cut in its middle."""
    case = mixed_run.cases[0]
    long = ["q_proj.bfloat16", "q_proj.bfloat16-bfloat16", "a" * 90 + "1", "a" * 90 + "2"]
    cases = tuple(case.model_copy(update={"name": name}) for name in long)
    shown = names(plot_svg(mixed_run.model_copy(update={"cases": cases})))
    assert shown[:2] == long[:2]
    assert len(set(shown)) == 4
    alone = mixed_run.model_copy(update={"cases": cases[:2]})
    assert names(plot_svg(alone)) == long[:2]
    assert all("…" in name for name in shown[2:])


def test_the_median_of_pytorch_has_its_interval(mixed_run: Run) -> None:
    case = next(case for case in mixed_run.cases if case.baseline_us)
    assert case.baseline_us is not None
    bare = mixed_run.model_copy(update={"cases": (case,)})
    us = case.baseline_us.median
    known = Interval(low=us * 0.8, high=us * 1.4, confidence=0.95)
    time = case.baseline_us.model_copy(update={"median_interval": known})
    told = case.model_copy(update={"baseline_us": time, "notes": (f"{BUSY}: too long",)})
    sure = bare.model_copy(update={"cases": (told,)})
    said = "whiskers the 95 % interval of the median"
    assert said in plot_svg(sure)
    assert said not in plot_svg(bare)
    assert f"{BUSY}: its times are too long" in plot_svg(sure)


def over_rows(case: Case) -> tuple[Case, ...]:
    """The case at 16 and 64 tokens."""
    return tuple(
        following(
            case.model_copy(
                update={
                    "name": f"{case.name}.s{m}",
                    "sequence": m,
                    "batch": 1,
                    "shape": case.shape.model_copy(update={"m": m}),
                }
            )
        )
        for m in (16, 64)
    )


def test_a_run_over_rows_is_drawn_over_them(mixed_run: Run) -> None:
    run = mixed_run.model_copy(update={"cases": over_rows(mixed_run.cases[0])})
    assert plot_svg(run) == scaling_svg(run)
    one = run.model_copy(update={"cases": run.cases[:1]})
    assert "over" not in plot_svg(one)
    assert names(plot_svg(one)) == [one.cases[0].name]
