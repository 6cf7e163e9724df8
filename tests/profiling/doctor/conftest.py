"""A machine made of files below a folder, with nothing of the real one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tilescope.targets.machine import Machine

Made = Callable[..., Machine]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Makes a machine of the given files (path: text); modules and programs only as named."""

    def make(
        files: dict[str, str] | None = None,
        *,
        modules: tuple[str, ...] = (),
        programs: tuple[str, ...] = (),
        environ: dict[str, str] | None = None,
        usable: bool = True,
    ) -> Machine:
        for name, text in (files or {}).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Machine(
            root=tmp_path,
            environ=environ or {},
            which=lambda name: f"/bin/{name}" if name in programs else None,
            has_module=lambda name: name in modules,
            module_folder=lambda name: None,
            can_use=lambda path: usable,
        )

    return make
