#!/usr/bin/env python3
"""What is said of TensorFlow Lite files that lcc cannot take, and that nothing is written then."""
import os
import sys
import unittest

try:
    import flatbuffers  # noqa: F401
except ImportError as missing:
    print(f"skipped: no module {missing.name}")
    sys.exit(77)
import numpy
from lite import LiteTest, numbers, op, tflite_file, whole
from tflite_file import SIGN_BIT, Quantized, Shaped


class Errors(LiteTest):
    def refuse(self, data, *messages, more=()):
        """Exit 1, and the errors and notes are these and no others."""
        self.write("m.tflite", data)
        done = self.lcc("m.tflite", "-o", "m.c", *more)
        said = "".join(f"m.tflite: {message}\n" for message in messages)
        count = sum(message.startswith("error: ") for message in messages)
        self.assertEqual(done.stderr, f"{said}{count} error{'s' if count > 1 else ''}\n")
        self.assertEqual(done.returncode, 1)
        self.assertFalse(os.path.exists(self.path("m.c")))

    def refuse_ops(self, ops, tensors, *messages, dims=(1, 6, 6, 4), **more):
        self.refuse(tflite_file.model(ops, tensors, {"x": dims}, ["y"], **more), *messages)

    def test_operators_that_are_not_supported(self):
        """Each is one error, which says how many nodes have it; nodes that read their results say nothing."""
        self.refuse_ops([op("LSTM", "x", "a"), op("RELU", "a", "b"), op("TOPK_V2", "b", "c"), op("TOPK_V2", "x", "d"),
                         op("TOPK_V2", "d", "e"), op("CUSTOM", "e", "f", custom="TFLite_Detection_PostProcess"),
                         op("CUSTOM", "f", "g", custom="Mine"), op("IF", "g", "h"), op("WHILE", "h", "i"), op(500, "i", "j"),
                         op("ADD", "j,x", "y")], {},
                        'error: operator LSTM is recurrent, which is not supported: 1 node, "a"',
                        'error: operator TOPK_V2 is not supported: 3 nodes, first "c"',
                        'error: operator TFLite_Detection_PostProcess is a custom operator, which is not supported: 1 node, "f"',
                        'error: operator Mine is a custom operator, which is not supported: 1 node, "g"',
                        'error: operator IF is control flow, which is not supported: 1 node, "h"',
                        'error: operator WHILE is control flow, which is not supported: 1 node, "i"',
                        'error: operator number 500 is not supported: 1 node, "j"')

    def test_types_of_codes(self):
        """Codes of int16, and codes of uint8 between layers, are one error, and it is said what to do."""
        for dtype, zero, advice in (("int16", 0, "convert the network again with activations of INT8"),
                                    ("uint8", 3, "TensorFlow 1 quantised so; convert the float network again, by TensorFlow 2, or quantise "
                                                 "it by lcc, with --dtype int8")):
            tensors = {"w": Quantized(numpy.ones((2, 1, 1, 4), numpy.int8), 0.5), "b": whole(1, 2),
                       "q": Quantized(None, 0.25, zero, shape=(1, 6, 6, 4), dtype=dtype),
                       "c": Quantized(None, 0.5, zero, shape=(1, 6, 6, 2), dtype=dtype)}
            many = dtype == "int16" # QUANTIZE may make uint8
            self.refuse_ops([op("QUANTIZE", "x", "q"), op("CONV_2D", "q,w,b", "c", stride_w=1, stride_h=1), op("DEQUANTIZE", "c", "y")], tensors,
                            f"error: its operators compute with {dtype.upper()}, which is not supported; INT8 is: they make "
                            f'{"2 such tensors" if many else "1 such tensor"}, first "{"q" if many else "c"}"', f"note: {advice}")

    def test_codes(self):
        """What is wrong with scales, zero points and types, and operators that do not take codes."""
        conv = [op("CONV_2D", "q,w,b", "y", stride_w=1, stride_h=1)]
        good = {"w": Quantized(numpy.ones((2, 1, 1, 4), numpy.int8), [0.5, 0.25], [0, 0]),
                "b": Quantized(whole(1, 2), [0.125, 0.0625], [0, 0]), "q": Quantized(None, 0.25, -3, shape=(1, 6, 6, 4), dtype="int8"),
                "y": Quantized(None, 0.5, -128, shape=(1, 6, 6, 2), dtype="int8")}
        w, node = numpy.ones((2, 1, 1, 4), numpy.int8), 'node "y" '
        scales = "its scales and zero points do not fit its output channels"

        def codes(scale, zero, channels=4, dtype="int8"):
            return Quantized(None, scale, zero, shape=(1, 6, 6, channels), dtype=dtype)

        for ops, changed, said in (
                (conv, {"q": codes(0, 0)}, 'input "q": its scale is not a number above 0'),
                (conv, {"q": codes(numpy.inf, 0)}, 'input "q": its scale is not a number above 0'),
                (conv, {"q": codes(1, 128)}, 'input "q": its zero point is not a number that its type holds'),
                (conv, {"q": codes(1, -1, dtype="uint8")}, 'input "q": its zero point is not a number that its type holds'),
                (conv, {"q": codes([1, 2], [0, 0])}, 'input "q": it does not have one scale and one zero point'),
                (conv, {"y": codes(numpy.nan, 0, 2)}, node + '(CONV_2D): tensor "y": its scale is not a number above 0'),
                (conv, {"y": Shaped(1, 6, 6, 2)}, node + '(CONV_2D): tensor "y": its elements are FLOAT32, but should be INT8'),
                (conv, {"w": numbers(2, 1, 1, 4)}, node + '(CONV_2D): tensor "w": weights of FLOAT32 are not supported where the input is INT8'),
                (conv, {"w": Quantized(w.view(numpy.uint8), 0.5, 0)},
                 node + '(CONV_2D): tensor "w": weights of UINT8 are not supported where the input is INT8'),
                (conv, {"w": Quantized(w, 0.5, 1)},
                 node + '(CONV_2D): tensor "w": its zero point is not 0; the converter of TensorFlow 2 makes weights whose is'),
                (conv, {"w": Quantized(w, [0.5, -1], [0, 0])}, node + '(CONV_2D): tensor "w": one of its scales is not a number above 0'),
                (conv, {"w": Quantized(w, [0.5] * 4, [0] * 4, axis=3)}, node + f'(CONV_2D): tensor "w": {scales}'),
                (conv, {"w": Quantized(w, [0.5, 1], [0])}, node + f'(CONV_2D): tensor "w": {scales}'),
                (conv, {"w": Quantized(w, [])}, node + f'(CONV_2D): tensor "w": {scales}'),
                (conv, {"b": numbers(2)}, node + '(CONV_2D): tensor "b": a bias must be INT32 where the input is INT8'),
                (conv, {"b": Quantized(whole(1, 2), [0.125, 0.25], [0, 0])},
                 node + '(CONV_2D): tensor "b": its scale is not that of the input times that of the weights'),
                (conv, {"b": Quantized(whole(1, 2), [0.125, 0.0625], [0, 1])},
                 node + '(CONV_2D): tensor "b": the zero point of a bias must be 0'),
                ([op("MAX_POOL_2D", "q", "y", width=1, height=1, stride_w=1, stride_h=1)], {},
                 node + "(MAX_POOL_2D): its output has another scale or zero point than its input, which TensorFlow Lite's kernel for INT8 "
                 "does not make"),
                ([op("CONCATENATION", "q,c", "y", axis=3)], {"c": Quantized(numpy.ones((1, 6, 6, 4), numpy.int8), 0.5, -3)},
                 node + "(CONCATENATION): its inputs have different scales or zero points, which TensorFlow Lite's kernel for INT8 does not "
                 "take"),
                ([op("LOGISTIC", "q", "y")], {}, node + "(LOGISTIC): its output must have the scale 1/256 and the zero point -128"),
                ([op("TANH", "q", "y")], {}, node + "(TANH): its output must have the scale 1/128 and the zero point 0"),
                ([op("SOFTMAX", "q", "y", beta=2.0)], {"y": codes(1 / 256, -128)},
                 node + "(SOFTMAX): a beta other than 1 is not supported on INT8"),
                ([op("DEQUANTIZE", "q", "f"), op("RELU", "f", "y")], {},
                 node + '(RELU): its output "y" is INT8 with a scale, but none of its inputs is'),
                ([op("QUANTIZE", "q", "y")], {"y": codes(1, 0, dtype="int32")},
                 node + '(QUANTIZE): tensor "y": its elements are INT32, but should be INT8')):
            with self.subTest(said=said):
                tensors = {**good, **changed}
                names = {n for o in ops for n in [*o[1], *o[2]] if n in tensors and n != "q"}
                self.refuse(tflite_file.model(ops, {n: tensors[n] for n in names}, {"q": tensors["q"]}, ["y"]), "error: " + said)
        self.refuse(tflite_file.model([op("EXP", "q", "y")], {"y": good["y"]}, {"q": good["q"]}, ["y"]),
                    'error: operator EXP is not supported on INT8 with scales: 1 node, "y"')

    def test_layers(self):
        conv = dict(stride_w=1, stride_h=1)
        for ops, tensors, what in (
                ([op("CONV_2D", "x,w", "y", **conv)], {"w": numbers(2, 1, 1, 5)}, "its weights are for 5 channels, but its input has 4"),
                ([op("CONV_2D", "x,w", "y", **conv)], {"w": numbers(2, 1, 4)}, "its weights do not have four axes"),
                ([op("CONV_2D", "x,x", "y", **conv)], {}, "its input 1 (weights) must be a constant, but depends on the network's input"),
                ([op("CONV_2D", "x,w,b", "y", **conv)], {"w": numbers(2, 1, 1, 4), "b": numbers(3)}, "its bias has 3 numbers, not 2"),
                ([op("CONV_2D", "x,w", "y", padding=7, **conv)], {"w": numbers(2, 1, 1, 4)}, "its padding is neither SAME nor VALID"),
                ([op("DEPTHWISE_CONV_2D", "x,w", "y", **conv)], {"w": numbers(1, 3, 3, 6)}, "its weights are for 6 channels, but its input has 4"),
                ([op("DEPTHWISE_CONV_2D", "x,w", "y", **conv)], {"w": numbers(2, 3, 3, 4)},
                 "its weights do not have four axes, of which the first is 1"),
                ([op("FULLY_CONNECTED", "x,w", "y", format=1)], {"w": numbers(2, 4)},
                 "its weights are shuffled for a certain processor, which is not supported"),
                ([op("FULLY_CONNECTED", "x,w", "y")], {"w": numbers(2, 7)}, "its weights take 7 numbers, but its input has another number of them"),
                ([op("FULLY_CONNECTED", "x,w,b", "y")], {"w": numbers(2, 4), "b": numbers(4)}, "its bias has 4 numbers, but its weights have 2 rows"),
                ([op("TRANSPOSE_CONV", "s,w,x", "y", **conv)], {"s": whole(1, 9, 9, 2), "w": numbers(2, 3, 3, 4)},
                 "its output shape does not fit its input, stride and padding"),
                ([op("TRANSPOSE_CONV", "s,w,x", "y")], {"s": whole(1, 6, 6, 2), "w": numbers(2, 3, 3, 4)}, "its stride is out of range"),
                ([op("TRANSPOSE_CONV", "s,w,x", "y", **conv)], {"s": whole(1, 6, 6, 2), "w": numbers(2, 3, 3, 5)},
                 "its weights do not have four axes, of which the last is that of the 4 channels"),
                ([op("CUSTOM", "x,w", "y", custom="Convolution2DTransposeBias", custom_options=b"123")], {"w": numbers(2, 3, 3, 4)},
                 "its options are not three integers"),
                ([op("ADD", "x,x", "y", activation=SIGN_BIT)], {}, "the function that is fused into it, number 5, is not supported"),
                ([op("MAX_POOL_2D", "x", "y", padding=3)], {}, "its padding is neither SAME nor VALID"),
                ([op("ADD", "x,c", "y", options_of="CONV_2D", **conv)], {"c": numbers(4)}, "its options are those of another operator")):
            with self.subTest(what=what):
                self.refuse_ops(ops, tensors, f'error: node "y" ({ops[-1][3] or ops[-1][0]}): {what}')

    def test_rearranging(self):
        for ops, tensors, what in (
                ([op("RESHAPE", "x,s", "y")], {"s": whole(1, 7, 6, 4)}, "its shape has another number of elements than its input"),
                ([op("RESHAPE", "x,s", "y")], {"s": whole(-1, -1)}, "its shape has a negative size"),
                ([op("RESHAPE", "x,s", "y")], {"s": whole(*[1] * 9)}, "its output would have more than 8 axes"),
                ([op("SQUEEZE", "x", "y", squeeze_dims=[1])], {}, "axis 1 is not of length 1"),
                ([op("SQUEEZE", "x", "y", squeeze_dims=[4])], {}, "its axis 4 does not exist: its input has 4 axes"),
                ([op("TRANSPOSE", "x,p", "y")], {"p": whole(0, 1, 2)}, "its perm does not list 4 axes"),
                ([op("TRANSPOSE", "x,p", "y")], {"p": whole(0, 1, 2, 2)}, "its perm is not an order of 4 axes"),
                ([op("SLICE", "x,b,s", "y")], {"b": whole(0, 0, 0, 2), "s": whole(1, 6, 6, 3)}, "it takes more of axis 3 than there is"),
                ([op("SLICE", "x,b,s", "y")], {"b": whole(0, 0), "s": whole(1, 6)}, "its begin and size do not list 4 axes"),
                ([op("STRIDED_SLICE", "x,b,e,s", "y")], {"b": whole(0), "e": whole(1), "s": whole(0)}, "its step is 0 or too large"),
                ([op("STRIDED_SLICE", "x,b,e,s", "y", shrink_axis_mask=1)], {"b": whole(1), "e": whole(2), "s": whole(1)},
                 "an index is out of range"),
                ([op("STRIDED_SLICE", "x,b,e,s", "y")], {"b": whole(0, 0), "e": whole(1), "s": whole(1)},
                 "its begin, end and strides differ in number, or are too many"),
                ([op("STRIDED_SLICE", "x,b,e,s", "y")], {"b": whole(*[0] * 5), "e": whole(*[1] * 5), "s": whole(*[1] * 5)},
                 "it slices more axes than its input has"),
                ([op("STRIDED_SLICE", "x,b,e,s", "y", offset=1)], {"b": whole(0), "e": whole(1), "s": whole(1)},
                 "an end that counts from the beginning (offset) is not supported"),
                ([op("SPLIT", "a,x", "y,z,w", num_splits=3)], {"a": whole(3)}, "4 does not divide into its 3 outputs"),
                ([op("SPLIT_V", "x,n,a", "y,z", num_splits=2)], {"a": whole(3), "n": whole(1, 2)}, "its parts sum to less than the axis has"),
                ([op("SPLIT_V", "x,n,a", "y,z", num_splits=2)], {"a": whole(3), "n": whole(3, 2)}, "its parts sum to more than the axis has"),
                ([op("UNPACK", "x", "y,z", num=2, axis=3)], {}, "it does not have one output for each place of its axis"),
                ([op("GATHER", "x,i", "y", axis=3, batch_dims=1)], {"i": whole(1)}, "batch_dims is not supported"),
                ([op("GATHER", "x,i", "y", axis=3)], {"i": whole(4)}, "an index is out of range"),
                ([op("PAD", "x,p", "y")], {"p": whole([0, 0], [1, 1])}, "it must have two pads for each of its 4 axes"),
                ([op("PAD", "x,p", "y")], {"p": whole([0, 0], [-1, 0], [0, 0], [0, 0])}, "one of its pads is negative"),
                ([op("MIRROR_PAD", "x,p", "y", mode=1)], {"p": whole([0, 0], [2, 2], [0, 0], [0, 0])},
                 "the mode SYMMETRIC is supported only where it pads by 1"),
                ([op("RESIZE_BILINEAR", "x,s", "y", align_corners=1, half_pixel_centers=1)], {"s": whole(9, 9)},
                 "align_corners and half_pixel_centers exclude each other"),
                ([op("RESIZE_BILINEAR", "x,s", "y")], {"s": whole(9)}, "its size is not a height and a width"),
                ([op("CAST", "x", "y")], {"y": Shaped(dtype="int32")}, "a cast to integers is not supported")):
            with self.subTest(what=what):
                self.refuse_ops(ops, tensors, f'error: node "y" ({ops[-1][0]}): {what}')

    def test_tensors(self):
        add = [op("ADD", "x,c", "y")]
        root = tflite_file.describe(add, {"c": numbers(4)}, {"x": (1, 6, 6, 4)}, ["y"])
        tensor = root[2][1][0][0][1][0]
        for fields, said in (({1: ("b", 5)}, "its element type, STRING, is not supported"),
                             ({1: ("b", 17)}, "its element type, INT4, is not supported"),
                             ({1: ("b", 77)}, "its element type, number 77, is not supported"),
                             ({0: ("I", [5])}, "it does not have as many bytes as its shape says"),
                             ({0: ("I", [-4])}, "its shape has more than 8 axes, a negative size, or too many elements"),
                             ({0: ("I", [1] * 9)}, "its shape has more than 8 axes, a negative size, or too many elements"),
                             ({5: ("b", 1)}, "it is a variable, which keeps a state from run to run; that is not supported"),
                             ({6: ("t", tflite_file.Table())}, "it is sparse, which is not supported")):
            with self.subTest(said=said):
                before = dict(tensor)
                tensor.update(fields)
                self.refuse(tflite_file.finish(root), f'error: tensor "c": {said}')
                tensor.clear()
                tensor.update(before)
        scales = Quantized(numpy.ones(4, numpy.int8), [1, 2, 3])
        self.refuse_ops(add, {"c": scales}, 'error: tensor "c": its scales and zero points do not fit its shape')
        self.refuse_ops([op("ADD", "x,nothing", "y")], {}, 'error: node "y" (ADD): its input "nothing" is made by no node before it')

    def test_inputs_and_outputs(self):
        relu = [op("RELU", "x", "y")]
        for shape, said in (((2, 3, 3, 2), ('error: input "x" holds 2 samples; networks take one at a time',
                                            "note: export with a batch of 1, or leave the first size open")),
                            ((1, 2, 3, 4, 5), ('error: input "x" has 5 axes; from 1 to 4 are supported',))):
            self.refuse(tflite_file.model(relu, {}, {"x": shape}, ["y"]), *said)
        self.refuse(tflite_file.model(relu, {}, {"x": Shaped(1, 3, 3, 2, dtype="int64")}, ["y"]),
                    'error: input "x" has elements of type INT64; only floats and bytes are supported')
        self.refuse(tflite_file.model(relu, {}, {}, ["y"]), "error: the network has no input")
        self.refuse(tflite_file.model(relu, {}, {"x": (1, 3, 3, 2)}, []), "error: the network has 0 outputs; from 1 to 64 are supported")
        self.refuse(tflite_file.model(relu, {"c": numbers(3)}, {"x": (1, 3, 3, 2)}, ["c"]),
                    'error: output "c" is the same for every input')
        for words, said in ((["-w", "w.npz"], "-w"), (["-D", "a=1"], "-D"), (["--seed", "3"], "--seed"), (["--variant", "a"], "--variant")):
            done = self.lcc("m.tflite", "-o", "m.c", *words)
            self.assertEqual(done.stderr, "lcc: error: m.tflite: a TensorFlow Lite model has its own weights, and no variants or params: "
                             f"{said} cannot be given\n1 error\n")

    def test_files_that_are_not_whole(self):
        root = tflite_file.describe([op("RELU", "x", "y")], {}, {"x": (1, 3, 3, 2)}, ["y"])
        good = tflite_file.finish(root)
        begin = "error: this is not a whole TensorFlow Lite model: "
        self.refuse(good[:7], begin + "it does not have the identifier of its format")
        self.refuse(tflite_file.finish(root, b"TFL4"), begin + "it does not have the identifier of its format")
        self.refuse(b"\xff\xff\xff\xff" + good[4:], begin + "an offset leads outside of it")
        root[0] = ("u", 2)
        self.refuse(tflite_file.finish(root), "error: it has version 2 of the schema of TensorFlow Lite; only version 3 is read")
        root[0] = ("u", 3)
        root[2] = ("T", [])
        self.refuse(tflite_file.finish(root), begin + "it has no graph")

    def test_every_beginning_of_a_file(self):
        """A file that is cut short anywhere is refused, and said to be no whole model."""
        data = tflite_file.model([op("ADD", "x,c", "y")], {"c": numbers(4)}, {"x": (1, 3, 3, 4)}, ["y"])
        for size in range(8, len(data), 37):
            self.write("m.tflite", data[:size])
            done = self.lcc("m.tflite", "-o", "m.c")
            self.assertEqual(done.returncode, 1)
            self.assertIn("m.tflite: error: this is not a whole TensorFlow Lite model: ", done.stderr)


if __name__ == "__main__":
    unittest.main()
