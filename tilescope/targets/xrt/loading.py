"""Compiled designs on the NPU, through XRT's Python module.

The order of things is that of mlir-aie's own host code (python/utils/test.py and the test.py of
its examples): register the xclbin, make a context, take its kernel, give it the opcode, the
instructions, their number of words, and the buffers.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.designs.ir import Design
from tilescope.errors import MachineError
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.targets.xrt.building import BuiltDesign

KERNEL = "MLIR_AIE"  # what aiecc names the kernel of an xclbin
OPCODE = 3  # run the instructions as a transaction
INSTRUCTION_ARGUMENT, FIRST_BUFFER_ARGUMENT = 1, 3
WAIT_MS = 10_000
POISON = 0xFF  # a NaN in every float type, −1 in every whole number
WORD_BYTES = 4
# What XRT calls the NPUs, by the device that they are.
NAMES = {
    "npu1": ("Phoenix", "Hawk", "npu1"),
    "npu2": ("Strix", "Krackan", "Gorgon", "npu4", "npu5", "npu6"),
}

REMEDIES = {  # by a word of XRT's error
    "busy": "another program holds it; end that, or try again",
    "permission": "`sudo usermod -aG render $USER`, then log in again",
    "denied": "`sudo usermod -aG render $USER`, then log in again",
    "memory": "raise `ulimit -l`, or ask for a smaller product",
}

Bytes = NDArray[np.uint8]


def import_pyxrt() -> Any:
    """XRT's module. Raises MachineError where it cannot be imported."""
    try:
        return importlib.import_module("pyxrt")
    except Exception as error:  # a module in C++ may fail in any way
        raise MachineError(
            f"pyxrt cannot be imported ({type(error).__name__}: {error}); `source "
            "/opt/xilinx/xrt/setup.sh`, with the Python that XRT was built for."
        ) from error


def open_npu(pyxrt: Any, device: str) -> Any:
    """XRT's first device, which must be an NPU of the generation of `device`.

    Raises MachineError where it cannot be opened or is another one.
    """
    with plain_errors("XRT cannot open the NPU"):
        npu = pyxrt.device(0)
        name = str(npu.get_info(pyxrt.xrt_info_device.name))
    family = device.partition(":")[0]
    if not any(word.lower() in name.lower() for word in NAMES.get(family, ())):
        raise MachineError(f"XRT's first device is {name}, which is no {family}; see --device.")
    return npu


@contextmanager
def plain_errors(what: str) -> Iterator[None]:
    """A refusal of XRT as one sentence, with the remedy of those that are known."""
    try:
        yield
    except MachineError:
        raise
    except Exception as error:  # XRT's own errors have no type of their own
        raise _refusal(what, error) from error


def _refusal(what: str, error: Exception) -> MachineError:
    told = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    remedy = next((text for word, text in REMEDIES.items() if word in told.lower()), None)
    return MachineError(f"{what}: {told}{f'; {remedy}' if remedy else ''}.")


class LoadedDesign:
    """A design in a context of its own, with its buffers: ready to be launched again and again.

    `views` are the bytes of the buffers as the host sees them, by argument; `written` says which
    ones the design writes.
    """

    def __init__(
        self, pyxrt: Any, npu: Any, built: BuiltDesign, design: Design, written: frozenset[str]
    ) -> None:
        """Raises MachineError where XRT refuses, or the files are not what they should be."""
        self.name = design.name
        self.written = tuple(buffer.name in written for buffer in design.host_buffers)
        self._pyxrt = pyxrt
        self._run: Any = None
        words = _instructions(built)
        with plain_errors(f"XRT cannot load {design.name}"):
            xclbin = pyxrt.xclbin(str(built.xclbin))
            kernel = _kernel(xclbin, design)
            npu.register_xclbin(xclbin)
            self._context = pyxrt.hw_context(npu, xclbin.get_uuid())
            self._kernel = pyxrt.kernel(self._context, kernel)
            self._instructions = self._buffer(
                npu, words.nbytes, pyxrt.bo.cacheable, INSTRUCTION_ARGUMENT
            )
            _view(self._instructions, words.nbytes)[:] = words.view(np.uint8)
            self._to = pyxrt.xclBOSyncDirection.XCL_BO_SYNC_BO_TO_DEVICE
            self._from = pyxrt.xclBOSyncDirection.XCL_BO_SYNC_BO_FROM_DEVICE
            self._completed = pyxrt.ert_cmd_state.ERT_CMD_STATE_COMPLETED
            self._instructions.sync(self._to)
            self._words = int(words.size)
            self._buffers = [
                self._buffer(
                    npu, buffer.host_bytes, pyxrt.bo.host_only, FIRST_BUFFER_ARGUMENT + place
                )
                for place, buffer in enumerate(design.host_buffers)
            ]
            self.views = [
                _view(one, buffer.host_bytes)
                for one, buffer in zip(self._buffers, design.host_buffers, strict=True)
            ]
        self.arrays = [
            view.view(numpy_dtype(buffer.dtype)).reshape(buffer.shape)
            for view, buffer in zip(self.views, design.host_buffers, strict=True)
        ]
        for view in self.views:
            view[:] = 0

    def launch(self) -> None:
        """Submit the design and wait for its end. Raises MachineError where it does not end."""
        try:
            if self._run is None:
                self._run = self._kernel(OPCODE, self._instructions, self._words, *self._buffers)
            else:
                self._run.start()
            state = self._run.wait(WAIT_MS)
        except Exception as error:
            raise _refusal(f"XRT cannot run {self.name}", error) from error
        if state != self._completed:
            word = str(getattr(state, "name", state)).removeprefix("ERT_CMD_STATE_")
            raise MachineError(
                f"{self.name} did not end on the NPU: its state is {word} after at most "
                f"{WAIT_MS // 1000} s, so nothing was timed. The driver's log (`sudo dmesg`) may "
                "say more."
            )

    def give(self, place: int) -> None:
        """Make what the host wrote into a buffer visible to the NPU."""
        self._sync(place, self._to)

    def take(self, place: int) -> None:
        """Make what the NPU wrote into a buffer visible to the host."""
        self._sync(place, self._from)

    def poison(self) -> None:
        """Overwrite every output, on the NPU's side too, so that one that is not written shows."""
        for place, written in enumerate(self.written):
            if written:
                self.views[place][:] = POISON
                self.give(place)

    def close(self) -> None:
        """Give buffers and context back, what depends on another thing before it."""
        self.views, self.arrays = [], []
        self._run = None
        self._buffers, self._instructions = [], None
        self._kernel = self._context = None

    def _sync(self, place: int, direction: Any) -> None:
        try:
            self._buffers[place].sync(direction)
        except Exception as error:
            raise _refusal(f"XRT cannot sync a buffer of {self.name}", error) from error

    def _buffer(self, npu: Any, size: int, flags: Any, argument: int) -> Any:
        return self._pyxrt.bo(npu, size, flags, self._kernel.group_id(argument))


def _view(buffer: Any, size: int) -> Bytes:
    return np.frombuffer(buffer.map(), dtype=np.uint8)[:size]


def _instructions(built: BuiltDesign) -> NDArray[np.uint32]:
    content = built.instructions.read_bytes()
    if not content or len(content) % WORD_BYTES:
        raise MachineError(
            f"{built.instructions} is no file of instructions: {len(content)} bytes are no whole "
            "words. Remove its folder to compile the design again."
        )
    return np.frombuffer(content, dtype=np.uint32)


def _kernel(xclbin: Any, design: Design) -> str:
    """The name of the kernel that aiecc put into an xclbin; MachineError where it is not there."""
    names = [str(kernel.get_name()) for kernel in xclbin.get_kernels()]
    found = next((name for name in names if KERNEL in name), None)
    if found is None:
        raise MachineError(
            f"The xclbin of {design.name} has no kernel {KERNEL} but {', '.join(names) or 'none'}; "
            "this aiecc makes others than those known here."
        )
    return found
