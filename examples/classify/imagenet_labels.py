#!/usr/bin/env python3
"""Prints ImageNet's 1000 classes, one a line, as the installed torchvision names them (Debian: python3-torchvision).

    imagenet_labels.py [1001]

With 1001, the class "background" goes before them, as TensorFlow's networks have it. Only the file with the names is read:
torchvision itself would take PyTorch along.
"""
import importlib.util
import os
import runpy
import sys

package = importlib.util.find_spec("torchvision")
if not package:
    sys.exit("imagenet_labels.py: torchvision is not installed")
names = runpy.run_path(os.path.join(os.path.dirname(package.origin), "models", "_meta.py"))["_IMAGENET_CATEGORIES"]
print(*["background"] * (sys.argv[1:] == ["1001"]), *names, sep="\n")
