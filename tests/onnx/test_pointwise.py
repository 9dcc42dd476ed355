#!/usr/bin/env python3
"""Operators that map each element, of one tensor and of two, against NumPy."""
import math
import unittest

import numpy

from common import OnnxTest, numbers
from onnx_file import node

erf = numpy.vectorize(math.erf)


def number(x):
    return numpy.array(x, numpy.float32)


def softplus(x):
    return numpy.log1p(numpy.exp(x))


def gelu(x):
    return x * 0.5 * (1 + erf(x / math.sqrt(2)))


def gelu_tanh(x):
    return 0.5 * x * (1 + numpy.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


class Functions(OnnxTest):
    def one(self, x, wanted, op, opset=20, **attributes):
        with self.subTest(op=op, **attributes):
            return self.compare([node(op, "x", "y", **attributes)], {}, x, wanted, opset=opset)

    def test_of_any_number(self):
        x = numbers(5, 3, 4) * 2
        z = x.astype(float)
        for op, wanted in (("Exp", numpy.exp(z)), ("Abs", abs(z)), ("Neg", -z), ("Erf", erf(z)), ("Softplus", softplus(z)),
                           ("Softsign", z / (1 + abs(z))), ("Mish", z * numpy.tanh(softplus(z))), ("Floor", numpy.floor(z)),
                           ("Ceil", numpy.ceil(z)), ("Round", numpy.round(z)), ("Sign", numpy.sign(z)), ("Reciprocal", 1 / z)):
            self.one(x, wanted, op)
        self.assertIn(" gelu\n", self.one(x, gelu(z), "Gelu"))
        self.assertIn("gelu_tanh", self.one(x, gelu_tanh(z), "Gelu", approximate="tanh"))
        below = numpy.expm1(numpy.minimum(z, 0))
        self.one(x, numpy.where(z < 0, below, z), "Elu")
        self.one(x, numpy.where(z < 0, 0.5 * below, z), "Elu", alpha=0.5)
        self.one(x, numpy.where(z < 0, 1.5 * numpy.expm1(numpy.minimum(z, 0) / 1.5), z), "Celu", alpha=1.5)
        self.assertIn("selu", self.one(x, 1.0507009873 * numpy.where(z < 0, 1.6732632423 * below, z), "Selu"))
        self.one(x, 3 * numpy.where(z < 0, 0.5 * below, z), "Selu", alpha=0.5, gamma=3.0)
        self.one(x, numpy.where(z > 1, z, 0), "ThresholdedRelu")
        self.one(x, numpy.where(z > 0.25, z, 0), "ThresholdedRelu", alpha=0.25)

    def test_of_positive_numbers(self):
        x = abs(numbers(5, 3, 4)) + number(0.1)
        self.one(x, numpy.log(x.astype(float)), "Log")
        self.one(x, numpy.sqrt(x.astype(float)), "Sqrt")

    def test_powers(self):
        x = abs(numbers(5, 3, 4)) + number(0.1)
        z = x.astype(float)
        for exponent in (0.5, 1, 2, 3, -1, 1.75):
            self.compare([node("Pow", "x,p", "y")], {"p": number(exponent)}, x, z ** exponent)
        p = abs(numbers(5, 1, 1, seed=2)) + number(0.5)
        self.compare([node("Pow", "x,p", "y")], {"p": p}, x, z ** p)
        self.compare([node("Pow", "p,x", "y")], {"p": p}, x, p ** z)
        self.compare([node("Pow", "p,x", "y")], {"p": number([[[2]]])}, x, 2 ** z)
        self.compare([node("Pow", "x,x", "y")], {}, x, z ** z)

    def test_clips(self):
        x = numbers(5, 3, 4) * 4
        text = self.compare([node("Clip", "x,a,b", "y")], {"a": number(-1), "b": number(1.5)}, x, x.clip(-1, 1.5))
        self.assertIn("clip(-1, 1.5)", text)
        self.compare([node("Clip", "x,a", "y")], {"a": number(-1)}, x, x.clip(-1, None))
        self.compare([node("Clip", "x,,b", "y")], {"b": number(1)}, x, x.clip(None, 1))
        self.assertIn("relu6", self.compare([node("Clip", "x,a,b", "y")], {"a": number(0), "b": number(6)}, x, x.clip(0, 6)))

    def test_gelu_spelled_out(self):
        """In each of the orders in which exporters multiply."""
        x = numbers(5, 3, 4)
        z = x.astype(float)
        tensors = {"r": number(math.sqrt(2)), "one": number(1), "half": number(0.5)}
        head = [node("Div", "x,r", "d"), node("Erf", "d", "e"), node("Add", "e,one", "f")]
        for tail in ([node("Mul", "x,f", "g"), node("Mul", "g,half", "y")],
                     [node("Mul", "x,half", "h"), node("Mul", "h,f", "y")],
                     [node("Mul", "half,f", "h"), node("Mul", "x,h", "y")]):
            text = self.compare(head + tail, tensors, x, gelu(z))
            self.assertIn(" gelu\n", text)
            self.assertNotIn("erf", text)
        wrong = [node("Mul", "x,f", "g"), node("Mul", "g,one", "y")]
        self.assertIn("erf", self.compare(head + wrong, tensors, x, 2 * gelu(z)))

    def test_gelu_by_tanh_spelled_out(self):
        x = numbers(5, 3, 4)
        z = x.astype(float)
        tensors = {"three": number(3), "k": number(0.044715), "s": number(math.sqrt(2 / math.pi)), "one": number(1),
                   "half": number(0.5)}
        tail = [node("Mul", "u,s", "v"), node("Tanh", "v", "t"), node("Add", "t,one", "f"), node("Mul", "x,half", "h"),
                node("Mul", "h,f", "y")]
        for cube in ([node("Pow", "x,three", "c")], [node("Mul", "x,x", "q"), node("Mul", "q,x", "c")]):
            text = self.compare(cube + [node("Mul", "c,k", "m"), node("Add", "x,m", "u")] + tail, tensors, x, gelu_tanh(z))
            self.assertIn("gelu_tanh", text)
            self.assertNotIn(" tanh", text)
        text = self.compare([node("Mul", "x,x", "q"), node("Mul", "q,k", "m"), node("Add", "m,one", "n"), node("Mul", "x,n", "u")]
                            + tail, tensors, x, gelu_tanh(z))
        self.assertIn("gelu_tanh", text)

    def test_mish_spelled_out(self):
        x = numbers(5, 3, 4)
        z = x.astype(float)
        text = self.compare([node("Softplus", "x", "s"), node("Tanh", "s", "t"), node("Mul", "x,t", "y")], {}, x,
                            z * numpy.tanh(softplus(z)))
        self.assertIn("mish", text)


class Pairs(OnnxTest):
    OPS = {"Add": numpy.add, "Sub": numpy.subtract, "Mul": numpy.multiply, "Div": numpy.divide, "Min": numpy.minimum,
           "Max": numpy.maximum, "Pow": numpy.power}

    def test_constants_of_any_shape(self):
        x = abs(numbers(5, 3, 4)) + number(0.5)
        for shape in ((1, 5, 3, 4), (5, 3, 4), (3, 4), (4,), (1, 1, 3, 1), (5, 1, 1), (1, 5, 1, 4), (1,), ()):
            c = (abs(numbers(*shape, seed=3)) + number(0.5)).astype(numpy.float32)
            for op, function in self.OPS.items():
                with self.subTest(op=op, shape=shape):
                    z = function(x.astype(float), c.astype(float)).reshape(5, 3, 4)
                    self.compare([node(op, "x,c", "y")], {"c": c}, x, z)
                    z = function(c.astype(float), x.astype(float)).reshape(5, 3, 4)
                    self.compare([node(op, "c,x", "y")], {"c": c}, x, z)

    def test_functions_of_constants(self):
        """They are folded: nothing but the sum is left."""
        x, c = numbers(5, 3, 4), abs(numbers(5, 1, 1, seed=4)) + number(0.25)
        z = c.astype(float)
        for op, wanted in (("Exp", numpy.exp(z)), ("Log", numpy.log(z)), ("Abs", z), ("Erf", erf(z)), ("Sin", numpy.sin(z)),
                           ("Cos", numpy.cos(z)), ("Round", numpy.round(z)), ("Reciprocal", 1 / z), ("Sqrt", numpy.sqrt(z))):
            with self.subTest(op=op):
                text = self.compare([node(op, "c", "f"), node("Add", "x,f", "y")], {"c": c}, x, x + wanted)
                self.assertNotIn(op.lower() + "\n", text)

    def test_two_tensors(self):
        x = abs(numbers(5, 3, 4)) + number(0.5)
        z = x.astype(float)
        mean = z.mean((1, 2), keepdims=True)
        for op, function in self.OPS.items():
            with self.subTest(op=op):
                pool = node("GlobalAveragePool", "x", "m")
                self.compare([pool, node(op, "x,m", "y")], {}, x, function(z, mean))
                self.compare([pool, node(op, "m,x", "y")], {}, x, function(mean, z))
                self.compare([node("Tanh", "x", "t"), node(op, "x,t", "y")], {}, x, function(z, numpy.tanh(z)))

    def test_many_inputs(self):
        x = numbers(5, 3, 4)
        z, c = x.astype(float), numbers(3, 4, seed=5)
        more = [node("Tanh", "x", "t"), node("Neg", "x", "n")]
        tensors = {"c": c, "k": number(0.25)}
        lists = [z, numpy.tanh(z), -z, numpy.broadcast_to(c, z.shape), numpy.full(z.shape, 0.25)]
        for op, wanted in (("Sum", sum(lists)), ("Mean", sum(lists) / 5), ("Min", numpy.minimum.reduce(lists)),
                           ("Max", numpy.maximum.reduce(lists))):
            self.compare(more + [node(op, "x,t,n,c,k", "y")], tensors, x, wanted)
            self.compare(more + [node(op, "c,k,t,x,n", "y")], tensors, x, wanted)
        self.compare([node("Max", "x", "y")], {}, x, z)
        self.compare([node("Mean", "x", "y")], {}, x, z)


if __name__ == "__main__":
    unittest.main()
