"""A transfer of a runtime sequence, while the sequence is read."""

from __future__ import annotations

from dataclasses import dataclass

from tilescope.designs.ir import DmaTask
from tilescope.designs.parts import ChannelTask, DmaPort


@dataclass
class Task:
    """A transfer that was configured: whether it issues a token, and its place once started."""

    task: DmaTask | ChannelTask
    token: bool
    number: int | None = None
    awaited: bool = False

    @property
    def end(self) -> str | DmaPort:
        """The FIFO or the channel that it is started on."""
        return self.task.fifo if isinstance(self.task, DmaTask) else self.task.port
