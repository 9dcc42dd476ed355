#!/bin/sh
# Searches fashion_space.net by short trainings, compares what it finds with networks that are scaled by hand, and writes what is
# kept in this folder: scores.jsonl, found.net, front.svg, found.safetensors and table.md.
#
#     ./search.sh    # lcc is on the PATH, or $LCC; python3 is one that has PyTorch
#
# Scores that are in scores.jsonl, and weights that are in the folder work, are not made again: remove them to begin anew. A search
# that was stopped, by Ctrl-C or a signal, goes on where it was.
set -eu
cd "$(dirname "$0")"
export LCC="${LCC:-lcc}"

fit() {
    "$LCC" fashion_space.net --fit ram=48K,flash=96K --target cortex-m4 --dtype int8 \
        --score 'python3 score.py --images 15000' --work 1,3,9 --budget 47 --scores scores.jsonl -j 2 "$@"
}

fit -o found.net
fit --emit svg > front.svg
python3 compare.py > table.md
