#!/usr/bin/env python3
"""What is said of files that lcc cannot take, and that nothing is written then."""
import os
import unittest

import numpy

import onnx_file
from common import OnnxTest, numbers, slowness, spent
from onnx_file import field, node, varint


def whole(*x):
    return numpy.array(x, numpy.int64)


class Errors(OnnxTest):
    def refuse(self, data, *messages, more=()):
        """Exit 1, and the errors are these and no others."""
        self.write("m.onnx", data)
        done = self.lcc("m.onnx", "-o", "m.c", *more)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertFalse(os.path.exists(self.path("m.c")))
        for message in messages:
            self.assertIn(f"m.onnx: error: {message}", done.stderr)
        self.assertEqual(done.stderr.count("error: "), len(messages), done.stderr)

    def refuse_nodes(self, nodes, tensors, *messages, dims=(1, 4, 6, 6), opset=13):
        self.refuse(onnx_file.model(nodes, tensors, {"x": dims}, ["y"], opset), *messages)

    def test_operators_that_are_not_supported_are_told_all_at_once(self):
        self.refuse_nodes([node("Hardmax", "x", "a", name="act_1"), node("Relu", "a", "b"), node("LSTM", "b", "c"),
                           node("Relu", "c", "d"), node("Add", "d,x", "e", name="mine", domain="com.example"),
                           node("Relu", "x", "y")], {},
                          'operator Hardmax is not supported: 1 node, "act_1"\n',
                          'operator LSTM is not supported: 1 node, the one that makes "c"\n',
                          'operator com.example.Add is not supported: 1 node, "mine"\n')

    def test_operators_that_are_not_supported_are_grouped(self):
        nodes = [node("Hardmax", "x", "e0", name="/blocks.0/Hardmax")]
        nodes += [node("Hardmax", "x", f"e{i}", name=f"/blocks.{i}/Hardmax") for i in range(1, 12)]
        nodes += [node("Mod", "x,x", "s0"), node("Mod", "x,x", "s1"), node("Mod", "s0,x", "s2"), node("Relu", "e3", "y")]
        self.refuse_nodes(nodes, {}, 'operator Hardmax is not supported: 12 nodes, first "/blocks.0/Hardmax"\n',
                          'operator Mod is supported only where its inputs are constants: 2 nodes, first the one that makes "s0"\n')

    def test_two_tensors_of_one_name(self):
        """The last one counts, also if it cannot be read: lcc crashed where the one before it could."""
        good = onnx_file.tensor("s", whole(1, 4, 36))
        bare = b"".join(field(1, n) for n in (3,)) + field(2, 7) + field(8, "s")
        nodes = [node("Reshape", "x,s", "y")]
        self.refuse(onnx_file.model(nodes, [good, bare], {"x": (1, 4, 6, 6)}, ["y"]),
                    'tensor "s": it does not have as many numbers as its shape says')

    def test_many_operators_that_are_not_supported(self):
        """All nodes of one operator are counted. Of operators only some hundred are named, so that no file takes long."""
        chain = [node("Hardmax", f"v{i}" if i else "x", f"v{i + 1}") for i in range(5000)]
        self.refuse_nodes(chain + [node("Relu", "v5000", "y")], {}, "operator Hardmax is not supported: 5000 nodes")
        kinds = [node(f"Op{i}", f"v{i}" if i else "x", f"v{i + 1}") for i in range(60000)]
        self.write("m.onnx", onnx_file.model(kinds + [node("Relu", "v60000", "y")], {}, {"x": (1, 4, 6, 6)}, ["y"]))
        done, seconds = spent(lambda: self.lcc("m.onnx", "-o", "m.c"))
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stderr.endswith("\nm.onnx: error: 480 more operators are not supported: 480 nodes\n21 errors\n"), done.stderr[-200:])
        self.assertLess(seconds, 10 * slowness())

    def test_uses_that_are_not_supported(self):
        for nodes, tensors, what in (
                ([node("ArgMax", "x", "p"), node("Add", "p,p", "y")], {},
                 "it computes with integers, the positions of an ArgMax or ArgMin; cast them to float"),
                ([node("LpNormalization", "x", "y", p=3)], {}, "its p must be 1 or 2"),
                ([node("InstanceNormalization", "x,s,s", "y")], {"s": numpy.ones(2, "f4")}, "its scale has 2 numbers, not 4"),
                ([node("MeanVarianceNormalization", "x", "y", axes=[1])], {},
                 "only the statistics of height and width, or of all axes, are supported"),
                ([node("Slice", "x,b,e,a", "p"), node("Concat", "x,p", "y", axis=2)], {"b": whole(1), "e": whole(3), "a": whole(3)},
                 "the shapes of the tensors that it joins do not fit"),
                ([node("Tile", "x,b", "y")], {"b": whole(1, 2)}, "it must have one number of copies for each axis"),
                ([node("Expand", "x,b", "y")], {"b": whole(1, 4, 2, 6)}, "it cannot be expanded to that shape: axis 2 has the size 6"),
                ([node("Gather", "x,b", "y", axis=3)], {"b": whole(1, 6)}, "an index is out of range"),
                ([node("Add", "x,c", "y")], {"c": numbers(5, 6)},
                 "its inputs do not fit each other: they have 6 and 5 entries along one axis"),
                ([node("Elu", "x", "y", alpha=float("inf"))], {}, 'its attribute "alpha" is not a finite number'),
                ([node("Celu", "x", "y", alpha=-1.0)], {}, "it cannot be added, for the reason above"),
                ([node("Conv", "x,x", "y")], {}, "its input 1 (weights) must be a constant, but depends on the network's input"),
                ([node("Conv", "x,w", "y")], {"w": numbers(2, 3, 1, 1)},
                 "its weights are for 3 channels in 1 groups, but its input has 4 channels"),
                ([node("Conv", "x,w", "y")], {"w": numbers(2, 4, 1)},
                 "its weights have 3 axes, but its input has 4"),
                ([node("Conv", "x,w", "y")], {"w": numpy.full((1, 4, 1, 1), numpy.nan, numpy.float32)},
                 "one of its weights is NaN"),
                ([node("Resize", "x,,s", "y")], {"s": numpy.array([1, 1.5, 2, 2], numpy.float32)},
                 "it resizes an axis other than height and width, which is not supported"),
                ([node("Resize", "x,,s", "y")], {"s": numpy.array([1, 1, 2, -2], numpy.float32)},
                 "a scale or size is out of range"),
                ([node("Resize", "x,r,s", "y", coordinate_transformation_mode="tf_crop_and_resize")],
                 {"r": numbers(8), "s": numpy.array([1, 1, 2, 2], numpy.float32)},
                 'its coordinate_transformation_mode "tf_crop_and_resize" is not supported'),
                ([node("Resize", "x,,s", "y", mode="area")], {"s": numpy.array([1, 1, 2, 2], numpy.float32)},
                 'its mode "area" is not supported'),
                ([node("Pad", "x,p", "y", mode="reflect")], {"p": whole(0, 0, 1, 6, 0, 0, 1, 1)},
                 "it cannot be added, for the reason above"),
                ([node("Pad", "x,p", "y")], {"p": whole(0, 0, -3, 0, 0, 0, -3, 0)},
                 "a part without elements is not supported"),
                ([node("ConvTranspose", "x,w", "y")], {"w": numbers(3, 2, 1, 1)},
                 "its weights are for 3 channels in 1 groups, but its input has 4 channels"),
                ([node("ConvTranspose", "x,w", "y")], {"w": numbers(4, 2, 1)},
                 "its weights have 3 axes, but its input has 4"),
                ([node("ConvTranspose", "x,w", "y", output_shape=[6, 0])], {"w": numbers(4, 2, 1, 1)},
                 "its output_shape is not positive"),
                ([node("ConvTranspose", "x,w", "y", auto_pad="SAME")], {"w": numbers(4, 2, 1, 1)},
                 "there is no auto_pad of that kind"),
                ([node("DepthToSpace", "x", "y", blocksize=3)], {}, "it cannot be added, for the reason above"),
                ([node("DepthToSpace", "x", "y", blocksize=2, mode="CDR")], {}, "there is no mode of that kind"),
                ([node("Reshape", "x,s", "t"), node("MaxPool", "t", "y", kernel_shape=[2, 2])], {"s": whole(2, 2, 6, 6)},
                 "its input has 2 samples along its first axis; networks take one at a time"),
                ([node("Reshape", "x,s", "t"), node("MaxPool", "t", "y", kernel_shape=[2, 2])], {"s": whole(1, 4, 36, 1, 1)},
                 "its input has 5 axes, but must be a feature map [1, c, h, w]"),
                ([node("Reshape", "x,s", "y")], {"s": whole(1, 5, -1)},
                 "its shape has another number of elements than its input"),
                ([node("Sum", "a,a", "s"), node("Mul", "x,s", "y")], {"a": numpy.float32(2)},
                 "its input 0 is a constant, which is not supported"),
                ([node("Min", "a,a,a", "s"), node("Mul", "x,s", "y")], {"a": numpy.float32(2)},
                 "it is supported only with two inputs"),
                ([node("Slice", "x,b,e,a,t", "y")], {"b": whole(1, 0), "e": whole(9, 9), "a": whole(0, 2), "t": whole(1, 2)},
                 "a part without elements is not supported"),
                ([node("Relu", "nothing", "y")], {}, 'its input "nothing" is made by no node before it'),
                ([node("Relu", "b", "y"), node("Relu", "y", "b")], {}, 'its input "b" is made by no node before it')):
            with self.subTest(what=what):
                self.write("m.onnx", onnx_file.model(nodes, tensors, {"x": (1, 4, 6, 6)}, ["y"]))
                done = self.lcc("m.onnx", "-o", "m.c")
                self.assertEqual(done.returncode, 1)
                self.assertIn(f": {what}\n", done.stderr)

    def test_a_window_that_does_not_fit(self):
        self.refuse_nodes([node("MaxPool", "x", "y", kernel_shape=[7, 7], name="p")], {},
                          "max_pool: a window of 7 does not fit the input's height of 6 (with its padding)",
                          'node "p" (MaxPool): it cannot be added, for the reason above')

    def test_inputs(self):
        for dims, what in (((1, 3, 1 << 40, 6), 'input "x": its size along axis 2, 1099511627776, is more than 1048576'),
                           ((8, 3, 6, 6), 'input "x" holds 8 samples; networks take one at a time\n'
                                          'm.onnx: note: export with a batch of 1, or leave the first size open\n'),
                           ((1, 1, 1, 1, 1, 1, 3, 6, 6), 'input "x" has 9 axes; from 1 to 8 are supported')):
            with self.subTest(dims=dims):
                self.refuse_nodes([node("Relu", "x", "y")], {}, what, dims=dims)
        self.refuse(onnx_file.model([node("Relu", "x", "y")], {}, [onnx_file.value_info("x", (1, 3, 4, 4), onnx_file.INT64)],
                                    ["y"]), 'input "x" has elements that are neither floats nor bytes')

    def test_sizes_that_are_open(self):
        for dims, shown, axes, example in (
                ((1, "c", 6, 6), "[1, c, 6, 6]", "its size along axis 1 is open", "1,3,6,6"),
                (("n", 3, 0, 6), "[n, 3, ?, 6]", "its size along axis 2 is open", "1,3,6,6"),
                ((1, 4, 96, -1), "[1, 4, 96, ?]", "its size along axis 3 is open", "1,4,96,96"),
                (("", "", "h", "w"), "[?, ?, h, w]", "its sizes along axes 1, 2 and 3 are open", "1,3,224,224"),
                ((1, "features"), "[1, features]", "its size along axis 1 is open", "1,128")):
            with self.subTest(dims=dims):
                self.refuse_nodes([node("Relu", "x", "y")], {}, f'input "x" is {shown}: {axes}\n'
                                  f"m.onnx: note: give them, for example: --input-shape x={example}\n", dims=dims)
        nodes = [node("Transpose", "my image", "t", perm=[0, 3, 1, 2]), node("Relu", "t", "y")]
        self.refuse(onnx_file.model(nodes, {}, {"my image": (1, "h", "w", "c")}, ["y"]),
                    'input "my image" is [1, h, w, c]: its sizes along axes 1, 2 and 3 are open\n'
                    "m.onnx: note: give them, for example: --input-shape 'my image'=1,224,224,3\n")
        tensor = field(1, "x") + field(2, field(1, field(1, 1))) # without a shape
        self.refuse(onnx_file.model([node("Relu", "x", "y")], {}, [tensor], ["y"]), 'input "x" is not a tensor of known shape\n'
                    "m.onnx: note: give them, for example: --input-shape x=1,3,224,224\n")

    def test_sizes_that_cannot_be_given(self):
        one = onnx_file.model([node("Relu", "image", "y")], {}, {"image": ("n", 3, "h", "w")}, ["y"])
        two = onnx_file.model([node("Add", "a,b", "y")], {}, {"a": (1, 3, "h", "w"), "b": (1, 3, "h", "w")}, ["y"])
        for data, words, what in (
                (one, ["imag=1,3,8,8"], '--input-shape: there is no input "imag"; did you mean "image"?'),
                (one, ["x=y=1,3,8,8"], '--input-shape: there is no input "x=y"; the network has "image"'),
                (one, ["1,4,8,8"], '--input-shape 1,4,8,8: the file fixes the size of input "image" along axis 1, which is 3'),
                (one, ["1,3,8"], '--input-shape 1,3,8: input "image" has 4 axes'),
                (one, ["2,3,8,8"], 'input "image" holds 2 samples; networks take one at a time\n'
                                   "m.onnx: note: give 1 as the first size, and run the network once for each sample"),
                (one, ["1,3,8,2000000"], 'input "image": its size along axis 3, 2000000, is more than 1048576'),
                (one, ["1,3,8,8", "image=1,3,8,8"], '--input-shape is given twice for input "image"'),
                (two, ["1,3,8,8"], '--input-shape 1,3,8,8: the network has 2 inputs, "a" and "b": write --input-shape NAME=1,3,8,8')):
            with self.subTest(words=words):
                self.refuse(data, what + "\n", more=[f"--input-shape={word}" for word in words])
        for word in ("", "x=", "=1,3,8,8", "1,3,8,", "1,3,,8", "1,3,0,8", "1,3,8,-8", "1x3x8x8", "1,1,1,1,1,1,1,1,1", "1,3,8,9999999999"):
            with self.subTest(word=word):
                done = self.lcc("m.onnx", "-o", "m.c", "--input-shape", word)
                self.assertEqual((done.returncode, done.stderr.splitlines()[0]), (2, f"lcc: error: --input-shape {word}: expected "
                                 "NAME=SIZES or SIZES, where SIZES is such as 1,3,320,320"))

    def test_names_that_cannot_be_given(self):
        data = onnx_file.model([node("Add", "a,b", "y"), node("Relu", "y", "z")], {}, {"a": (1, 3, 2, 2), "b": (1, 3, 2, 2)}, ["y", "z"])
        for words, what in (
                (["--input-name", "picture=d"], '--input-name: there is no input "picture"; the network has "a" and "b"'),
                (["--output-name", "probs"], '--output-name probs: the network has 2 outputs, "y" and "z": write --output-name NAME=probs'),
                (["--input-name", "a=b"], "--input-name: two inputs would be called b"),
                (["--output-name", "y=p", "--output-name", "z=p"], "--output-name: two outputs would be called p"),
                (["--output-name", "y=p", "--output-name", "y=q"], '--output-name is given twice for output "y"'),
                (["--output-name", "y=a"], "--output-name: another port is called a already")):
            with self.subTest(words=words):
                self.refuse(data, what + "\n", more=words)
        for word in ("", "a=", "a=1st", "a=b-c", "a=input", "=b", "a=" + "b" * 81):
            with self.subTest(word=word):
                done = self.lcc("m.onnx", "-o", "m.c", "--output-name", word)
                self.assertEqual((done.returncode, done.stderr.splitlines()[0]), (2, f"lcc: error: --output-name {word}: expected "
                                 "NAME=NEW or NEW, where NEW is letters, digits and _, no digit first, and no word of the language"))

    def test_weights_that_are_not_there(self):
        what = 'the weights are not in the file: "{}" is an input, and others may be\n'
        inputs = {"x": (1, 4, 6, 6), "w": (2, 4, 1, 1), "b": (2,)}
        self.refuse(onnx_file.model([node("Conv", "x,w,b", "y")], {}, inputs, ["y"]), what.format("w"))
        # inputs that cannot be told to be weights are not reported: a bias that is shared, slopes
        inputs = {"x": (1, 4, 6, 6), "b": (2,), "s": (2, 1, 1), "w": (2, 4, 1, 1), "c": (2,)}
        nodes = [node("Identity", "b", "b2"), node("Conv", "x,w,b2", "v"), node("PRelu", "v,s", "p"), node("Add", "p,c", "y")]
        self.refuse(onnx_file.model(nodes, {}, inputs, ["y"]), what.format("w"))

    def test_norms_at_training(self):
        tensors = {name: abs(numbers(4)) + 0.1 for name in "gbmv"}
        what = 'the BatchNormalization that makes "y": it was exported for training: call model.eval() before the export'
        self.refuse_nodes([node("BatchNormalization", "x,g,b,m,v", "y,mean,var,m2,v2")], tensors, what, opset=11)
        self.refuse_nodes([node("BatchNormalization", "x,g,b,m,v", "y", training_mode=1)], tensors, what, opset=15)

    def test_outputs(self):
        x = {"x": (1, 4, 6, 6)}
        self.refuse(onnx_file.model([node("Relu", "x", "y")], {}, x, ["z"]), 'output "z" is made by no node')
        self.refuse(onnx_file.model([node("Relu", "x", "y")], {}, x, []), "the network has 0 outputs; from 1 to 64 are supported")
        self.refuse(onnx_file.model([node("Shape", "x", "y")], {}, x, ["y"]), 'output "y" is the same for every input')

    def test_opsets(self):
        for opset in (6, 25, 1 << 40):
            self.refuse_nodes([node("Relu", "x", "y")], {}, f"it uses opset {opset}; opsets 7 to 24 are supported", opset=opset)

    def test_forms_of_some_opsets(self):
        v = {name: abs(numbers(4)) + 0.1 for name in "gbmv"}
        yes = {"r": numpy.float32(0.5), "t": numpy.array(True)}
        for node_, tensors, opset, what in (
                (node("BatchNormalization", "x,g,b,m,v", "y", spatial=0), v, 8,
                 "statistics that differ from pixel to pixel (spatial = 0) are not supported"),
                (node("Dropout", "x,r,t", "y"), yes, 13, "it was exported for training: call model.eval() before the export"),
                (node("Cast", "x", "y", to=17), {}, 19, "a cast to that element type is not supported"),
                (node("CastLike", "x,l", "y"), {"l": whole(1)}, 15, "a cast to integers is not supported"),
                (node("Pad", "x,p,,a", "y"), {"p": whole(1, 1), "a": whole(2, 3)}, 18,
                 "it must have two pads for each of its axes"),
                (node("Pad", "x,p,,a", "y"), {"p": whole(1, 1, 1, 1), "a": whole(2, 4)}, 18,
                 "its axis 4 does not exist: its input has 4 axes"),
                (node("Pad", "x,p", "y", mode="wrap"), {"p": whole(0, 0, 1, 1, 0, 0, 1, 1)}, 19,
                 'its mode "wrap" is not supported; constant, reflect and edge are'),
                (node("Split", "x", "y,z", axis=1, num_outputs=3), {}, 18,
                 "it does not have one part for each of its outputs"),
                (node("Split", "x", "y,z,u", axis=1), {}, 17, "4 does not divide into its 3 outputs"),
                (node("ReduceL2", "x", "y", noop_with_empty_axes=1), {}, 18, "noop_with_empty_axes without axes is not supported"),
                (node("GroupNormalization", "x,s,s", "y", num_groups=3), {"s": numpy.ones(4, "f4")}, 21,
                 "its 4 channels do not divide evenly into 3 groups"),
                (node("GroupNormalization", "x,s,s", "y", num_groups=2), {"s": numpy.ones(4, "f4")}, 18,
                 "its scale has 4 numbers, not 2"),
                (node("Resize", "x,,,n", "y", axes=[2, 3], keep_aspect_ratio_policy="wider"), {"n": whole(12, 12)}, 18,
                 "there is no keep_aspect_ratio_policy of that kind"),
                (node("Resize", "x,,,n", "y", mode="linear", antialias=1), {"n": whole(1, 4, 3, 3)}, 18,
                 "antialias is not supported"),
                (node("Resize", "x,s", "y"), {"s": numpy.array([1, 1, 2, 0.5], numpy.float32)}, 10,
                 "before opset 11, height and width must both grow or both shrink"),
                (node("Resize", "x,,s", "y", axes=[2]), {"s": numpy.array([2, 2], numpy.float32)}, 18,
                 "it must have one scale or one size for each of its axes")):
            with self.subTest(what=what):
                self.write("m.onnx", onnx_file.model([node_], tensors, {"x": (1, 4, 6, 6)}, ["y"], opset))
                done = self.lcc("m.onnx", "-o", "m.c")
                self.assertEqual(done.returncode, 1)
                self.assertIn(f": {what}\n", done.stderr)
        self.refuse_nodes([node("Dropout", "x", "d,mask"), node("Cast", "mask", "c", to=1), node("Mul", "d,c", "y")], {},
                          'the Dropout that makes "d": its second output, the mask, is not supported', opset=10)

    def test_damaged_files(self):
        good = onnx_file.model([node("Relu", "x", "y")], {}, {"x": (1, 4, 6, 6)}, ["y"])
        self.refuse(b"", "the file is empty")
        self.refuse(good[:-3], "it is truncated, or not an ONNX file: a field has no end")
        self.refuse(b"\xff" * 40, "it is damaged, or not an ONNX file: a number of more than 10 bytes")
        self.refuse(field(1, 8), "it contains no network")
        nested = b""
        for _ in range(30):
            nested = field(1, field(5, field(6, nested))) # graph, node, attribute
        self.refuse(field(1, 8) + field(7, nested), "its messages nest too deeply for a network")
        self.refuse(field(7, field(1, b"") * 2000001), "it has more than two million fields, which no network needs")

    def test_a_file_of_more_than_2_gb(self):
        self.write("m.onnx", b"\x08\x08")
        os.truncate(self.path("m.onnx"), (1 << 31) + 5) # sparse: takes no room
        done = self.lcc("m.onnx", "-o", "m.c")
        self.assertEqual((done.returncode, done.stderr),
                         (1, "m.onnx: error: the file has more than 2 GB, which is more than protobuf can hold\n"
                             "m.onnx: note: save the weights in a file beside it, as external data\n1 error\n"))

    def test_tensors(self):
        nodes = [node("Conv", "x,w", "y")]
        short = onnx_file.tensor("w", numbers(2, 4, 1, 1))[:-4]
        short = short[:short.rindex(varint(9 << 3 | 2))] + field(9, bytes(28))
        text = field(1, 1) + field(2, 8) + field(8, "w")
        huge = b"".join(field(1, 1 << 40) for _ in range(4)) + field(2, 1) + field(8, "w")
        for data, what in ((short, "it does not have as many numbers as its shape says"),
                           (text, "its element type, STRING, is not supported"),
                           (huge, "its shape has more than 8 axes, a negative size, or too many elements")):
            self.refuse(onnx_file.model(nodes, [data], {"x": (1, 4, 6, 6)}, ["y"]), f'tensor "w": {what}\n')
        float8 = field(1, 1) + field(2, 17) + field(8, "w") + field(9, b"1")
        for data, name in ((float8, "FLOAT8E4M3FN"), (float8.replace(field(2, 17), field(2, 99)), "number 99")):
            twice = [node("Mul", "x,w", "m"), node("Mul", "m,w", "y")]
            self.refuse(onnx_file.model(twice, [data], {"x": (1, 4, 6, 6)}, ["y"]),
                        f'tensor "w": its element type, {name}, is not supported\n')
        self.refuse(onnx_file.model([node("Relu", "x", "y")], [float8], {"x": (1, 4, 6, 6)}, ["w"]),
                    'tensor "w": its element type, FLOAT8E4M3FN, is not supported\n')
        self.refuse(onnx_file.model([node("DequantizeLinear", "w", "d", name="q"), node("Mul", "x,d", "y")], [float8],
                                    {"x": (1, 4, 6, 6)}, ["y"]), 'tensor "w": its element type, FLOAT8E4M3FN, is not supported\n')

    def test_external_data(self):
        def refuse(location, offset, what):
            tensors = [onnx_file.tensor("w", numbers(2, 4, 1, 1), (location, offset))]
            self.refuse(onnx_file.model([node("Conv", "x,w", "y")], tensors, {"x": (1, 4, 6, 6)}, ["y"]),
                        f'tensor "w": {what}')
        self.write("short.bin", bytes(20))
        outside = "its data would be in a file outside of the model's folder"
        refuse("/etc/passwd", 0, outside)
        refuse("../w.bin", 0, outside)
        refuse("a/../../w.bin", 0, outside)
        refuse("none.bin", 0, "its data are in none.bin: cannot open: No such file or directory")
        refuse("short.bin", 0, "its data would be behind the end of short.bin, which has 20 bytes")
        refuse("short.bin", 10 ** 17, "its data would be behind the end of short.bin, which has 20 bytes")
        self.write("pointer.bin", b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 64\n")
        refuse("pointer.bin", 96, "its data would be in pointer.bin, but that is a Git LFS pointer, not the file itself. "
               "In its repository: git lfs pull\n")
        self.write("empty.bin", b"")
        refuse("empty.bin", 0, "its data would be behind the end of empty.bin, which has 0 bytes")
        refuse("short.bin", -1, "its external data have no location, offset and length that fit its shape")

    def test_what_speaks_of_net_files(self):
        self.write("m.onnx", onnx_file.model([node("Relu", "x", "y")], {}, {"x": (1, 4, 6, 6)}, ["y"]))
        for words, option in ((["-w", "w.npz"], "-w"), (["--variant", "b0"], "--variant"), (["-D", "a=1"], "-D"),
                              (["--seed", "3"], "--seed")):
            done = self.lcc("m.onnx", "-o", "m.c", *words)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"an ONNX model has its own weights, and no variants or params: {option} cannot be given", done.stderr)
        self.write("m.net", b"net m { input x: f32[2, 2, 2] -> relu\n output y }")
        done = self.lcc("m.net", "-o", "m.c", "--input-layout", "nchw")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--input-layout is for ONNX and TensorFlow Lite models", done.stderr)
        for word, value, why in (("--input-shape", "1,2,2,2", "the sizes of a .net file's inputs stand in it, or are params for -D"),
                                 ("--input-name", "image", "the names of a .net file's inputs and outputs stand in it"),
                                 ("--output-name", "probs", "the names of a .net file's inputs and outputs stand in it")):
            done = self.lcc("m.net", "-o", "m.c", word, value)
            self.assertEqual((done.returncode, done.stderr), (1, f"lcc: error: {word} is for ONNX and TensorFlow Lite models; {why}\n1 error\n"))
        done = self.lcc("m.onnx", "-o", "m.c", "--input-layout", "chw")
        self.assertEqual(done.returncode, 2)

    def test_outputs_may_be_left_out(self):
        nodes = [node("Sum", "x,x,x", ""), node("Relu", "x", "y")]
        self.write("m.onnx", onnx_file.model(nodes, {}, {"x": (1, 4, 6, 6)}, ["y"]))
        self.assertNotIn(" add(", self.good("m.onnx", "--emit", "net"))

    def test_the_reader_is_chosen_by_content_then_by_name(self):
        model = onnx_file.model([node("Relu", "x", "y")], {}, {"x": (1, 4, 6, 6)}, ["y"])
        for name in ("m.onnx", "m.net", "m"):
            self.write(name, model)
            self.assertIn("relu", self.good(name, "--emit", "net"))
        text = b"net m { input x: f32[2, 2, 2] -> relu\n output y }"
        for name in ("t.onnx", "t.net", "t"):
            self.write(name, text)
        self.assertIn("relu", self.good("t.net", "--emit", "net"))
        self.assertIn("relu", self.good("t", "--emit", "net"))
        done = self.lcc("t.onnx", "--emit", "net")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not an ONNX file", done.stderr)

    def test_the_weights_do_not_overwrite_the_model(self):
        self.write("m.safetensors", onnx_file.model([node("Relu", "x", "y")], {}, {"x": (1, 4, 6, 6)}, ["y"]))
        done = self.lcc("m.safetensors", "--emit", "net", "-o", "m.net")
        self.assertEqual(done.returncode, 1)
        self.assertIn("m.safetensors: this file is an input, and would be overwritten", done.stderr)

    def test_names_cannot_break_the_output(self):
        name = 'a"\n\x1b[31m*/ {x} ' + "n" * 2000
        w = numbers(4, 4, 1, 1)
        data = onnx_file.model([node("Conv", "x,w", "y", name=name)], {"w": w}, {"x": (1, 4, 6, 6)}, ["y"])
        self.write("m.onnx", data)
        self.good("m.onnx", "--emit", "net", "-o", "again.net")
        self.good("again.net", "-w", "again.safetensors", "-o", "again.c")
        self.refuse(onnx_file.model([node("Nothing", "x", "y", name=name)], {}, {"x": (1, 4, 6, 6)}, ["y"]),
                    'operator Nothing is not supported: 1 node, "a"??[31m*/ {x} nnn')


if __name__ == "__main__":
    unittest.main()
