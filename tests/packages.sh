# Sourced by tests/run.sh and examples/quickstart.sh: collects what is missing on this machine, then installs it with apt,
# or says what to install where there is no apt.
#
#     want PACKAGE command..      PACKAGE (Debian's name) is missing if the command fails
#     install_missing
missing=

want() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
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
    want zlib1g-dev pkg-config --exists zlib
}

install_missing() {
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "Please install what Debian calls:$missing" >&2
        exit 1
    fi
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            echo "Please run as root: apt-get install$missing" >&2
            exit 1
        fi
        as_root=sudo
    fi
    echo "Installing:$missing"
    $as_root apt-get update -q || echo "apt-get update failed; going on with the lists that are there" >&2
    # shellcheck disable=SC2086 # words are meant to be split
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
}
