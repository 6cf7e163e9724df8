#!/bin/sh
# Sets .venv up where needed, then profiles the seven linear projections of the llama block.
# Further arguments go to `tilescope linear`.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
"$root/tools/set_up"
exec "$root/.venv/bin/tilescope" linear "$@"
