#!/bin/sh
# From a fresh clone to a network that knows clothes: installs what is missing, builds lcc, compiles the trained network of
# examples/fashion to C, and runs it on the pictures there. From any folder, again and again.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

. "$root/tests/packages.sh"
want_build_tools
install_missing

build=${LCC_BUILD:-$root/build-quickstart}
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF
cmake --build "$build" --target lcc

mkdir -p "$build/fashion"
cd "$build/fashion"
PATH=$build/compiler:$PATH
fashion=$root/examples/fashion

# Prints a command as one would type it, and runs it.
run() {
    printf '\n$'
    for word in "$@"; do printf ' %s' "${word##*/}"; done
    printf '\n'
    "$@"
}

run lcc "$fashion/fashion.net" -w "$fashion/fashion.safetensors" -o model.c
run cc -O2 -I. "$fashion/main.c" model.c -o fashion
run ./fashion "$fashion"/images/*.pgm
