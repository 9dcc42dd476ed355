"""The networks of tests/zoo/models.py as PyTorch modules in float32, and as ONNX files.

The weights are those of `lcc --seed 0`, so that all rivals compute the same. What is exported is put as
simply as ONNX can, since no rival should lose by the way in which its file was made: TensorFlow's padding goes into the
convolution's own attribute, relu6 is one Clip, and a mean over height and width is the pooling operator that it is.
"""
import contextlib
import os
import sys
import warnings

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import helper
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "zoo"))
import models  # noqa: E402
import picture  # noqa: E402
import seeded  # noqa: E402
from models import ZOO, run  # noqa: E402

OPSET = 13  # from 14 on hswish is one operator, which ONNX Runtime is a little slower with than with x * HardSigmoid(x)


class Network(nn.Module):
    """A network that is a function, with the tensors that it asks its checkpoint for as parameters."""

    def __init__(self, network, checkpoint, x):
        super().__init__()
        self.network, self.held, self.places = network, nn.ParameterList(), {}
        make = checkpoint.tensor

        def tensor(name, *description, **more):
            if name not in self.places:
                self.places[name] = len(self.held)
                self.held.append(nn.Parameter(make(name, *description, **more).float(), requires_grad=False))
            return self.held[self.places[name]]

        checkpoint.tensor = tensor
        self(x)

    def forward(self, x):
        return self.network(x)


def images(name):
    """The image as bytes [h, w, c], and normalised as float32 [1, c, h, w]."""
    entry = ZOO[name]
    raw = np.frombuffer(picture.picture(entry.size, entry.size), np.uint8).reshape(entry.size, entry.size, 3)
    mean, std, divide = entry.normalize
    pixels = (raw.astype(np.float64) / divide - mean) / std
    return raw, np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32)


def module(name):
    """The network with its weights, in float32, ready to run."""
    network, checkpoint = ZOO[name].build()
    x = torch.from_numpy(images(name)[1])
    with torch.no_grad():
        if isinstance(network, nn.Module):
            return network.float().eval()
        return Network(network, checkpoint, x).eval()


# --- the ONNX file ---


class PaddedConv(torch.autograd.Function):
    """A convolution with zeros around it that need not be as many on each side: PyTorch has none, and ONNX has.
    `pads`: left, right, top, bottom, as F.pad takes them."""

    @staticmethod
    def forward(ctx, x, w, stride, pads, groups):
        return F.conv2d(F.pad(x, pads), w, None, stride, 0, 1, groups)

    @staticmethod
    def symbolic(g, x, w, stride, pads, groups):
        left, right, top, bottom = pads
        return g.op("Conv", x, w, kernel_shape_i=w.type().sizes()[2:], strides_i=[stride, stride], group_i=groups,
                    dilations_i=[1, 1], pads_i=[top, left, bottom, right])


class CountingAveragePool(torch.autograd.Function):
    """An average that counts its padding: the exporter writes a Pad of its own for it, which ONNX does not need."""

    @staticmethod
    def forward(ctx, x, kernel, stride, padding):
        return F.avg_pool2d(x, kernel, stride, padding)

    @staticmethod
    def symbolic(g, x, kernel, stride, padding):
        return g.op("AveragePool", x, kernel_shape_i=[kernel] * 2, strides_i=[stride] * 2, pads_i=[padding] * 4,
                    count_include_pad_i=1)


class Functions:
    """torch.nn.functional as models.py uses it, each function exported as the ONNX operator that it is."""

    def __init__(self):
        self.pads = None

    def __getattr__(self, name):
        return getattr(F, name)

    def pad(self, x, pads):
        """For the convolution that comes next. Sizes are tensors while PyTorch traces."""
        self.pads = [int(n) for n in pads]
        return x

    def conv2d(self, x, w, b, stride, padding, dilation, groups):
        pads, self.pads = self.pads, None
        if pads is None or not any(pads):
            return F.conv2d(x, w, b, stride, padding, dilation, groups)
        assert b is None and padding == 0 and dilation == 1
        return PaddedConv.apply(x, w, stride, pads, int(groups))

    @staticmethod
    def avg_pool2d(x, kernel, stride, padding, count_include_pad):
        if count_include_pad:
            return CountingAveragePool.apply(x, kernel, stride, padding)
        return F.avg_pool2d(x, kernel, stride, padding, count_include_pad=False)

    @staticmethod
    def relu6(x):
        return F.hardtanh(x, 0.0, 6.0)


def chunk(x, chunks, dim=0):
    """Tensor.chunk, which the exporter writes as slices between computed limits, as one Split."""
    return x.split(int(x.shape[dim]) // chunks, dim)


@contextlib.contextmanager
def exported_functions():
    """What the networks call is replaced by what exports well, for a while."""
    models.F, usual = Functions(), torch.Tensor.chunk
    torch.Tensor.chunk = chunk
    try:
        yield
    finally:
        models.F, torch.Tensor.chunk = F, usual


def attribute(node, name, default=None):
    return next((helper.get_attribute_value(a) for a in node.attribute if a.name == name), default)


def means_into_pools(graph):
    """ReduceMean over height and width becomes GlobalAveragePool, with a Flatten where the axes go."""
    for i in reversed(range(len(graph.node))):
        node = graph.node[i]
        if node.op_type != "ReduceMean" or sorted(a % 4 for a in attribute(node, "axes", [])) != [2, 3]:
            continue
        stays, out = attribute(node, "keepdims", 1), node.output[0]
        pooled = out if stays else out + "_pooled"
        made = [helper.make_node("GlobalAveragePool", [node.input[0]], [pooled], name=node.name)]
        if not stays:
            made.append(helper.make_node("Flatten", [pooled], [out], name=node.name + "_flat", axis=1))
        graph.node.remove(node)
        for node in reversed(made):
            graph.node.insert(i, node)


def write_onnx(name, path):
    x = torch.from_numpy(images(name)[1])
    with torch.no_grad(), exported_functions(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shapes that become constants are what we want
        torch.onnx.export(module(name), x, path + ".part", opset_version=OPSET, input_names=["image"],
                          output_names=["logits"], do_constant_folding=True)
    model = onnx.load(path + ".part")
    means_into_pools(model.graph)
    onnx.checker.check_model(model)
    onnx.save(model, path + ".part")
    os.replace(path + ".part", path)


def prepare(name, folder):
    """What a comparison needs of a network, in `folder`/NAME.*, made where it is not there or older than its sources: the
    ONNX file, the image as bytes and as floats, and the logits that PyTorch finds in double precision."""
    if name not in ZOO:
        raise RuntimeError(f"no network is called {name}")
    paths = {kind: os.path.join(folder, f"{name}.{kind}") for kind in ("onnx", "bytes", "floats", "logits")}
    newest = max(os.path.getmtime(source.__file__) for source in (sys.modules[__name__], models, seeded, picture))
    if any(not os.path.exists(path) or os.path.getmtime(path) < newest for path in paths.values()):
        raw, pixels = images(name)
        raw.tofile(paths["bytes"])
        pixels.tofile(paths["floats"])
        write_onnx(name, paths["onnx"])
        run(name)[0].astype(np.float32).tofile(paths["logits"])
    return paths
