"""What the tests of TensorFlow Lite files share: running lcc on small networks, as the tests of ONNX files do."""
import os
import sys

import numpy

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "onnx"))
import tflite_file  # noqa: E402
from common import OnnxTest, numbers  # noqa: E402
from tflite_file import op  # noqa: E402

__all__ = ["CASES", "LiteTest", "numbers", "op", "tflite_file", "whole"]

CASES = [] # what `compare` has run: (name of the test, file, input, answer)


def whole(*x):
    return numpy.array(x, numpy.int32)


class LiteTest(OnnxTest):
    def compare(self, ops, tensors, x, wanted, tolerance=1e-5, runs=True, **more):
        """Runs the network x -> y on x, whose axes behind the batch are given; `wanted` in the order of the file's axes. Then the
        same by way of a .net file, which must be the same network. Returns its text. `runs`: TensorFlow Lite's runtime gives that
        answer, too."""
        self.write("m.tflite", tflite_file.model(ops, tensors, {"x": tflite_file.Shaped(1, *x.shape, dtype=str(x.dtype))}, ["y"], **more))
        image = numpy.ascontiguousarray(x.reshape((1,) * (3 - x.ndim) + x.shape))
        got = self.run_model("m.tflite", image)
        if runs:
            with open(self.path("m.tflite"), "rb") as f:
                CASES.append((f"{self._testMethodName}: {[o[0] for o in ops]}", f.read(), image, got))
        flat = numpy.asarray(wanted, float).ravel()
        self.assertEqual(got.size, flat.size)
        numpy.testing.assert_allclose(got.ravel(), flat, rtol=tolerance, atol=tolerance)
        self.good("m.tflite", "--emit", "net", "-o", "again.net")
        again = self.run_model("again.net", image, more=("-w", "again.safetensors"))
        numpy.testing.assert_array_equal(again, got)
        return self.read("again.net")
