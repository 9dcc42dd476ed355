#!/bin/sh
# Prints the folder that has MediaPipe's packages, whose networks are TensorFlow Lite files in float. They are installed by npm in
# FOLDER the first time, without their scripts. Exit 77 where npm is missing or cannot reach its registry.
#
#     tests/tflite/get_networks.sh FOLDER
set -eu
work=$1
packages="@mediapipe/face_detection@0.4.1657300184 @mediapipe/hands@0.4.1675469240 @mediapipe/selfie_segmentation@0.1.1675465747"

mkdir -p "$work"
if command -v flock >/dev/null 2>&1; then # tests run beside each other
    exec 9>"$work/lock"
    flock 9
fi
if [ "$(cat "$work/installed" 2>/dev/null)" != "$packages" ]; then
    if ! command -v npm >/dev/null 2>&1; then
        echo "npm is missing: it has networks as TensorFlow Lite files" >&2
        exit 77
    fi
    # shellcheck disable=SC2086 # words are meant to be split
    if ! npm install --prefix "$work" --ignore-scripts --no-audit --no-fund $packages >&2; then
        echo "npm cannot install $packages" >&2
        exit 77
    fi
    echo "$packages" >"$work/installed"
fi
echo "$work/node_modules/@mediapipe"
