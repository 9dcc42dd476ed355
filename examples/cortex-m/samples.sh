#!/bin/sh
# samples.sh: writes pictures of the example fashion as one array of NumPy's, [n, 28, 28, 1] of bytes, from which lcc takes the ranges.
#
#     samples.sh FILE.npy PICTURE.pgm ..
set -eu
out=$1
shift
header="{'descr': '|u1', 'fortran_order': False, 'shape': ($#, 28, 28, 1), }"
{
    printf '\223NUMPY\001\000v\000%-117s\n' "$header"
    for picture in "$@"; do tail -c 784 "$picture"; done
} >"$out"
