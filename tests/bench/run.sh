#!/bin/sh
# Compares compiled networks with ONNX Runtime and PyTorch on this machine: installs the rivals, builds lcc, and prints a
# table in Markdown. From any folder, again and again; what is downloaded and made stays in build-bench/ (or $LCC_BENCH).
#
#     tests/bench/run.sh [--threads 1|2] [--runs N] [--target NAME] [--cc CC] [--cpu-time] [--beside N] [--no-torch]
#                        [--int8 [--equalise] [--pairs] [--xnnpack]] [NETWORK ..]
#
# A NETWORK is a name of tests/zoo/goldens, such as efficientnet_b4; without one, the twelve of programs.py are measured.
# LCC names an lcc to use instead of building one. Leave the machine alone while it runs;
# --beside N keeps N processes busy on purpose, and prints percentiles. --int8 compares lcc's int8 code with ONNX Runtime's.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
work=${LCC_BENCH:-$root/build-bench}

. "$root/tests/packages.sh"
want_build_tools
want npm have npm
want python3 test -x /usr/bin/python3
want python3-torch /usr/bin/python3 -c "import torch"
want python3-torchvision /usr/bin/python3 -c "import torchvision"
want python3-onnx /usr/bin/python3 -c "import onnx"
want python3-numpy /usr/bin/python3 -c "import numpy"
want python3-pil /usr/bin/python3 -c "import PIL"
case " $* " in *" --xnnpack "*)
    want libxnnpack-dev test -e /usr/include/xnnpack.h
    want libpthreadpool-dev test -e /usr/include/pthreadpool.h
    ;;
esac
install_missing
mkdir -p "$work"

build_lcc "$root" "$work/lcc"

ort=$("$root/tests/onnx/get_onnxruntime.sh" "$work")

PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 "$here/compare.py" --lcc "$LCC" --ort "$ort" --work "$work" "$@"
