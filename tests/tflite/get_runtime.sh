#!/bin/sh
# Prints the folder of TensorFlow Lite's own runtime as WebAssembly, out of npm's @tensorflow/tfjs-tflite. The package is
# installed in FOLDER the first time, without its scripts and without what it only uses in browsers. Exit 77 where npm or node is
# missing, or npm cannot reach its registry.
#
#     tests/tflite/get_runtime.sh FOLDER
set -eu
version=0.0.1-alpha.10
work=$1

mkdir -p "$work"
if command -v flock >/dev/null 2>&1; then # tests run beside each other
    exec 9>"$work/lock"
    flock 9
fi
package=$work/node_modules/@tensorflow/tfjs-tflite
if ! grep -q "\"version\": \"$version\"" "$package/package.json" 2>/dev/null; then
    if ! command -v npm >/dev/null 2>&1 || ! command -v node >/dev/null 2>&1; then
        echo "npm or node is missing: they have TensorFlow Lite, which the answers are compared with" >&2
        exit 77
    fi
    if ! npm install --prefix "$work" --ignore-scripts --no-audit --no-fund --legacy-peer-deps \
        "@tensorflow/tfjs-tflite@$version" >&2; then
        echo "npm cannot install @tensorflow/tfjs-tflite $version" >&2
        exit 77
    fi
fi
echo "$package/wasm"
