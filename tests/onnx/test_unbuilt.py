#!/usr/bin/env python3
"""An lcc that was built without ONNX says so, of files by name and by content."""
import os
import subprocess
import tempfile

with tempfile.TemporaryDirectory() as folder:
    for name, data in (("m.onnx", b""), ("m.bin", b"\x08\x07\x12\x07pytorch")):
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
        done = subprocess.run([os.environ["LCC"], name, "-o", "m.c"], cwd=folder, stderr=subprocess.PIPE, text=True, timeout=600)
        assert done.returncode == 1, done
        assert f"{name}: error: this lcc was built without ONNX: " in done.stderr, done.stderr
