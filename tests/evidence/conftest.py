"""The record, and rows as tests need them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tilescope.evidence.ledger import Entry, make_ledger
from tilescope.evidence.reading import read_measurements
from tilescope.evidence.records import Row


@pytest.fixture(scope="session")
def record() -> dict[str, Row]:
    """Every published row by its id."""
    return {row.id: row for row in read_measurements()}


@pytest.fixture
def row(record: dict[str, Row]) -> Callable[..., Row]:
    """A published row with some of its cells changed."""

    def changed(name: str, **cells: Any) -> Row:
        return replace(record[name], **cells)

    return changed


@pytest.fixture(scope="session")
def ledger(record: dict[str, Row]) -> tuple[Entry, ...]:
    """The whole ledger of the model as it is."""
    return make_ledger(record.values())
