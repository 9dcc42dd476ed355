"""Files that are not what their names say, and formats that are not read: each is called what it is, where a network is expected
and where weights are."""
import io
import unittest
import zipfile

from common import Case

ONNX_LINE = """    torch.onnx.export(model.eval(), torch.zeros(1, 3, 224, 224), "model.onnx")
"""
POINTER = b"""version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 12345
"""
POINTER_SAID = "a Git LFS pointer, not the file itself. In its repository: git lfs pull\n"
PAGE_SAID = ("a page of HTML or XML, as a server sends it in place of a file: download the file itself (at GitHub by its link "
             "\"raw\")\n")
GZIP_SAID = "a gzip archive: unpack it first, with gunzip or tar -xzf\n"
WEIGHTS_SAID = "a file of weights, without a network: lcc NETWORK.net -w FILE takes it\n"
PYTORCH_SAID = ("a PyTorch file, which is not read: it holds a program. In Python, where `model` is the module:\n    import torch\n" +
                ONNX_LINE)
TFLITE_SAID = "this is not a whole TensorFlow Lite model: an offset leads outside of it\n"
PAGES = (b"<!DOCTYPE html>\n<html>", b"\xef\xbb\xbf\r\n  <!doctype HTML>", b"<html lang=en>", b"<?xml version=\"1.0\"?><Error>")


def archive(*members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as z:
        for member in members:
            z.writestr(member, b"1")
    return data.getvalue()


class Kinds(Case):
    def refuse(self, name, data, said, *words):
        self.write(name, data)
        self.bad(1, f"{name}: error: {said}1 error\n", *(words or (name, "-o", "m.c")))

    def test_in_place_of_a_network(self):
        for name in ("m.onnx", "m.net", "m"):
            for data, said in ([(POINTER, POINTER_SAID), (b"\x1f\x8b\x08\0", GZIP_SAID)] + [(page, PAGE_SAID) for page in PAGES] +
                               [(b"\x80\2\x8a\nl\xfc\x9c", PYTORCH_SAID),
                                (b"\x93NUMPY\1\0", "a single NumPy array, not a network\n"),
                                (b"\x89HDF\r\n\x1a\n", "HDF5, as Keras writes it, which is not read: export the network to ONNX\n"),
                                (b"\x02\0\0\0\0\0\0\0{}", WEIGHTS_SAID), (archive("fc.weight.npy"), WEIGHTS_SAID),
                                (archive("model.onnx", "README"), "a zip archive: unpack it first, and give the file that is in it\n"),
                                (archive(), "a zip archive: unpack it first, and give the file that is in it\n")]):
                with self.subTest(name=name, said=said):
                    self.refuse(name, data, "this is " + said)
            self.refuse(name, b"\x20\0\0\0TFL3\0\0\0\0", TFLITE_SAID)

    def test_files_of_pytorch(self):
        for name, first in (("m.pt", "archive/data.pkl"), ("m.pth", "m/data.pkl"), ("script.pt", "script/data/0"),
                            ("script.pt", "script/code/__torch__.py"), ("m.pt2", "m/archive_format"), ("m.pt2", "version")):
            with self.subTest(name=name, first=first):
                self.refuse(name, archive(first, "archive/data/0"), "this is " + PYTORCH_SAID)
                self.bad(1, f"{name}: error: this is {PYTORCH_SAID}1 error\n", name, "--check")
        self.refuse("version.zip", archive("versions/notes"), "this is a zip archive: unpack it first, and give the file that is in it\n")

    def test_in_place_of_weights(self):
        for name in ("w.safetensors", "w.npz", "w.onnx"):
            for data, said in [(POINTER, POINTER_SAID), (b"\x1f\x8b\x08\0", GZIP_SAID)] + [(page, PAGE_SAID) for page in PAGES]:
                with self.subTest(name=name, said=said):
                    self.refuse(name, data, "weights are read from safetensors and .npz; this is " + said, "tiny.net", "-w", name, "-o",
                                "m.c")

    def test_text_that_only_looks_like_one(self):
        """A file of the language may begin with a comment or white space, and name these things."""
        self.write("m.net", "# version https://git-lfs.github.com/spec/v1 <html>\nnet m { input x: f32[2, 2, 2] -> relu\n output y }\n")
        self.assertIn("relu", self.good("m.net", "--emit", "net"))
        self.write("empty.net", "")
        self.bad(1, "empty.net: error: the file describes no net: `net name { .. }`\n1 error\n", "empty.net", "-o", "m.c")


if __name__ == "__main__":
    unittest.main()
