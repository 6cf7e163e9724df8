"""The least time that each resource needs for one launch of a product, in array cycles.

Each figure follows one resource from the first instruction to the last token: what must come
before its first work, its work, and what must come after its last. The terms are those that the
simulator charges for the design (`designs.gemm`), each only where nothing can overlap it, so that
no simulated launch is faster.
"""

from __future__ import annotations

from typing import NamedTuple

from tilescope.designs.charges import Charges
from tilescope.designs.gemm import BLOCKS_IN_FLIGHT, MAX_TASK_STEPS, QUEUED_INPUTS
from tilescope.designs.mapping import Mapping
from tilescope.designs.pages import PAGE_BYTES
from tilescope.designs.traffic import Traffic, feed_lines, product_traffic
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.shapes import ceil_div

LIMITS = ("issue", "ddr", "shim_port", "mem_tile_port", "core_dma", "compute")
"""The resources of the array that can bound a launch, in the order in which they are used."""

# What a transfer asks of DDR is held in parts of 2^20, so it may be faster by this much.
DDR_ROUNDING = 1 - 1e-5


class Need(NamedTuple):
    """What one resource needs of one launch, in array cycles.

    busy: its own work; total: the least time of a launch with that much of it, with what must
    come before and after.
    """

    busy: float
    total: float


class ProductLaunch:
    """One launch of C[m, n] = A[m, k] @ B[k, n]; the shape is whole blocks of the mapping."""

    def __init__(
        self, shape: tuple[int, int, int], dtype: str, mapping: Mapping, charges: Charges
    ) -> None:
        m, n, k = shape
        tile_m, tile_n, tile_k = mapping.core_tile
        rows, columns = mapping.grid
        size, c_size = dtype_bytes(dtype), dtype_bytes(mapping.c_dtype)
        staged = mapping.staged_k
        self.shape, self.size, self.c_size = shape, size, c_size
        self.mapping, self.charges = mapping, charges
        self.rows, self.columns = rows, columns
        self.blocks = (m // (tile_m * rows)) * (n // (tile_n * columns))
        self.calls = self.blocks * (k // tile_k)  # of the product, on each core
        self.slices = k // staged  # of each input, for each block and line
        self.pieces = staged // tile_k  # objects of a slice
        self.rounds = ceil_div(self.slices, MAX_TASK_STEPS)
        self.stretch = (self.slices - 1) % MAX_TASK_STEPS + 1  # slices that the last task brings
        self.in_flight = max(1, BLOCKS_IN_FLIGHT + 1 - self.rounds)
        self.a_lines, self.b_lines = feed_lines(mapping)
        self.a_feeds = ceil_div(rows, self.a_lines)
        self.b_feeds = ceil_div(columns, self.b_lines)
        self.traffic = traffic = product_traffic(shape, size, c_size, mapping)
        self.a_words = ceil_div(tile_m * staged * size, 4)  # of a slice
        self.b_words = ceil_div(tile_n * staged * size, 4)
        self.a_slice = self.a_words * self._read_word(traffic.a_run_bytes)
        self.b_slice = self.b_words * self._read_word(traffic.b_run_bytes)
        self.a_object = ceil_div(tile_m * tile_k * size, 4) * charges.word
        self.b_object = ceil_div(tile_n * tile_k * size, 4) * charges.word
        self.c_object = ceil_div(tile_m * tile_n * c_size, 4) * charges.word
        c_words = self.c_object / charges.word
        paced = charges.paced_word(traffic.written_bytes / traffic.written_runs)
        self.c_slice = c_words * max(charges.word, charges.write_word, paced)
        kernel, self.clear = charges.core_calls(mapping, dtype)
        self.step = 2 * (charges.acquire + charges.release) + charges.call + kernel
        self._find_ends()

    def _find_ends(self) -> None:
        """When the first and the last row and column can begin, and what follows their end."""
        charges, rows, columns = self.charges, self.rows, self.columns
        leaves = charges.setup + self.c_object + charges.to_mem + charges.setup + charges.to_core
        self.drain_one = leaves + self.c_slice
        # one mem tile channel takes a column's C out, core by core
        self.drain_all = self.drain_one + (rows - 1) * (self.c_slice + charges.between)
        self.tokens_first = (columns - 1) * charges.token + charges.last_token
        # A goes to all columns at once, so the first column's last call waits until the last
        # column has freed the object two before, and all the tokens are still to come
        self.behind = (2, 1)[self.pieces - 1] if self.pieces < 3 else 0
        self.coupled = self.calls // self.blocks > 2
        call = charges.setup + self.a_object + charges.to_core + self.step + charges.release
        self.after_freed = call + self.drain_all + self.tokens_first
        self.a_first, self.a_last = self._a_in_mem(0), self._a_in_mem(rows - 1)
        self.b_first, self.b_last = self._b_in_mem(0), self._b_in_mem(columns - 1)

    def _read_word(self, run_bytes: float) -> float:
        """Cycles of a word that is read, by the port or by the interface that takes its runs."""
        return max(self.charges.read_word, self.charges.paced_word(run_bytes))

    def _a_starts(self, feed: int) -> float:
        """When a shim channel of A begins to read: the tasks of C and those before are issued."""
        return (self.columns + feed + 1) * self.charges.issue + self.charges.first_read

    def _b_starts(self, feed: int) -> float:
        return self._a_starts(self.a_feeds + feed)

    def _a_in_mem(self, row: int) -> float:
        """When a row's first slice of A lies in its mem tile."""
        feed, place = divmod(row, self.a_lines)
        moves = (place + 1) * self.a_slice + place * self.charges.between
        return self._a_starts(feed) + moves + self.charges.to_mem

    def _b_in_mem(self, column: int) -> float:
        feed, place = divmod(column, self.b_lines)
        moves = (place + 1) * self.b_slice + place * self.charges.between
        return self._b_starts(feed) + moves + self.charges.to_mem

    def needs(self) -> tuple[Need, ...]:
        """What each resource needs, in the order of LIMITS."""
        return (
            self.issue(),
            self.ddr(),
            self.shim_port(),
            self.mem_tile_port(),
            self.core_dma(),
            self.compute(),
        )

    # --- cores ---------------------------------------------------------------------------------

    def compute(self) -> Need:
        """Every core makes the same calls one after the other, so any core is a bound."""
        charges = self.charges
        around: float = charges.acquire + charges.call + self.clear + charges.release
        if self.mapping.c_depth == 1:  # its C has to leave before it takes the next
            around += charges.setup + self.c_object
        # its first C may be cleared, and its first A taken, while it waits for B
        busy = self.calls * self.step + (self.blocks - 1) * around
        before = charges.setup + charges.to_core - charges.acquire
        total = busy + before + charges.release + self._over_cores(self.a_object, self.b_object)
        if self.coupled:
            last = max(self.a_first + self.a_object, self.b_last + self.b_object)
            freed = last + before + busy - 2 * self.step - charges.release
            total = max(total, freed + self.after_freed)
        return Need(busy, total)

    def _over_cores(self, a: float, b: float) -> float:
        """What comes before and after a core's work, for the worst of the corners.

        `a` and `b` are what passes from the first slices' arrival in a mem tile to the core's.
        Where the first row ends no earlier than some time, so do the others, and all their C is
        still to leave.
        """
        first, last = self.b_first + b, self.b_last + b
        top, bottom = self.a_first + a, self.a_last + a
        tokens, last_token = self.tokens_first, self.charges.last_token
        return max(
            max(top, first) + self.drain_all + tokens,
            max(bottom, first) + self.drain_one + tokens,
            max(top, last) + self.drain_all + last_token,
            max(bottom, last) + self.drain_one + last_token,
        )

    def core_dma(self) -> Need:
        """The busier of a core's channels: A in, B in, C out."""
        charges = self.charges
        a = self.calls * self.a_object + (self.calls - 1) * charges.between
        b = self.calls * self.b_object + (self.calls - 1) * charges.between
        c = self.blocks * self.c_object + (self.blocks - 1) * charges.between
        last_call = charges.setup + charges.to_core + self.step + charges.release
        after_a = last_call + self.tokens_first
        after_b = last_call - charges.acquire + self.drain_all
        total = max(
            self.a_first + a + after_a + self.drain_all,
            self.a_last + a + after_a + self.drain_one,
            self.b_first + b + after_b + self.tokens_first,
            self.b_last + b + after_b + charges.last_token,
            self._c_begins() + c + self.drain_one - self.c_object + charges.last_token,
        )
        return Need(max(a, b, c), total)

    def _c_begins(self) -> float:
        """When the first C is released by a core of the first row and column."""
        charges = self.charges
        arrives = max(self.a_first + self.a_object, self.b_first + self.b_object)
        calls = self.calls // self.blocks * self.step - charges.acquire
        return arrives + charges.setup + charges.to_core + calls + charges.release

    def _freed(self, in_mem: float) -> float:
        """The end, where the slice of B for the last column's last call but two is in its mem tile.

        No bound where there are fewer than three calls for each block.
        """
        if not self.coupled:
            return 0.0
        charges = self.charges
        calls = self.pieces if self.behind else self.pieces - 2
        used = charges.setup + self.b_object + charges.to_core - charges.acquire - charges.release
        used += self.step + (calls - 1) * max(self.step, self.b_object + charges.between)
        return in_mem + used + self.after_freed

    # --- ports ---------------------------------------------------------------------------------

    def shim_port(self) -> Need:
        """The busiest shim channel: of A, of B, or the one by which a column's C leaves."""
        charges = self.charges
        a, a_total = self._read(self.a_lines, self.a_slice, self._a_starts(0))
        b, b_total = self._read(self.b_lines, self.b_slice, self._b_starts(0))
        # the last slice of A is of the last row of a feed, that of B of its last column
        a_total += self._after_slice(self.a_object, 0) + self.tokens_first
        a_first, a_last = 0.0, a_total + self.drain_one
        if self.rows % self.a_lines == 0:  # every feed has as much to do, the last one later
            a_last += (self.a_feeds - 1) * charges.issue
            a_first = a_total - (self.a_lines - 1) * (self.a_slice + charges.between)
            a_first += self.drain_all
        if self.columns % self.b_lines == 0:
            later = (self.b_feeds - 1) * charges.issue
            freed = self.behind * self.b_lines * (self.b_slice + charges.between)
            b_last = self._freed(b_total + later - freed) if self.stretch > self.behind else 0.0
        else:
            b_last = 0.0
        b_total += self._after_slice(self.b_object, charges.acquire) + self.drain_all
        b_first = b_total + self._tokens(self.b_lines - 1)
        if self.columns % self.b_lines == 0:
            b_last = max(b_last, b_total + charges.last_token + later)
        moved = self.blocks * self.rows * self.c_slice
        moved += self.blocks * (self.rows - 1) * charges.between
        # the first of C's tasks starts while its block is still being worked out
        moved += charges.write_starts(self.blocks) - charges.first_write
        c_total = self._c_begins() + self.drain_one - self.c_slice + moved + self.tokens_first
        taken, i_total = self._interface()
        total = max(a_last, a_first, b_first, b_last, c_total, i_total)
        return Need(max(a, b, moved, taken), total)

    def _interface(self) -> tuple[float, float]:
        """The work of the first shim's interface to DDR where A and B pass it, and the end."""
        charges, traffic = self.charges, self.traffic
        if not charges.interface_run or (self.mapping.ports == "single" and self.columns > 1):
            return 0.0, 0.0
        a = self.a_lines * self.a_words * charges.paced_word(traffic.a_run_bytes)
        b = self.b_lines * self.b_words * charges.paced_word(traffic.b_run_bytes)
        taken = self.blocks * self.slices * (a + b)
        after = min(
            self._after_slice(self.a_object, 0),
            self._after_slice(self.b_object, charges.acquire),
        )
        ends = charges.to_mem + after + self.drain_one + charges.last_token
        return taken, self._a_starts(0) + taken + ends

    def _read(self, lines: int, line_slice: float, starts: float) -> tuple[float, float]:
        """The work of an input's shim channel, and when its last slice lies in the mem tile."""
        tasks, slices = self.blocks * self.rounds, self.blocks * self.slices * lines
        busy = slices * line_slice + (slices - tasks) * self.charges.between
        more = self.charges.read_starts(tasks)
        return busy + more, starts + busy + more - self.charges.first_read + self.charges.to_mem

    def _after_slice(self, words: float, hidden: float) -> float:
        """From a slice's arrival in a mem tile to the end of the last call on it.

        `hidden` are cycles of its first call that another input's earlier arrival may take off.
        """
        charges = self.charges
        first = charges.setup + words + charges.to_core + self.step - hidden + charges.release
        return first + (self.pieces - 1) * max(self.step, words + charges.between)

    def _tokens(self, column: int) -> float:
        """The controller's time for the tokens of a column's last C and of those behind it."""
        return (self.columns - 1 - column) * self.charges.token + self.charges.last_token

    def mem_tile_port(self) -> Need:
        """The busiest mem tile channel: in from a shim, out to the cores, C in and C out."""
        charges = self.charges
        slices = self.blocks * self.slices
        a = slices * self.a_lines * (self.a_words * charges.word + charges.between)
        b = slices * self.b_lines * (self.b_words * charges.word + charges.between)
        out = self.calls * (max(self.a_object, self.b_object) + charges.between)
        c = self.blocks * self.rows * (self.c_object + charges.between)
        c_in = self._c_begins() + c - charges.between + self.drain_one - self.c_slice
        total = max(
            self._a_starts(0) + max(a, out) - charges.between + charges.to_mem + self.drain_one,
            self._b_starts(0) + b - charges.between + charges.to_mem + self.drain_one,
            c_in,
        )
        return Need(max(a, b, out, c) - charges.between, total + charges.last_token)

    # --- DDR and controller --------------------------------------------------------------------

    def ddr(self) -> Need:
        """Bytes at the peak rate and the fixed time of each run, one server for all channels."""
        charges, traffic = self.charges, self.traffic
        reads = self._served(traffic.read_bytes, traffic.read_runs, traffic.read_pages)
        writes = self._served(traffic.written_bytes, traffic.written_runs, traffic.written_pages)
        begins = self._a_starts(0) + self._unused(traffic)
        # the last input is followed by calls and the last C; that of blocks no longer in flight
        # was written before it was issued
        written = writes / self.blocks * max(0, self.blocks - self.in_flight)
        after = min(
            self._after_slice(self.a_object, 0),
            self._after_slice(self.b_object, charges.acquire),
        )
        last_read = reads + written + charges.to_mem + after + self.drain_one
        ends = max(reads + writes + charges.to_core, last_read) + charges.last_token
        if self.coupled:
            # before the last A of the row that is read last goes to all columns, each has freed
            # the object two before: of B no more than two objects of each are still to be read
            _, tile_n, tile_k = self.mapping.core_tile
            runs = tile_k if self.mapping.b_layout == "row" else tile_n
            most = (2 * runs + 1) * 2 * PAGE_BYTES
            unread = (
                self._served(2 * tile_n * tile_k * self.size, 2 * runs + 1, most) * self.columns
            )
            freed = self.after_freed - charges.setup - self.drain_all + self.drain_one
            ends = max(ends, reads + written - unread / DDR_ROUNDING + freed)
        return Need(reads + writes, begins + ends)

    def _served(self, moved_bytes: int, runs: int, pages: int) -> float:
        charges = self.charges
        cycles = moved_bytes * charges.ddr_byte + runs * charges.ddr_run + pages * charges.ddr_page
        return cycles * DDR_ROUNDING

    def _unused(self, traffic: Traffic) -> float:
        """What DDR cannot serve while only the first channels have been told to read."""
        charges = self.charges
        port = 4 / charges.read_word / DDR_ROUNDING  # bytes a cycle
        loads = [
            port * (charges.ddr_byte + runs * charges.ddr_run + pages * charges.ddr_page)
            for (runs, pages), feeds in (
                (traffic.a_most, self.a_feeds),
                (traffic.b_most, self.b_feeds),
            )
            for _ in range(feeds)
        ]
        asked, unused = 0.0, 0.0
        for load in loads[:-1]:
            asked += load
            if asked >= 1:
                break
            unused += (1 - asked) * charges.issue
        return unused

    def issue(self) -> Need:
        """The controller: every task, every token, and the last block's way through the array."""
        charges, inputs = self.charges, self.rounds * (self.a_feeds + self.b_feeds)
        pushes = self.blocks * (self.columns + inputs) * charges.issue
        before = pushes + self.waits() * charges.token
        # the last task brings the last stretch of K to the last column
        stretch = self.stretch
        tasks = self.blocks * self.rounds
        start = charges.read_starts(tasks) - charges.read_starts(tasks - 1)
        slices = stretch * self._lines_of_last_feed()
        moves = slices * self.b_slice + (slices - 1) * charges.between + charges.to_mem
        after = self._after_slice(self.b_object, charges.acquire) + self.drain_all
        through = before + start + moves + after + charges.last_token
        freed = 0.0
        if stretch > self.behind:
            unmoved = self.behind * (slices // stretch) * (self.b_slice + charges.between)
            freed = self._freed(before + start + moves - unmoved)
        busy = before + self.tokens_first
        earlier = (self.b_feeds - 1) * charges.issue
        first = through - earlier + self._tokens(self.b_lines - 1) - charges.last_token
        even = self.columns % self.b_lines == 0
        return Need(busy, max(busy, through, freed, first if even else 0.0))

    def waits(self) -> int:
        """Tokens that the controller awaits before it has issued everything."""
        queued = max(0, self.rounds - QUEUED_INPUTS) * (self.a_feeds + self.b_feeds)
        return max(0, self.blocks - self.in_flight) + self.blocks * queued

    def _lines_of_last_feed(self) -> int:
        return (self.columns - 1) % self.b_lines + 1
