#!/bin/sh
# From a fresh clone to a network on a microcontroller: installs what is missing, builds lcc, compiles a network for a Cortex-M,
# and runs it in QEMU. From any folder, again and again.
#
#     run.sh [BOARD..]        mps2-an386, a Cortex-M4F, and mps3-an547, a Cortex-M55; both, if none is said
#
# The network is that of the example fashion, in int8. If there is a file $VWW, vww_96_int8.tflite of MLPerf Tiny, it follows, with the
# PNG pictures of the folder $VWW_PICTURES: is there a person? They are looked for in ../shared/models beside the project.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
here=$root/examples/cortex-m
models=${LCC_MODELS:-$root/../shared/models}
vww=${VWW:-$models/int8/vww_96_int8.tflite}
vww_pictures=${VWW_PICTURES:-$models/images}
build=${LCC_BUILD:-$root/build-cortex-m}

. "$root/tests/packages.sh"
want_build_tools
cortex_m want
[ ! -e "$vww" ] || want python3-pil /usr/bin/python3 -c "import PIL"
install_missing

# lcc of an installation, if LCC_PREFIX names one.
prefix=${LCC_PREFIX:-$build/prefix}
if [ -z "${LCC_PREFIX:-}" ]; then
    cmake -S "$root" -B "$build/lcc" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF
    cmake --build "$build/lcc"
    cmake --install "$build/lcc" --prefix "$prefix" >/dev/null
fi

# look BOARD FOLDER "PICTURE.." [-DOPTION..]: builds the program and runs it on the pictures.
look() {
    board=$1 folder=$build/$1/$2 pictures=$3
    shift 3
    cmake -S "$here" -B "$folder" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" -DBOARD="$board" \
        -DCMAKE_PREFIX_PATH="$prefix" "$@" >/dev/null
    cmake --build "$folder"
    echo
    qemu-system-arm -M "$board" -icount shift=0 -display none -monitor none -serial none \
        -semihosting-config enable=on,target=native -kernel "$folder/look.elf" -append "$pictures"
    arm-none-eabi-size -G "$folder/look.elf"
}

[ $# -gt 0 ] || set -- mps2-an386 mps3-an547
for board in "$@"; do
    cd "$root/examples/fashion/images" # paths are short, and have no blank
    look "$board" fashion "$(echo *.pgm)"
    if [ -e "$vww" ]; then
        mkdir -p "$build/pictures"
        cd "$build/pictures"
        for picture in "$vww_pictures"/*_96x96.png; do
            /usr/bin/python3 -c "import sys; from PIL import Image; Image.open(sys.argv[1]).convert('RGB').save(sys.argv[2])" \
                "$picture" "$(basename "$picture" _96x96.png).ppm"
        done
        look "$board" vww "$(echo *.ppm)" -DMODEL="$vww" -DLABELS="nobody;a person" \
            -DOPTIONS="--input-name;image;--output-name;probs"
    fi
done
