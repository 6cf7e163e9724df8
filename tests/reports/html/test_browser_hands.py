"""The report in a real browser, in a reader's hands: keys, a mouse and choices."""

import itertools

import pytest

from tests.reports.html.browser import Open, Write, focus_timeline, press, view
from tilescope.runs.models import Run


def test_keys_zoom_move_and_read_the_timeline(write: Write, full_run: Run, opened: Open) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.keys import Keys

    driver = opened(write(full_run))
    focus_timeline(driver)
    assert view(driver) == (0.0, 82.0)  # 40 steps of 2 µs and 2
    press(driver, "+")
    start, end = view(driver)
    assert end - start == pytest.approx(82.0 / 1.6)
    assert (start + end) / 2 == pytest.approx(41.0)
    held = ActionChains(driver).key_down(Keys.SHIFT).send_keys(Keys.ARROW_RIGHT)
    held.key_up(Keys.SHIFT).perform()
    assert view(driver)[0] == pytest.approx(start + 0.25 * (end - start))
    press(driver, "-", "-")
    assert view(driver) == (0.0, 82.0)
    press(driver, Keys.ARROW_DOWN)  # from the controller to the shim's channel
    told = driver.execute_script("return document.getElementById('live').textContent")
    assert told.startswith("shim (0,0) MM2S0: moving data")
    assert "simulated" in told
    first = told
    press(driver, Keys.ARROW_RIGHT)
    assert driver.execute_script("return document.getElementById('live').textContent") != first
    press(driver, "+", "+", "0")
    assert view(driver) == (0.0, 82.0)


def test_a_mouse_zooms_drags_and_reads_the_timeline(
    write: Write, full_run: Run, opened: Open
) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.keys import Keys

    driver = opened(write(full_run))
    body = driver.find_element("css selector", "#plot-timeline .body")
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", body)
    wheel = {"deltaY": -200, "ctrlKey": True, "clientX": 700, "bubbles": True, "cancelable": True}
    turned = "arguments[0].dispatchEvent(new WheelEvent('wheel', arguments[1]))"
    driver.execute_script(turned, body, wheel)
    start, end = view(driver)
    assert end - start == pytest.approx(82.0 / 2.718281828 ** (200 / 300), rel=1e-3)
    ActionChains(driver).move_to_element(body).click_and_hold().move_by_offset(
        -60, 0
    ).release().perform()
    assert view(driver)[0] > start  # the content went left, later times came in
    before = view(driver)
    ActionChains(driver).key_down(Keys.SHIFT).move_to_element(body).click_and_hold().move_by_offset(
        100, 0
    ).release().key_up(Keys.SHIFT).perform()
    zoomed = view(driver)
    assert zoomed[1] - zoomed[0] < (before[1] - before[0]) / 2
    ActionChains(driver).double_click(body).perform()
    assert view(driver) == (0.0, 82.0)
    ActionChains(driver).move_to_element_with_offset(body, 40, 0).perform()
    tip = driver.find_element("id", "tip")
    assert tip.is_displayed()
    assert "simulated" in tip.text


def test_tiles_of_the_array_are_read_by_arrow_keys(
    write: Write, full_run: Run, opened: Open
) -> None:
    from selenium.webdriver.common.keys import Keys

    driver = opened(write(full_run))
    driver.execute_script("document.querySelector('#plot-array [tabindex=\"0\"]').focus()")
    told = driver.find_element("css selector", ".array-told")
    assert "core (0,2)" in told.text
    assert "24.4 %" in told.text  # busy: 20 of 82 µs
    press(driver, Keys.ARROW_RIGHT)
    assert "core (1,2)" in told.text
    press(driver, Keys.ARROW_LEFT, Keys.ARROW_DOWN)
    assert "mem (0,1) S2MM0" in told.text
    press(driver, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert "controller" in told.text


def test_the_output_is_read_by_arrow_keys_and_shows_errors(
    write: Write, full_run: Run, opened: Open
) -> None:
    from selenium.webdriver.common.keys import Keys

    driver = opened(write(full_run))
    driver.execute_script("document.querySelector('.tiles-frame').focus()")
    press(driver, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    told = driver.find_element("id", "tiles-told").text
    assert "M from 16, N from 16, core (1,2)" in told  # second row, second of the columns
    assert "60.0 µs (simulated)" in told  # the sixth tile
    driver.find_element("css selector", "[data-tiles=errors]").click()
    assert "logarithmic" in driver.find_element("css selector", ".scale").text


def test_the_roof_moves_with_the_work_of_a_launch(
    write: Write, full_run: Run, opened: Open
) -> None:
    from selenium.webdriver.common.keys import Keys

    driver = opened(write(full_run))
    roof = "return document.querySelector('#roof-intensity .roof').getAttribute('d')"
    before = driver.execute_script(roof)
    driver.execute_script("document.getElementById('roof-work').focus()")
    press(driver, *[Keys.ARROW_RIGHT] * 10)
    assert driver.execute_script(roof) != before
    told = driver.find_element("id", "roof-told").text
    driver.find_element("id", "roof-reset").click()
    assert driver.execute_script(roof) == before
    assert told != driver.find_element("id", "roof-told").text
    assert "limited by launches" in driver.find_element("id", "roof-told").text


def test_another_case_and_launch_are_chosen(write: Write, full_run: Run, opened: Open) -> None:
    from selenium.webdriver.support.ui import Select

    driver = opened(write(full_run))
    Select(driver.find_element("id", "pick-launch")).select_by_index(1)
    label = "return document.querySelector('#plot-timeline .body').getAttribute('aria-label')"
    for _ in itertools.repeat(None, 50):
        if "linear_accumulate" in driver.execute_script(label):
            break
    assert "linear_accumulate, 16.0 µs" in driver.execute_script(label)  # 7 steps of 2 µs and 2
    Select(driver.find_element("id", "pick-case")).select_by_visible_text("my_test")
    shown = driver.find_elements("css selector", ".per-case:not([hidden]) h3 bdi")
    assert [one.text for one in shown] == ["my_test"]


def test_a_case_of_the_table_leads_to_its_details(
    write: Write, full_run: Run, opened: Open
) -> None:
    driver = opened(write(full_run))
    links = driver.find_elements("css selector", ".truth tbody th a")
    driver.execute_script("arguments[0].click()", links[1])
    shown = driver.find_elements("css selector", ".per-case:not([hidden]) h3 bdi")
    assert [one.text for one in shown] == ["my_test"]
    assert driver.current_url.endswith("#h-case")


def test_a_span_is_told_to_a_tenth_of_itself(write: Write, full_run: Run, opened: Open) -> None:
    from selenium.webdriver.common.keys import Keys

    driver = opened(write(full_run))
    focus_timeline(driver)
    press(driver, *[Keys.ARROW_DOWN] * 4)  # past shim and mem tile channels, to core (0,2)
    press(driver, Keys.ARROW_RIGHT)
    told = driver.execute_script("return document.getElementById('live').textContent")
    assert "core (0,2): in a kernel" in told
    assert "43 µs to 43.5 µs, for 500 ns, simulated" in told  # keys begin in the middle, at 41
