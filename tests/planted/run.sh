#!/bin/sh
# Plants faults in a copy of the sources, one at a time, and checks that the tests find them. See planted.py and README.md.
#
#     tests/planted/run.sh [--list] [NAME ..]
set -eu
exec /usr/bin/python3 -B "$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/planted.py" "$@"
