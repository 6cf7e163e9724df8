"""The report in a real browser: nothing goes wrong, and all is drawn and can be read."""

import itertools
import json
from pathlib import Path

import pytest

from tests.conftest import following
from tests.reports.html.browser import Open, Write, complaints, press
from tilescope.runs.models import Case, Run

HERE = Path(__file__).parent
PLOTS = ("budget", "roofline", "array", "tiles", "memory", "timeline")
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>/../\u202e\x1b[31m"

CONTRAST = (HERE / "contrast.js").read_text()
OVERLAPS = (HERE / "overlaps.js").read_text()
PIXELS = (HERE / "pixels.js").read_text()


@pytest.mark.parametrize("width", [1360, 380])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_plot_is_drawn_without_a_complaint(
    write: Write, full_run: Run, opened: Open, width: int, dark: bool
) -> None:
    driver = opened(write(full_run), width=width, dark=dark)
    assert complaints(driver) == []
    for plot in PLOTS:
        box = driver.execute_script(
            "const b = document.getElementById(arguments[0]).getBoundingClientRect();"
            "return [b.width, b.height]",
            f"plot-{plot}",
        )
        assert box[0] > 200, plot
        assert box[1] > 60, plot
    assert driver.execute_script(PIXELS, "#plot-tiles canvas") > 10
    assert driver.execute_script(PIXELS, "#plot-timeline .body canvas") > 10
    assert driver.execute_script(PIXELS, "#plot-timeline .axis-strip") > 3
    paths = driver.execute_script("return document.querySelectorAll('#plot-roofline path').length")
    assert paths >= 8
    parts = driver.execute_script("return document.querySelectorAll('#plot-array .part').length")
    assert parts >= 7
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width


def test_nothing_is_asked_of_a_network(write: Write, full_run: Run, opened: Open) -> None:
    driver = opened(write(full_run))
    sent = [
        message["params"]["request"]["url"]
        for entry in driver.get_log("performance")
        if (message := json.loads(entry["message"])["message"])["method"]
        == "Network.requestWillBeSent"
    ]
    assert len(sent) >= 1  # the report itself: requests are seen
    assert [url for url in sent if not url.startswith(("file:", "data:"))] == []


def test_a_hostile_name_does_nothing(
    write: Write, full_run: Run, full_case: Case, opened: Open
) -> None:
    kernels = tuple(k.model_copy(update={"name": HOSTILE}) for k in full_case.kernels)
    hostile = full_case.model_copy(
        update={"name": HOSTILE, "description": HOSTILE, "notes": (HOSTILE,), "kernels": kernels}
    )
    driver = opened(write(full_run.model_copy(update={"cases": (hostile,)})))
    assert complaints(driver) == []
    assert driver.find_elements("css selector", "img") == []
    assert len(driver.find_elements("css selector", "script")) == 2
    rows = driver.find_elements("css selector", ".truth tbody th")
    assert rows[0].text.startswith("<script>alert(1)</script>")
    assert "‹U+202E›␛[31m" in rows[0].text


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_a_contrast_of_4_5(
    write: Write, full_run: Run, opened: Open, dark: bool
) -> None:
    driver = opened(write(full_run), dark=dark)
    background = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") is not dark
    assert driver.execute_script(CONTRAST) == []


def test_the_switch_goes_before_what_the_system_prefers(
    write: Write, full_run: Run, opened: Open
) -> None:
    driver = opened(write(full_run), dark=False)
    before = driver.execute_script(
        "return document.querySelector('.tiles-frame canvas').toDataURL()"
    )
    driver.find_element("css selector", "[data-theme-choice=dark]").click()
    assert (
        driver.execute_script("return getComputedStyle(document.body).color") != "rgb(22, 25, 29)"
    )
    after = driver.execute_script(
        "return document.querySelector('.tiles-frame canvas').toDataURL()"
    )
    assert before != after  # canvases follow
    pressed = driver.find_elements("css selector", ".theme [aria-pressed=true]")
    assert [button.text for button in pressed] == ["Dark"]
    assert complaints(driver) == []


def test_busy_waiting_and_idle_close_on_every_resource(
    write: Write, full_run: Run, opened: Open
) -> None:
    driver = opened(write(full_run))
    rows = driver.execute_script(
        "return [...document.querySelectorAll('#array-table tbody tr')].map((row) =>"
        " [...row.cells].map((cell) => cell.textContent))"
    )
    heads = driver.execute_script(
        "return [...document.querySelectorAll('#array-table thead th')].map((c) => c.textContent)"
    )
    assert len(rows) == 7
    until = heads.index("sum")
    for row in rows:
        shares = [float(cell.removesuffix(" %")) for cell in row[1:until]]
        assert sum(shares) == pytest.approx(100.0, abs=0.06 * len(shares))
    widths = driver.execute_script(
        "return [...document.querySelectorAll('#plot-array .ubar')].map((bar) =>"
        " [...bar.children].reduce((sum, part) => sum + parseFloat(part.style.width), 0))"
    )
    assert all(0 < width <= 100.0001 for width in widths)


def test_memory_is_drawn_up_to_what_there_is(write: Write, full_run: Run, opened: Open) -> None:
    driver = opened(write(full_run))
    told = driver.find_element("id", "plot-memory").text
    assert "3.000 KiB at most of 8.000 KiB (37.5 %)" in told
    assert "core (0,2)" in told
    paths = driver.execute_script(
        "return [...document.querySelectorAll('#plot-memory path')].map((p) => p.getAttribute('d'))"
    )
    assert len(paths) == 2
    assert paths[0].count("V") > 80  # 600 columns see all of the 80 changes, 160 do not
    rows = driver.execute_script(
        "return [...document.querySelectorAll('#memory-table tbody tr')].map((row) =>"
        " [...row.cells].map((cell) => cell.textContent))"
    )
    # 2 and 3 KiB in turns from 1 to 81 µs, then 3 to 82 µs: (40 · 2 + 41 · 3) / 82 = 2.476 KiB
    assert rows[0] == ["L1 of the cores", "3.000 KiB", "2.476 KiB", "8.000 KiB", "5.000 KiB"]


def test_labels_of_the_roofline_never_overlap(
    write: Write, full_run: Run, full_case: Case, opened: Open
) -> None:
    def wider(place: int) -> Case:
        """2 % more columns in the same time for each place."""
        shape = full_case.shape.model_copy(update={"n": round(960 * 1.02**place)})
        return following(full_case.model_copy(update={"name": f"case_{place}", "shape": shape}))

    cases = tuple(map(wider, range(50)))
    driver = opened(write(full_run.model_copy(update={"cases": cases})))
    assert driver.execute_script(OVERLAPS) == []
    points = driver.execute_script(
        "return document.querySelectorAll('#plot-roofline .point').length"
    )
    assert points == 100
    assert complaints(driver) == []


@pytest.mark.parametrize("kind", ["without timelines", "one case", "no case", "interrupted"])
def test_lesser_runs_are_good_reports_too(
    write: Write, full_run: Run, fused_case: Case, opened: Open, kind: str
) -> None:
    runs = {
        "without timelines": full_run,
        "one case": full_run.model_copy(update={"cases": (fused_case,)}),
        "no case": full_run.model_copy(update={"cases": (), "complete": False}),
        "interrupted": full_run.model_copy(update={"complete": False}),
    }
    driver = opened(write(runs[kind], timelines=kind == "interrupted"))
    assert complaints(driver) == []
    assert len(driver.find_elements("css selector", "main section")) >= 3


def test_a_screen_reader_finds_its_way(write: Write, full_run: Run, opened: Open) -> None:
    driver = opened(write(full_run))
    count = "return document.querySelectorAll(arguments[0]).length"
    for landmark in ("header", "nav", "main", "footer"):
        assert driver.execute_script(count, landmark) == 1
    assert driver.execute_script(count, "h1") == 1
    unnamed = driver.execute_script(
        "return [...document.querySelectorAll('section, [role=img], [role=application],"
        " [role=listbox], [role=region], nav, select, input')].filter((e) =>"
        " !e.getAttribute('aria-label') &&"
        " !document.getElementById(e.getAttribute('aria-labelledby')) &&"
        " !e.closest('label')).map((e) => e.outerHTML.slice(0, 80))"
    )
    assert unnamed == []
    heads = "th:not([scope])"
    assert driver.execute_script(count, heads) == 0
    levels = driver.execute_script(
        "return [...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]))"
    )
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    doubled = driver.execute_script(
        "const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);"
        "return ids.filter((id, i) => ids.indexOf(id) !== i)"
    )
    assert doubled == []
    press(driver, "\ue004")  # Tab
    assert driver.switch_to.active_element.text == "Skip to the report"


def test_paper_is_light(write: Write, full_run: Run, opened: Open) -> None:
    driver = opened(write(full_run), dark=True)
    printed = driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    assert len(printed["data"]) > 20_000
    driver.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert driver.execute_script("return document.documentElement.dataset.theme") == "light"
    driver.execute_script("dispatchEvent(new Event('afterprint'))")
    assert driver.execute_script("return document.documentElement.dataset.theme") is None
    assert complaints(driver) == []


def test_no_two_meanings_differ_by_colour_alone(write: Write, full_run: Run, opened: Open) -> None:
    driver = opened(write(full_run))
    kinds = driver.execute_script(
        "return ['buffer_empty', 'buffer_full', 'stream', 'ddr', 'task_queue', 'wait-token',"
        " 'wait', 'setup', 'token', 'overhead', 'several', 'call'].map((kind) => {"
        " const part = document.createElement('i');"
        " part.className = `k-${kind}`; document.body.append(part);"
        " return getComputedStyle(part).getPropertyValue('--h'); })"
    )
    shapes = [text.replace("var(--c)", "").replace("var(--stripe)", "") for text in kinds]
    assert len(set(shapes[:7])) == 7  # every cause of waiting
    assert len(set(shapes[7:])) == 5  # work that may stand in one lane
    terms = driver.execute_script(
        "return ['host', 'launch', 'issue', 'core_overhead', 'shim_port', 'mem_tile_port',"
        " 'core_dma', 'sync'].map((term) => { const part = document.createElement('i');"
        " part.className = `t-${term}`; document.body.append(part);"
        " return getComputedStyle(part).getPropertyValue('--pattern'); })"
    )
    assert len(set(terms)) == 8
