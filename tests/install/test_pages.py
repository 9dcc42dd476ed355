"""The pages of examples/ and the recipes of the README do what they say: their programs are saved, their commands run.

A fenced block without a language is a list of commands. A block whose language is followed by the name of a file is saved under that name.
Other blocks are only read. What the commands need besides (a checkpoint, an ONNX file) is made here.
"""
import os
import re
import shutil
import struct
import sys
import unittest

from installed import SOURCE, Installed

MODELS = os.environ.get("LCC_MODELS") or os.path.join(SOURCE, "..", "shared", "models")

SAVE_CHECKPOINT = """
import json, struct, sys, torchvision
state = {n: t.float().numpy() for n, t in torchvision.models.mobilenet_v2(weights=None).state_dict().items() if t.dim()}
header, at = {}, 0
for name, value in state.items():
    header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [at, at + value.nbytes]}
    at += value.nbytes
text = json.dumps(header).encode()
with open("mobilenet_v2.safetensors", "wb") as f:
    f.write(struct.pack("<Q", len(text)) + text + b"".join(v.tobytes() for v in state.values()))
"""

SAVE_ONNX = """
import torch
net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(4, 2)).eval()
x = torch.zeros(1, 3, 32, 32)
torch.onnx.export(net, x, "model.onnx", input_names=["x"])
torch.onnx.export(net, x, "open.onnx", input_names=["x"], dynamic_axes={"x": {2: "height", 3: "width"}})
"""


def blocks_of(page):
    with open(os.path.join(SOURCE, page), encoding="utf-8") as f:
        return re.findall(r"^```([^\n]*)\n(.*?)^```$", f.read(), re.M | re.S)


class Pages(Installed):
    def environment(self):
        return dict(os.environ, PATH=f"{os.path.dirname(self.lcc)}:{os.environ['PATH']}", CMAKE_PREFIX_PATH=self.prefix)

    def save(self, name, content):
        self.write(name, content.replace('weights="DEFAULT"', "weights=None"))

    def follow(self, page, least, left_out=()):
        """Saves and runs the blocks of the page, in order; at least that many are commands. Blocks with a word of `left_out`
        are not run."""
        ran = 0
        for info, content in blocks_of(page):
            words = info.split()
            if len(words) == 2:
                self.save(words[1], content)
            elif not words and not any(word in content for word in left_out):
                content = content.replace("python3 ", sys.executable + " ")
                done = self.good("sh", "-ec", content, env=self.environment())
                self.assertNotIn("error:", done.stderr)
                ran += 1
        self.assertGreaterEqual(ran, least)

    def make(self, program):
        try:
            import torchvision  # noqa: F401
        except ImportError:
            self.skipTest("no torchvision here (Debian's python3-torchvision)")
        self.good(sys.executable, "-c", program)

    def gate(self):
        content, = [text for info, text in blocks_of("examples/embedding.md") if info == "net gate.net"]
        self.save("gate.net", content)

    def test_embedding(self):
        self.follow("examples/embedding.md", 9)

    def test_targets(self):
        self.gate()
        self.follow("examples/targets.md", 2)

    def test_search(self):
        self.follow("examples/search.md", 2)

    def test_memory(self):
        self.follow("examples/memory.md", 2)

    def test_int8(self):
        self.gate()
        try:
            from PIL import Image
        except ImportError:
            self.skipTest("Debian's python3-pil is not here")
        os.mkdir(self.path("photos"))
        for i in range(8):
            Image.effect_noise((60, 40), 10 + 20 * i).convert("RGB").save(self.path(f"photos/{i}.png"))
        self.follow("examples/int8.md", 5)

    def test_models(self):
        self.make(SAVE_ONNX)
        tflite = os.path.join(MODELS, "int8", "vww_96_float.tflite")
        if os.path.exists(tflite):
            shutil.copy(tflite, self.path("model.tflite"))
        else:
            print(f"no {tflite}: the command on TFLite files is left out")
        left_out = () if os.path.exists(tflite) else ("model.tflite",)
        self.follow("examples/models.md", 5 - len(left_out), left_out)

    def test_readme(self):
        """The recipe of a checkpoint, and its program."""
        self.make(SAVE_CHECKPOINT)
        blocks = blocks_of("README.md")
        commands, = [text for info, text in blocks if not info and "mobilenet_v2.safetensors" in text]
        self.good("sh", "-ec", commands, env=self.environment())
        program, = [text for info, text in blocks if info == "c"]
        *declared, call = program.strip().splitlines()
        self.write("main.c", "\n".join(declared) + "\nint main(void) { " + call + " return 0; }\n")
        self.good("cc", "-O2", "main.c", "model.o", "-o", "main")
        self.good("./main")

    def test_links(self):
        """Every link to a file of the project leads to one."""
        for folder, _, names in os.walk(SOURCE):
            parts = os.path.relpath(folder, SOURCE).split(os.sep)
            if any(part.startswith("build") or part == ".git" for part in parts):
                continue
            for name in names:
                if not name.endswith(".md"):
                    continue
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    text = f.read()
                for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)|src=\"([^\"]+)\"", text):
                    link = link[0] or link[1]
                    if not re.match(r"\w+:", link):
                        self.assertTrue(os.path.exists(os.path.join(folder, link)), f"{os.path.join(folder, name)}: {link}")

    def test_length(self):
        with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as f:
            self.assertLessEqual(len(f.readlines()), 150)


if __name__ == "__main__":
    unittest.main()
