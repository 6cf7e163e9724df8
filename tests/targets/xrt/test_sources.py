"""Where the kernels' C++ is found: beside the package in a source tree, within it elsewhere."""

from pathlib import Path

import pytest

import tilescope
from tilescope.targets.xrt.toolchain import source_folder

ROOT = Path(__file__).parents[3]


def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, source: str | None) -> None:
    """Let the package lie in a folder, with the kernels' sources there or not."""
    package = tmp_path / "site-packages" / "tilescope"
    package.mkdir(parents=True)
    monkeypatch.setattr(tilescope, "__file__", str(package / "__init__.py"))
    if source is not None:
        (tmp_path / source).mkdir()
        (tmp_path / source / "linear.h").write_text("")


def test_a_source_tree_has_them_beside_the_package() -> None:
    assert source_folder() == ROOT / "cc"


def test_a_wheel_has_them_within_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, monkeypatch, source="site-packages/tilescope/cc")
    assert source_folder() == tmp_path / "site-packages" / "tilescope" / "cc"


def test_another_package_named_cc_is_none_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, monkeypatch, source=None)
    (tmp_path / "site-packages" / "cc").mkdir()
    assert source_folder() is None
