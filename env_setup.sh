# Source this file (`source env_setup.sh`, bash or zsh): it leaves tilescope's .venv active, and
# makes it first where needed.

if [ -n "${BASH_VERSION:-}" ]; then
  _tilescope_root=${BASH_SOURCE[0]}
elif [ -n "${ZSH_VERSION:-}" ]; then
  eval '_tilescope_root=${(%):-%x}'
else
  _tilescope_root=./env_setup.sh
fi
_tilescope_root=$(CDPATH='' cd -- "$(dirname -- "$_tilescope_root")" && pwd -P)

if "$_tilescope_root/tools/set_up"; then
  . "$_tilescope_root/.venv/bin/activate"
  unset _tilescope_root
else
  unset _tilescope_root
  echo "tilescope's environment was not activated." >&2
  false
fi
