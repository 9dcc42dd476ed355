"""The networks that PyTorch exports for this folder's tests, and what happens to a network's file: it is compiled and its
answers are compared, or it is refused.

Each network has a row in the NETWORKS of its module: what it is, how to make it, the sizes of its inputs without the batch, and
how it is exported:

    opset           11, 13 or 17
    training        norms and constants stay as they are; else the exporter folds them
    dynamic         all sizes but the channels are open in the file, and given by --input-shape
    initializers    weights are inputs too, as old exports have them
    batch           False where the sizes begin with no batch
    refused         the error that lcc refuses it with, or a list of them
"""
import json
import os
import re
import subprocess
import sys
import warnings

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("diff", "onnx", "tflite")]
import classifiers  # noqa: E402
import detectors  # noqa: E402
import maps  # noqa: E402
import runtime  # noqa: E402
import tokens  # noqa: E402
from emitted import Model, interpret, largest_error  # noqa: E402
from parts import settle, torch  # noqa: E402

GROUPS = {module.__name__: module.NETWORKS for module in (classifiers, detectors, maps, tokens)}
TOLERANCE = 1e-4 # of the largest output, for each channel
TARGETS = ("native", "generic")


class Wrong(Exception):
    """What is not as it should be."""


class File:
    """A network's file, what is given to it, and what it should answer: arrays by name in the file's order."""

    def __init__(self, path, inputs, answers, options=()):
        self.path, self.inputs, self.answers, self.options = path, inputs, answers, list(options)


def export(name, row, folder):
    """The network's ONNX file, with inputs, and PyTorch's answers to them."""
    _, make, sizes, form = row
    torch.manual_seed(1)
    module = settle(make())
    batch = form.get("batch", True)
    arrays = [torch.randn(1, *size) if batch else torch.rand(*size) for size in sizes]
    names = [f"in{i}" for i in range(len(arrays))]
    path = os.path.join(folder, name + ".onnx")
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answers = module(*arrays)
        answers = [answers] if isinstance(answers, torch.Tensor) else list(answers)
        modes = torch.onnx.TrainingMode
        axes = {n: {axis: f"size{axis}" for axis in range(a.dim()) if axis != 1} for n, a in zip(names, arrays)}
        torch.onnx.export(module, tuple(arrays), path, opset_version=form["opset"],
                          training=modes.PRESERVE if form.get("training") else modes.EVAL,
                          do_constant_folding=not form.get("training"), input_names=names,
                          output_names=[f"out{i}" for i in range(len(answers))],
                          dynamic_axes=axes if form.get("dynamic") else None,
                          keep_initializers_as_inputs=form.get("initializers"))
    inputs = {n: a.numpy() for n, a in zip(names, arrays)}
    options = []
    if form.get("dynamic"):
        options = [f"--input-shape={n}={','.join(map(str, a.shape))}" for n, a in inputs.items()]
    return File(path, inputs, {f"out{i}": a.detach().numpy() for i, a in enumerate(answers)}, options)


def as_lcc_has_it(array):
    """Maps [1, c, h, w] become [h, w, c]; all else keeps its order."""
    return numpy.ascontiguousarray(array[0].transpose(1, 2, 0) if array.ndim == 4 and array.shape[0] == 1 else array)


def give(file, about):
    """The inputs as the network takes them. Maps [1, c, h, w] become [h, w, c], and rows [1, c, n] become [n, c], where the
    network has them so."""
    given = []
    for array, port in zip(file.inputs.values(), about["inputs"]):
        shape = list(array.shape)
        if array.ndim == 4 and port["shape"] == [shape[2], shape[3], shape[1]]:
            array = array[0].transpose(1, 2, 0)
        elif array.ndim == 3 and shape[1] != shape[2] and port["shape"] == [1, shape[2], shape[1]]:
            array = array[0].T
        given.append(numpy.ascontiguousarray(array))
    return given


def compare(got, wanted, what):
    """The largest error of any channel; a vector is judged as a whole. `got`: a list of arrays; `wanted`: arrays by name."""
    if len(got) != len(wanted):
        raise Wrong(f"{what}: {len(got)} outputs, and {len(wanted)} are wanted")
    worst = 0.0
    for array, (name, answer) in zip(got, wanted.items()):
        answer = as_lcc_has_it(answer)
        if array.size != answer.size:
            raise Wrong(f"{what}: output {name} has {array.size} numbers, and {answer.size} are wanted")
        if answer.size > 1 and numpy.ptp(answer) <= 1e-3 * numpy.abs(answer).max():
            raise Wrong(f"{what}: all of output {name} is the same, which shows nothing")
        answer = answer.reshape(-1, answer.shape[-1] if answer.ndim else 1)
        judged = {"floor": 1} if len(answer) == 1 else {}
        worst = max(worst, largest_error([array.reshape(answer.shape)], [answer], **judged))
    return worst


def ask_onnxruntime(library, file):
    """ONNX Runtime's answers, which must be PyTorch's where there are such."""
    answers = library.run(file.path, file.inputs)
    if file.answers:
        off = compare([as_lcc_has_it(a) for a in answers.values()], file.answers, "PyTorch")
        if off > TOLERANCE:
            raise Wrong(f"ONNX Runtime and PyTorch differ by {off:.1e}")
    return answers


def run_lcc(lcc, file, *words):
    """What lcc writes to standard output."""
    return subprocess.run([lcc, file.path, *file.options, *words], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600).stdout


def ask_tflite(wasm, lcc, file):
    """The answers of TensorFlow Lite's own runtime, in the shapes that lcc tells."""
    (x,) = file.inputs.values()
    ports, numbers, answers = json.loads(run_lcc(lcc, file, "--emit", "json"))["outputs"], runtime.run(wasm, file.path, x), {}
    if sum(numpy.prod(port["shape"]) for port in ports) != numbers.size:
        raise Wrong(f"TensorFlow Lite gives {numbers.size} numbers")
    for port in ports:
        size = int(numpy.prod(port["shape"]))
        answers[port["name"]], numbers = numbers[:size].reshape(port["shape"]), numbers[size:]
    return answers


def ask_interpreter(lcc, file, folder):
    about = json.loads(run_lcc(lcc, file, "--emit", "json"))
    answers = interpret(lcc, file.path, folder, give(file, about), len(about["outputs"]), file.options)
    return {port["name"]: answer for port, answer in zip(about["outputs"], answers)}


def said_by(lcc, file, folder):
    """The errors that lcc refuses the file with, without its name; none if it takes it."""
    command = [lcc, file.path, *file.options, "--name", "model", "-o", os.path.join(folder, "refused.c")]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)
    if done.returncode not in (0, 1):
        raise Wrong(f"lcc exits with {done.returncode}: {done.stderr[-500:]}")
    lines = [line for line in done.stderr.splitlines() if "error: " in line]
    if done.returncode == 1 and not lines:
        raise Wrong(f"lcc refuses it without an error: {done.stderr[-500:]}")
    return [re.sub(r"^.*?error: ", "", line) for line in lines] if done.returncode else []


def run_compiled(lcc, cc, file, folder, answers):
    """Compiles the file for each target and compares its answers. Returns the largest error, and what lcc says of it."""
    worst, about = 0.0, {}
    for target in TARGETS:
        model = Model(lcc, file.path, folder, file.options, target, cc, "model_" + target, apart=True, level="-O1")
        about[target] = model.about
        off = compare(model(give(file, model.about)), answers, target)
        if off > TOLERANCE:
            raise Wrong(f"{target}: off by {off:.1e} of the largest output of a channel")
        worst = max(worst, off)
    return worst, about
