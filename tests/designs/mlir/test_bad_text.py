"""Is every text that is no design refused in a sentence with its place, and never a traceback?"""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.designs.mlir.plain import text_of
from tilescope.designs.elementwise import accumulate_design, smallest_design
from tilescope.designs.mlir.printing import print_design
from tilescope.designs.mlir.reading import read_design
from tilescope.devices import load_device
from tilescope.errors import InputError
from tilescope.simulation.simulate import simulate_design

NPU1 = load_device("npu1")
SMALL = print_design(smallest_design(64, "float32"))
ADDER = print_design(accumulate_design("add", 64, 64, "float32", (1, 2)))
PLACE = re.compile(r"design\.mlir:\d+:\d+: ")


def place(text, part):
    """line:column of the first time that a part stands in a text."""
    before = text[: text.index(part)]
    return f"design.mlir:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}: "


def refused(text, said, at=None):
    with pytest.raises(InputError) as caught:
        read_design(text, "design.mlir")
    message = str(caught.value)
    assert said in message
    assert PLACE.match(message)
    assert "\n" not in message
    if at is not None:
        assert message.startswith(place(text, at)), message


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_text_is_said_to_be_one(text):
    with pytest.raises(InputError, match="is empty"):
        read_design(text, "design.mlir")


@pytest.mark.parametrize(
    "text",
    ["Dear reader", "{}", "\0\0", "module {", "module }", '"', "%", "module { %0 = }", "ÿ" * 9],
)
def test_what_is_no_mlir_is_said_to_be_none(text):
    refused(text, "this is no")


def test_an_operation_that_is_not_known_is_named_with_its_place():
    wrong = SMALL.replace("aie.end", 'aie.brew(%core_0_2) {"tea"}', 1)
    refused(wrong, "aie.brew", at="aie.brew")
    other = 'module {\n  "tosa.add"() : () -> ()\n}'
    refused(other, "tosa.add", at='"tosa.add"')
    code = SMALL.replace("aie.end", "%x = memref.alloc() : memref<4xf32>\n aie.end", 1)
    refused(code, "memref.alloc in a core is not simulated", at="%x = memref.alloc")


def test_a_module_without_a_device_is_another_dialects():
    refused("module {\n  func.func private @f()\n}", "this module has none", at="func.func")
    refused("module {}", "this module has none")


@pytest.mark.parametrize(
    ("old", "new", "said", "at"),
    [
        ("aie.tile(0, 2)", "aie.tile(4, 2)", "There is no tile (4, 2)", "%core_0_2 = "),
        ("aie.tile(0, 2)", "aie.tile(0, 6)", "There is no tile (0, 6)", "%core_0_2 = "),
        ("@P(%shim_0_0", "@P(%nobody", "%nobody", None),
        ("{%core_0_2}, 2 : i32", "{%core_0_2}, 0 : i32", "depth of 1", "aie.objectfifo @C_in"),
        ("!aie.objectfifo<memref<64xf32>>", "memref<64xf32>", "should have a type", None),
        (
            "dma_bd(%P : memref<64xf32> offset = 0 len = 64)",
            "dma_bd(%P : memref<64xf32> offset = 1 len = 64)",
            "from element 1 to 64 of P, which has 64",
            "aie.dma_bd(%P",
        ),
        (
            "dma_bd(%P : memref<64xf32> offset = 0 len = 64)",
            "dma_bd(%P : memref<64xf32> offset = 0 len = 32)",
            "move 32 elements, which is no multiple of its object's 64",
            "aie.objectfifo @P",
        ),
        ("configure_task_for @P", "configure_task_for @Q", "@Q", "%task_2 ="),
        ("configure_task_for @P", "configure_task_for @C_in", "Nobody fills @P", None),
        ("{issue_token = true}", "", "issues no token", "aiex.dma_await_task"),
        ("      aiex.dma_await_task(%task_0)\n", "", "awaits no transfer", "aie.runtime"),
        (
            "release @P(Consume, 1)",
            "release @P(Consume, 2)",
            "2 of @P are released",
            "aie.objectfifo.release @P",
        ),
        (
            "release @P(Consume, 1)",
            "release @P(Produce, 1)",
            "the port says otherwise",
            "aie.objectfifo.release @P",
        ),
        ("%v2[0]", "%v2[1]", "has 1 objects", "%v5 ="),
        ("9223372036854775807 : index", "1000000000 : index", "1,000,000,000 trips", "scf.for"),
        ("9223372036854775807 : index", "0 : i32", "i32", None),
        ("arith.constant 1 : index", "arith.constant 0 : index", "steps by 1 or more", "scf.for"),
        (
            "64 : i32",
            "65 : i32",
            "takes 260 bytes for its c_in, and an object of C_in has 256",
            "func.call",
        ),
        ("64 : i32", "0 : i32", "positive", "func.call"),
        (
            "linear_accumulate_float32",
            "my_kernel",
            "What my_kernel costs is not known",
            "func.call",
        ),
        (
            "linear_accumulate_float32",
            "linear_zero_float32",
            "takes float32 and the sizes",
            "func.call",
        ),
        ("memref<64xf32>", "memref<64xf64>", "f64", None),
        ("memref<64xf32>", "memref<?xf32>", "size", None),
        ("memref<64xf32>", "memref<99999999999999xf32>", "size", None),
        ("aie.runtime_sequence", "aie.trace", "aie.trace", "aie.trace"),
    ],
)
def test_a_mistake_is_told_with_its_place(old, new, said, at):
    assert old in SMALL
    refused(SMALL.replace(old, new), said, at)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[0, 2048]", "[0, 4096]", "lies outside @C_in0"),
        ("[0, 2048]", "[0]", "2 slices and 1 offsets"),
        ("@C_in0] -> [@C_in_0_0, @C_in_0_1]", "@C_in0] -> [@C_in_0_0]", "1 slices and 2 offsets"),
        ("@C_in0] -> [@C_in_0_0, ", "@C_in0] -> [@C_in0, ", "different FIFOs"),
        ("@C_in0] -> [@C_in_0_0, ", "@C_in0] -> [@nobody, ", "@nobody"),
        ("    aie.objectfifo.link [@P0]", "    // [@P0]", "Nobody empties @P0"),
    ],
)
def test_a_link_that_does_not_fit_is_told(old, new, said):
    assert old in ADDER
    refused(ADDER.replace(old, new), said)


def test_a_core_that_never_waits_for_the_host_is_refused_not_run():
    head, tail = SMALL.split("      scf.for", 1)
    body = tail[tail.index("{") + 1 : tail.index("      }\n")]
    call = next(line for line in body.splitlines() if "func.call" in line)
    loop = (
        "scf.for %z = %c0_index to %c9223372036854775807_index step %c1_index {\n" + call + "\n}\n"
    )
    inside = body.replace(call, call + "\n" + loop)
    refused(head + "      scf.for" + tail.replace(body, inside), "a loop without end")


def test_a_string_that_does_not_end_is_refused_at_once():
    """Cut up in every way, a string of 5,000 letters would take longer than there is time."""
    refused('"' + "a" * 5000, "string")
    refused('module {\n  "aie.device' + "a" * 5000, "string", at='"aie')


def test_deep_nesting_is_refused():
    text = "module {" * 3000
    with pytest.raises(InputError):
        read_design(text, "design.mlir")


def tried(text):
    """Reads and, where it is a design, simulates a text: either works or says why not."""
    try:
        design = read_design(text, "design.mlir").design
        simulate_design(design, NPU1)
    except InputError as error:
        said = str(error)
    else:
        said = "it ran"
    assert said


FUZZ = settings(deadline=None, max_examples=40, derandomize=True)
TEXTS = st.sampled_from(
    [
        SMALL,
        ADDER,
        *map(
            text_of,
            (
                "code_multiplies_matrices",
                "fifo_initial_values",
                "packets_into_one_channel",
                "registers_of_descriptors",
                "tasks_on_a_mem_tile",
            ),
        ),
    ]
)


@FUZZ
@given(text=TEXTS, share=st.floats(0, 1))
def test_a_text_that_was_cut_off_is_refused_plainly(text, share):
    tried(text[: int(share * len(text))])


@FUZZ
@given(
    text=TEXTS,
    share=st.floats(0, 1, exclude_max=True),
    length=st.integers(0, 12),
    new=st.one_of(
        st.text(max_size=4),
        st.sampled_from(["0", "9" * 30, "-1", "{", "}", "<", ">", "%", "@", '"', "\0", "x", "//"]),
    ),
)
def test_a_text_with_a_place_changed_never_crashes(text, share, length, new):
    start = int(share * len(text))
    tried(text[:start] + new + text[start + length :])


@FUZZ
@given(text=TEXTS, data=st.data())
def test_a_text_with_a_line_moved_or_doubled_never_crashes(text, data):
    lines = text.splitlines()
    source = data.draw(st.integers(0, len(lines) - 1))
    line = lines[source] if data.draw(st.booleans()) else lines.pop(source)
    lines.insert(data.draw(st.integers(0, len(lines))), line)
    tried("\n".join(lines))


@FUZZ
@given(text=TEXTS, data=st.data())
def test_a_number_of_another_size_never_crashes_or_hangs(text, data):
    numbers = [match.span() for match in re.finditer(r"\d+", text)]
    start, end = data.draw(st.sampled_from(numbers))
    new = data.draw(st.one_of(st.integers(0, 1 << 70), st.integers(0, 9), st.just(1 << 31)))
    tried(f"{text[:start]}{new}{text[end:]}")
