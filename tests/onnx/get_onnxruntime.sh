#!/bin/sh
# Prints the path of ONNX Runtime's native library for this machine, out of npm's onnxruntime-node. The package is installed in
# FOLDER the first time. Its scripts, which fetch other builds of the library, are not run. Exit 77 where npm is missing or
# cannot reach its registry.
#
#     tests/onnx/get_onnxruntime.sh FOLDER
set -eu
version=1.30.0
work=$1

mkdir -p "$work"
if command -v flock >/dev/null 2>&1; then # tests run beside each other
    exec 9>"$work/lock"
    flock 9
fi
package=$work/node_modules/onnxruntime-node
if ! grep -q "\"version\": \"$version\"" "$package/package.json" 2>/dev/null; then
    if ! command -v npm >/dev/null 2>&1; then
        echo "npm is missing: it has ONNX Runtime, which the answers are compared with" >&2
        exit 77
    fi
    if ! npm install --prefix "$work" --ignore-scripts --no-audit --no-fund "onnxruntime-node@$version" >&2; then
        echo "npm cannot install onnxruntime-node $version" >&2
        exit 77
    fi
fi
case $(uname -m) in
aarch64 | arm64) machine=arm64 ;;
*) machine=x64 ;;
esac
library=$(find "$package/bin" -path "*linux/$machine/libonnxruntime.so.1" | head -n 1)
if [ -z "$library" ]; then
    echo "onnxruntime-node $version has no library for this machine ($machine)" >&2
    exit 77
fi
echo "$library"
