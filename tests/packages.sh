# shellcheck shell=sh
# Sourced by tests/run.sh, tests/bench/ and examples/quickstart.sh: collects what is missing on this machine, then installs it with apt,
# or says what to install where there is no apt.
#
#     want PACKAGE command..      PACKAGE (Debian's name) is missing if the command fails
#     wish PACKAGE command..      the same, and what needs it can be left out
#     install_missing
#     build_lcc SOURCES FOLDER    sets LCC, and builds it if the caller named none
missing=
wished=

want() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

wish() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || wished="$wished $package"
}

have() { command -v "$1"; }

# What it takes to build lcc.
want_build_tools() {
    want gcc have cc
    want g++ have c++
    want cmake have cmake
    want ninja-build have ninja
    want pkg-config have pkg-config
    want bison have bison
    want flex have flex
    want libjansson-dev pkg-config --exists jansson
    want libzip-dev pkg-config --exists libzip
    want libpcre2-dev pkg-config --exists libpcre2-8
    want zlib1g-dev pkg-config --exists zlib
}

# Sets LCC to an lcc that is built of the sources $1 in the folder $2, unless it names one already.
build_lcc() {
    [ -z "${LCC:-}" ] || return 0
    cmake -S "$1" -B "$2" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF >&2
    cmake --build "$2" --target lcc >&2
    LCC=$2/compiler/lcc
}

# What lcc needs to read ONNX files; without, it is built and cannot.
want_onnx() {
    want libprotobuf-c-dev pkg-config --exists libprotobuf-c
    want protobuf-c-compiler have protoc-c
    want libonnx-dev test -e /usr/include/onnx/onnx.proto
}

has_wasm_runtime() { echo "int main(void){return 0;}" | clang --target=wasm32-wasi -x c - -o /dev/null; }

# What it takes to run programs for aarch64, by QEMU, and for WebAssembly, by node. The first word is `want` or `wish`.
foreign_machines() {
    "$1" gcc-aarch64-linux-gnu have aarch64-linux-gnu-gcc
    "$1" libc6-dev-arm64-cross test -e /usr/aarch64-linux-gnu/lib/libc.a
    "$1" qemu-user have qemu-aarch64
    "$1" clang have clang
    "$1" lld have wasm-ld
    "$1" wasi-libc test -e /usr/include/wasm32-wasi
    "$1" libclang-rt-dev-wasm32 has_wasm_runtime
    "$1" nodejs have node
}

# What it takes to run programs for a Cortex-M. The first word is `want` or `wish`.
cortex_m() {
    "$1" gcc-arm-none-eabi have arm-none-eabi-gcc
    "$1" libnewlib-arm-none-eabi test -e /usr/lib/arm-none-eabi/newlib/libc.a
    "$1" qemu-system-arm have qemu-system-arm
}

install_missing() {
    [ -n "$missing$wished" ] || return 0
    as_root=
    if ! command -v apt-get >/dev/null 2>&1; then
        [ -z "$missing" ] || echo "Please install what Debian calls:$missing" >&2
        [ -z "$wished" ] || echo "Left out, for want of what Debian calls:$wished" >&2
        [ -z "$missing" ] || exit 1
        return 0
    elif [ "$(id -u)" -ne 0 ]; then
        as_root=sudo
        if ! command -v sudo >/dev/null 2>&1; then
            echo "Please run as root: apt-get install$missing$wished" >&2
            [ -z "$missing" ] || exit 1
            return 0
        fi
    fi
    echo "Installing:$missing$wished"
    $as_root apt-get update -q || echo "apt-get update failed; going on with the lists that are there" >&2
    if [ -n "$missing" ]; then
        # shellcheck disable=SC2086 # words are meant to be split
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
    fi
    for package in $wished; do
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$package" ||
            echo "Going on without $package" >&2
    done
}
