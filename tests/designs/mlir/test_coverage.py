"""Is all that the reader knows in a design whose cycles or data are derived by hand?"""

import re
from pathlib import Path

import numpy as np

from tests.designs.mlir.plain import DESIGNS, run, text_of
from tests.designs.mlir.test_bad_text import refused
from tilescope.designs.mlir.ops import OPERATIONS

HERE = Path(__file__).parent
OTHERS = [HERE / f"{name}.mlir" for name in ("adder", "generic", "tasks", "older_tasks")]
TEXTS = {path.stem: path.read_text() for path in (*DESIGNS.glob("*.mlir"), *OTHERS)}
ALL = "\n".join(TEXTS.values())
REFUSED = {"aiex.set_lock"}  # read for its place
PRINTED = {"tilescope.staged_link"}  # tilescope's own, see test_round_trip
DOCUMENT = (HERE.parents[2] / "docs" / "mlir.md").read_text()


def test_at_least_forty_designs_are_run_by_a_test():
    tests = "\n".join(path.read_text() for path in HERE.glob("test_*.py"))
    assert len(TEXTS) >= 40
    assert [name for name in TEXTS if name not in tests] == []


def test_every_operation_that_is_read_is_in_a_design():
    names = {operation.name for operation in OPERATIONS} - REFUSED - PRINTED
    missing = [name for name in names if not re.search(rf"{re.escape(name)}(?![\w.])", ALL)]
    assert missing == []


def test_every_word_of_the_documented_tables_is_in_a_design():
    start = DOCUMENT.index("Read are, in their own syntax")
    rows = DOCUMENT[start:].split("\n\n")[1]
    words = dict.fromkeys(re.findall(r"`([^`]+)`", rows))
    assert len(words) > 80
    options = {"--sequence"}
    assert [word for word in words if word not in ALL and word not in options] == []


def test_a_shim_sends_by_itself():
    """Two objects through one buffer, in and out in turns: 64 cycles for 32 words."""
    sent = np.arange(32)
    ticks, arrays = run("shim_by_itself", outside=sent)
    assert (arrays["b"] == sent).all()
    assert ticks == 4 * 16
    text = text_of("shim_by_itself").replace('"outside"', '"b"')
    refused(text, "Two buffers of the host are called b", at="aie.runtime_sequence")


def test_older_spellings_mean_the_same():
    """16 in, 16 on by columns, 15 for each number that is copied, and 17 out with the header."""
    sent = np.arange(16)
    ticks, arrays = run("older_spellings", a=sent)
    assert (arrays["b"].reshape(4, 4) == sent.reshape(4, 4).T).all()
    assert ticks == 16 + 16 + 16 * (7 + 1 + 7) + 17


def test_linalg_and_math_compute_what_their_names_say():
    generator = np.random.default_rng(5)
    x, y = (generator.integers(-4, 5, (4, 4)).astype(np.float32) for _ in range(2))
    _, arrays = run("code_of_more_kinds", a0=x.ravel(), a1=y.ravel())
    expected = np.abs(x - y) @ x
    place = np.arange(4)
    expected[place, place] = np.sqrt(np.abs(expected[place, place]))
    assert np.allclose(arrays["b"].reshape(4, 4), expected, rtol=1e-6)
