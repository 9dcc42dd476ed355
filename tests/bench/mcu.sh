#!/bin/sh
# Small networks on a Cortex-M4 and a Cortex-M55 in QEMU: installs what is missing, builds lcc, and prints tables in Markdown. From
# any folder, again and again; what is made stays in build-bench/ (or $LCC_BENCH).
#
#     tests/bench/mcu.sh [--board mps2-an386|mps3-an547] [--only REGEX]
#
# LCC names an lcc to use instead of building one. Instructions are counted, so the machine may be busy.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
work=${LCC_BENCH:-$root/build-bench}

. "$root/tests/packages.sh"
want_build_tools
want python3 test -x /usr/bin/python3
want python3-numpy /usr/bin/python3 -c "import numpy"
want python3-pil /usr/bin/python3 -c "import PIL"
cortex_m want
install_missing >&2

build_lcc "$root" "$work/lcc"

PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 "$here/mcu.py" --lcc "$LCC" "$@"
