#!/bin/sh
# Sets .venv up where needed, then profiles the seven linear projections of the llama block.
# Further arguments go to `tilescope linear`.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
"$root/tools/set_up"
command -v tilescope >/dev/null 2>&1 ||
  echo "For tilescope on the path, as the commands below have it: source env_setup.sh" >&2
exec "$root/.venv/bin/tilescope" linear "$@"
