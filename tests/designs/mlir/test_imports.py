"""Is xdsl imported only where text is read?"""

import subprocess
import sys

import pytest

READS = "import sys, tilescope.designs.mlir.reading; assert 'xdsl' in sys.modules"
DOES_NOT = "import sys, {module}; assert 'xdsl' not in sys.modules"


@pytest.mark.parametrize(
    "module", ["tilescope.cli.main", "tilescope.designs.mlir.printing", "tilescope.designs.plan"]
)
def test_xdsl_is_not_imported_where_no_text_is_read(module):
    subprocess.run([sys.executable, "-c", DOES_NOT.format(module=module)], check=True)


def test_xdsl_is_imported_where_text_is_read():
    subprocess.run([sys.executable, "-c", READS], check=True)
