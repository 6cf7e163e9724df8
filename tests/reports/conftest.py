"""Snapshots as plain text files, one for each report, to be read as a user would see it."""

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode


class TextFile(SingleFileSnapshotExtension):
    """The report itself, as a .txt file."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture
def report(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """What the report is expected to look like; `pytest --snapshot-update` writes it anew."""
    return snapshot.use_extension(TextFile)
