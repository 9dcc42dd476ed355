#!/usr/bin/env python3
"""Forms of files and operators that random models do not have: functions, Einsum, masks of sizes, constants that nothing
reads, and many errors."""
import unittest

import numpy

import onnx_file
from common import OnnxTest, numbers
from onnx_file import field, node


def whole(*x):
    return numpy.array(x, numpy.int64)


class Functions(OnnxTest):
    def run_file(self, nodes, tensors, functions, x, opset=18):
        self.write("m.onnx", onnx_file.model(nodes, tensors, {"x": (1, *x.shape)}, ["y"], opset, functions))
        return self.run_model("m.onnx", numpy.ascontiguousarray(x.transpose(1, 2, 0))).transpose(2, 0, 1)

    def test_a_function_is_its_nodes(self):
        """It is called twice, with an attribute and with its default; its names are its own."""
        f = onnx_file.function("Leaky", "own", ["a"], ["b"], ["alpha"],
                               [node("LeakyRelu", "a", "v", alpha=onnx_file.Refers("slope", 1)), node("Neg", "v", "b", name="n")],
                               defaults={"slope": 0.5})
        x = numbers(3, 4, 5)
        got = self.run_file([node("Leaky", "x", "v", domain="own", slope=0.25), node("Leaky", "v", "y", domain="own")], {}, [f], x)
        once = -numpy.where(x < 0, 0.25 * x, x)
        numpy.testing.assert_allclose(got, -numpy.where(once < 0, 0.5 * once, once), rtol=1e-5, atol=1e-6)

    def test_functions_call_functions(self):
        inner = onnx_file.function("Inner", "own", ["a", "b"], ["s"], [], [node("Add", "a,b", "s")])
        outer = onnx_file.function("Outer", "own", ["p", "q"], ["r", "p"], [], [node("Inner", "p,q", "r", domain="own")])
        x = numbers(2, 3, 4)
        got = self.run_file([node("Relu", "x", "z"), node("Outer", "x,z", "s,same", domain="own"), node("Mul", "s,same", "y")], {},
                            [inner, outer], x)
        numpy.testing.assert_allclose(got, (x + numpy.maximum(x, 0)) * x, rtol=1e-5, atol=1e-6)

    def test_functions_that_do_not_end(self):
        for body in ([node("F", "a", "b", domain="own")], [node("F", "a", "c", domain="own"), node("F", "c", "b", domain="own")]):
            f = onnx_file.function("F", "own", ["a"], ["b"], [], body)
            self.write("m.onnx", onnx_file.model([node("F", "x", "y", domain="own")], {}, {"x": (1, 2, 3, 3)}, ["y"], 18, [f]))
            done = self.lcc("m.onnx", "-o", "m.c")
            self.assertEqual((done.returncode, done.stderr), (1, "m.onnx: error: its functions call each other too deeply, or "
                                                                 "themselves\n1 error\n"))


class Products(OnnxTest):
    def check(self, nodes, tensors, x, wanted, tolerance=1e-5):
        """x [n, c], an input [1, n, c]; `wanted` in the file's order."""
        self.write("m.onnx", onnx_file.model(nodes, tensors, {"x": (1, *x.shape)}, ["y"]))
        got = self.run_model("m.onnx", x[None])
        numpy.testing.assert_allclose(got.ravel(), wanted.ravel(), rtol=tolerance, atol=tolerance)

    def test_einsum_with_a_constant(self):
        x, w, v = numbers(5, 4), numbers(4, 6, seed=2), numbers(3, 5, seed=3)
        self.check([node("Einsum", "x,w", "y", equation="bnc,cd->bnd")], {"w": w}, x, x @ w)
        self.check([node("Einsum", "x,w", "y", equation="bnc, cd -> bdn")], {"w": w}, x, (x @ w).T)
        self.check([node("Einsum", "v,x", "y", equation="mn,bnc->bmc")], {"v": v}, x, v @ x)
        self.check([node("Einsum", "x,w", "y", equation="bnc,cd")], {"w": w}, x, (x @ w).T) # [b, d, n]
        self.check([node("Einsum", "x", "y", equation="bnc->cbn")], {}, x, x.T)

    def test_einsum_over_two_axes(self):
        x, w = numbers(5, 6), numbers(2, 3, 4, seed=2)
        self.check([node("Reshape", "x,s", "r"), node("Einsum", "r,w", "y", equation="bnhd,hdk->bnk")],
                   {"s": whole(1, 5, 2, 3), "w": w}, x, x @ w.reshape(6, 4))
        k = numbers(4, 2, 3, seed=3)
        self.check([node("Einsum", "x,k", "y", equation="bnc,chd->bhnd")], {"k": numpy.concatenate([k, k[:2]])}, x,
                   numpy.einsum("nc,chd->hnd", x, numpy.concatenate([k, k[:2]])))

    def test_a_matrix_before_a_tensor(self):
        x, w = numbers(5, 4), numbers(3, 5, seed=2)
        self.check([node("MatMul", "w,x", "y")], {"w": w}, x, w @ x)

    def test_a_matrix_over_an_axis_that_is_not_the_channels(self):
        x, w = numbers(5, 4), numbers(5, 3, seed=2)
        self.check([node("Transpose", "x", "t", perm=[0, 2, 1]), node("MatMul", "t,w", "y")], {"w": w}, x, x.T @ w)

    def test_gemm_of_rows(self):
        x, w, b = numbers(5, 4), numbers(3, 5, seed=2), numbers(3, seed=3)
        tensors = {"s": whole(5, 4), "w": w, "b": b, "row": b[:, None]}
        r = node("Reshape", "x,s", "r")
        wanted = 0.5 * x.T @ w.T + 2 * b
        self.check([r, node("Gemm", "r,w,b", "y", transA=1, transB=1, alpha=0.5, beta=2.0)], tensors, x, wanted)
        self.check([r, node("Gemm", "w,r,row", "y")], tensors, x, w @ x + b[:, None])


class Parts(OnnxTest):
    """Parts of any axis, joined along any."""

    def check(self, nodes, tensors, x, wanted):
        """`wanted` in the file's order: a Flatten makes it so."""
        self.write("m.onnx", onnx_file.model(nodes + [node("Flatten", "y", "flat")], tensors, {"x": (1, *x.shape)}, ["flat"]))
        got = self.run_model("m.onnx", numpy.ascontiguousarray(x.transpose(1, 2, 0)))
        numpy.testing.assert_array_equal(got.ravel(), wanted.ravel())

    def test_concat_along_any_axis(self):
        x = numbers(4, 6, 5)
        for axis in range(4):
            self.check([node("Neg", "x", "n"), node("Concat", "x,n,x", "y", axis=axis)], {}, x,
                       numpy.concatenate([x[None], -x[None], x[None]], axis))

    def test_concat_of_heads(self):
        """The maps of two heads as lists of boxes, as in SSD: no transpose is needed."""
        x = numbers(8, 6, 5)
        nodes = [node("Transpose", "x", "t", perm=[0, 2, 3, 1]), node("Reshape", "t,s", "a"),
                 node("MaxPool", "x", "p", kernel_shape=[2, 2], strides=[2, 2]), node("Transpose", "p", "q", perm=[0, 2, 3, 1]),
                 node("Reshape", "q,s", "b"), node("Concat", "a,b", "y", axis=1)]
        pooled = x[:, :, :4].reshape(8, 3, 2, 2, 2).max((2, 4))
        self.check(nodes, {"s": whole(1, -1, 4)}, x, numpy.concatenate([x.transpose(1, 2, 0).reshape(1, -1, 4),
                                                                        pooled.transpose(1, 2, 0).reshape(1, -1, 4)], 1))
        self.assertNotIn("transpose", self.good("m.onnx", "--emit", "net"))

    def test_gather_of_any_entries(self):
        x = numbers(4, 6, 5)
        for axis, places in ((1, [3, 0, 0, 2]), (2, [5, 4, 3, 1]), (3, [[0, 4], [-1, 2]])):
            self.check([node("Gather", "x,i", "y", axis=axis)], {"i": whole(*places)}, x, x[None].take(places, axis))

    def test_copies(self):
        x = numbers(4, 6, 1)
        self.check([node("Tile", "x,n", "y")], {"n": whole(1, 2, 1, 3)}, x, numpy.tile(x[None], (1, 2, 1, 3)))
        self.check([node("Expand", "x,n", "y")], {"n": whole(1, 1, 7)}, x, numpy.broadcast_to(x[None], (1, 4, 6, 7)))


class Constants(OnnxTest):
    def test_sizes_from_masks(self):
        """NonZero, Trilu, comparisons and logic, as files write them to compute a shape."""
        x = numbers(2, 3, 4)
        t = {"ones": numpy.ones((3, 3), numpy.int64), "two": whole(2), "list": whole(0, 5, 0, 7), "minus": whole(-1), "seven": whole(7)}
        nodes = [node("Trilu", "ones", "upper"), node("NonZero", "upper", "n"), node("Shape", "n", "s"), # [2, 6]
                 node("Greater", "list,two", "g"), node("Not", "g", "z"), node("Or", "g,z", "o"), node("And", "o,g", "a"),
                 node("NonZero", "a", "places"),                                                         # [[1, 3]]
                 node("Mod", "minus,seven", "six"),                                                      # -1 mod 7 is 6
                 node("Squeeze", "places,axis", "p"), node("Sub", "p,one", "q"),                         # [0, 2]
                 node("Concat", "batch,two,six,two", "shape", axis=0), node("Size", "x", "all"),
                 node("Reshape", "x,shape", "y")]
        t.update(axis=whole(0), one=whole(1), batch=whole(1))
        self.write("m.onnx", onnx_file.model(nodes, t, {"x": (1, 2, 3, 4)}, ["y"]))
        got = self.run_model("m.onnx", numpy.ascontiguousarray(x.transpose(1, 2, 0)))
        numpy.testing.assert_array_equal(got, x.reshape(2, 6, 2)) # a map that was reshaped is in the order of the file

    def test_values_of_these_operators(self):
        """Each gives the indices by which channels are taken."""
        x = numbers(8, 2, 2)
        lower = numpy.tril(numpy.arange(9).reshape(3, 3), -1)
        t = {"list": whole(0, 5, 0, 7), "two": whole(2), "nine": numpy.arange(9).reshape(3, 3), "k": whole(-1), "all": whole(-1)}
        for nodes, wanted in (
                ([node("Greater", "list,two", "b"), node("NonZero", "b", "i")], [[1, 3]]),
                ([node("Less", "list,two", "b"), node("NonZero", "b", "i")], [[0, 2]]),
                ([node("LessOrEqual", "list,two", "b"), node("Not", "b", "n"), node("NonZero", "n", "i")], [[1, 3]]),
                ([node("GreaterOrEqual", "list,two", "a"), node("Less", "list,two", "b"), node("Xor", "a,b", "n"),
                  node("NonZero", "n", "i")], [[0, 1, 2, 3]]),
                ([node("Trilu", "nine,k", "n", upper=0), node("Reshape", "n,all", "i")], lower.ravel()),
                ([node("Mod", "k,two", "i")], [1])):
            with self.subTest(nodes=len(nodes), wanted=wanted):
                nodes = nodes + [node("Reshape", "i,all", "j"), node("Gather", "x,j", "y", axis=1)]
                self.compare(nodes, t, x, x[numpy.ravel(wanted)])

    def test_a_constant_that_nothing_reads(self):
        strings = field(5, field(1, "value") + field(5, field(1, 1) + field(2, 8) + field(6, "text")) + field(20, 4))
        odd = field(2, "odd") + field(4, "Constant") + strings
        text = field(2, "text") + field(4, "Constant") + field(5, field(1, "value_string") + field(4, "a") + field(20, 3))
        x = {"x": (1, 2, 3, 3)}
        self.write("m.onnx", onnx_file.model([odd, text, node("Relu", "x", "y")], {}, x, ["y"]))
        self.good("m.onnx", "--emit", "net")
        self.write("m.onnx", onnx_file.model([odd, node("Reshape", "x,odd", "y")], {}, x, ["y"]))
        done = self.lcc("m.onnx", "-o", "m.c")
        self.assertEqual((done.returncode, done.stderr),
                         (1, 'm.onnx: error: tensor "odd": its element type, STRING, is not supported\n1 error\n'))


class ManyErrors(OnnxTest):
    def test_errors_after_the_twentieth_are_counted(self):
        nodes = [node("Conv", "x,w", f"c{i}", name=f"conv{i}") for i in range(33)] + [node("Concat", "x,x", f"j{i}", axis=9)
                                                                                     for i in range(2)]
        self.write("m.onnx", onnx_file.model(nodes, {"w": numbers(2, 5, 1, 1)}, {"x": (1, 4, 6, 6)}, ["c0"]))
        done = self.lcc("m.onnx", "-o", "m.c")
        said = done.stderr.splitlines()
        self.assertEqual(done.returncode, 1)
        self.assertIn('node "conv19" (Conv): its weights are for 5 channels', said[19])
        self.assertEqual(said[20:], ['m.onnx: error: operator Conv is in nodes with further errors: 13 nodes, first "conv20"',
                                     'm.onnx: error: operator Concat is in nodes with further errors: 2 nodes, first the one that '
                                     'makes "j0"', "22 errors"])


if __name__ == "__main__":
    unittest.main()
