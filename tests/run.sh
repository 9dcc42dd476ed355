#!/bin/sh
# Installs what the tests need, builds, and runs them all: from any folder, again and again.
#
#     tests/run.sh [options of ctest, such as -L cli]
#
# Two builds stand side by side in build-tests/: `checked`, with AddressSanitizer and UndefinedBehaviorSanitizer, runs the
# tests of the compiler itself, and `release` those that are about the code that it writes, and its speed. One ctest runs
# both.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

. "$root/tests/packages.sh"
want_build_tools
want libcmocka-dev pkg-config --exists cmocka
want binutils have nm
want python3 test -x /usr/bin/python3
want python3-numpy /usr/bin/python3 -c "import numpy"
want make have make
# ONNX files in, and PyTorch to make some of networks that are known.
want_onnx
wish python3-torchvision /usr/bin/python3 -c "import torchvision"
# TensorFlow Lite files, which the tests write.
wish python3-flatbuffers /usr/bin/python3 -c "import flatbuffers"
wish python3-onnx /usr/bin/python3 -c "import onnx"
wish clang-format have clang-format
wish clang-tidy have clang-tidy
has_clang_runtime() { echo "int main(void){return 0;}" | clang -x c -fsanitize=address,fuzzer-no-link - -o /dev/null; }
wish libclang-rt-dev has_clang_runtime
# What runs the code for other machines: aarch64 and s390x (big-endian) by qemu, WebAssembly by node. And one more compiler.
foreign_machines wish
wish gcc-s390x-linux-gnu have s390x-linux-gnu-gcc
wish libc6-dev-s390x-cross test -e /usr/s390x-linux-gnu/lib/libc.a
# Microcontrollers, on boards in QEMU.
cortex_m wish
# Smaller machines, for generic C: RISC-V of 32 bits in QEMU, and AVR in simavr.
wish gcc-riscv64-unknown-elf have riscv64-unknown-elf-gcc
wish qemu-system-misc have qemu-system-riscv32
wish gcc-avr have avr-gcc
wish avr-libc test -e /usr/lib/avr/include/avr/io.h
wish simavr have simavr
# ONNX Runtime, which the answers for ONNX files are compared with, and real files come by npm.
wish npm have npm
wish clang-19 have clang-19
wish dataset-fashion-mnist test -e /usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz
wish man-db have man
# The examples, and the Debian package.
wish libturbojpeg0-dev pkg-config --exists libturbojpeg
wish libpng-dev pkg-config --exists libpng
wish libmicrohttpd-dev pkg-config --exists libmicrohttpd
wish curl have curl
wish libopenmpi-dev have mpicc
wish openmpi-bin have mpirun
wish emscripten have emcmake
wish chromium have chromium
wish python3-pil /usr/bin/python3 -c "import PIL"
wish libxnnpack-dev test -e /usr/include/xnnpack.h
wish libpthreadpool-dev test -e /usr/include/pthreadpool.h
wish dpkg-dev have dpkg-shlibdeps
wish file have file
wish lintian have lintian
wish vim have vim
install_missing

# The tests read what programs say.
export LC_ALL=C.UTF-8

# Where npm does not reach its registry, the tests that need its packages say so after a minute, not after several.
export npm_config_fetch_retries=1 npm_config_fetch_timeout=30000

build=${LCC_BUILD:-$root/build-tests}
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
checked="unit;lang;cli;onnx;tflite"

# The folders of tests/ that the instrumented build does not take. Both builds take cli/, onnx/ and tflite/, each its part.
rest=";cli;onnx;tflite"
for list in "$root"/tests/*/CMakeLists.txt; do
    folder=$(basename "$(dirname "$list")")
    case ";$checked;" in
    *";$folder;"*) ;;
    *) rest="$rest;$folder" ;;
    esac
done

cmake -S "$root" -B "$build/release" -G Ninja -DCMAKE_BUILD_TYPE=Release -DLCC_TESTS="${rest#;}" \
    -DPython3_EXECUTABLE=/usr/bin/python3
cmake -S "$root" -B "$build/checked" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG="-O1 -g" \
    -DLCC_SANITIZE=ON -DLCC_TESTS="$checked" -DPython3_EXECUTABLE=/usr/bin/python3
cmake --build "$build/release" -j "$jobs"
cmake --build "$build/checked" -j "$jobs"

printf 'subdirs("checked" "release")\n' >"$build/CTestTestfile.cmake"
# ctest keeps the output of tests that pass to itself. How many plans were verified is worth a few lines, so those of the
# tests in plan/ are put in front of ctest's closing lines.
log=$build/Testing/Temporary/LastTest.log
# Programs that compilers of Debian 12 make with a sanitizer end by chance where addresses are more random than this.
fixed=
if [ "$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0)" -gt 28 ] && setarch -R true 2>/dev/null; then
    fixed="setarch -R"
fi
# shellcheck disable=SC2086 # none or two words
{ $fixed ctest --test-dir "$build" --output-on-failure -j "$jobs" "$@" && echo 0 >"$build/status" || echo $? >"$build/status"; } |
    while IFS= read -r line; do
        case "$line" in
        *"% tests passed"*) cat "$log" "$log.tmp" 2>/dev/null | grep "plans of .* verified" || true ;;
        esac
        printf '%s\n' "$line"
    done
exit "$(cat "$build/status")"
