#!/bin/sh
# How much faster int8 is than float on aarch64 (instructions, counted by QEMU) and on WebAssembly (node's time): installs what is
# missing, builds lcc, and prints a table in Markdown. From any folder, again and again; what is made stays in build-bench/ (or $LCC_BENCH).
#
#     tests/bench/foreign.sh [--target aarch64|aarch64-dotprod|wasm32] [--runs N] [NETWORK ..]
#
# A NETWORK is a .net file or a name of tests/zoo/goldens; without one, the ten of the table in eight bits are measured. LCC names an lcc to
# use instead of building one.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
work=${LCC_BENCH:-$root/build-bench}

. "$root/tests/packages.sh"
want_build_tools
want python3 test -x /usr/bin/python3
want python3-numpy /usr/bin/python3 -c "import numpy"
want python3-pil /usr/bin/python3 -c "import PIL"
foreign_machines want
install_missing >&2
mkdir -p "$work"

build_lcc "$root" "$work/lcc"

PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 "$here/foreign.py" --lcc "$LCC" --work "$work" "$@"
