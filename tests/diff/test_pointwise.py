#!/usr/bin/env python3
"""Ops that map each element, against PyTorch in float64: test_pointwise.py LCC [TARGET ..]

One network has every op many times, each reading the inputs and each with an output of its own. The interpreter must agree with
PyTorch within 1e-12 of the output's largest value, and the C of each target with the interpreter within 2e-6 of each channel's.
Exit status 77 where there is no PyTorch; a target whose tools are missing is passed over.
"""
import os
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import emitted  # noqa: E402
from machines import Missing, machine_for  # noqa: E402

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print("no PyTorch here (Debian's python3-torch)")
    sys.exit(77)

INTERPRETER, FLOATS = 1e-12, 2e-6

# Of any number; then of positive ones. The layers in a .net file, and what PyTorch calls them.
OF_ANY = {
    "exp": torch.exp, "abs": torch.abs, "neg": torch.neg, "erf": torch.erf, "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "elu(1)": F.elu, "elu(alpha = 0.3)": lambda x: F.elu(x, 0.3),
    "elu(-0.5)": lambda x: F.elu(x, -0.5), "selu": F.selu, "celu(1)": F.celu, "celu(alpha = 2.5)": lambda x: F.celu(x, 2.5),
    "softplus": lambda x: F.softplus(x, threshold=1e9), "softsign": F.softsign, "mish": F.mish,
    "power(2)": lambda x: x ** 2, "power(3)": lambda x: x ** 3, "power(4)": lambda x: x ** 4, "power(5)": lambda x: x ** 5,
    "power(0)": lambda x: x ** 0, "power(-1)": lambda x: x ** -1, "power(-3)": lambda x: x ** -3,
    "clip(-1, 1)": lambda x: x.clamp(-1, 1), "clip(low = 0.5, high = 2.25)": lambda x: x.clamp(0.5, 2.25),
    "clip(1, 1)": lambda x: x.clamp(1, 1), "thresholded_relu(0.7)": lambda x: F.threshold(x, 0.7, 0),
    "thresholded_relu(alpha = -0.7)": lambda x: F.threshold(x, -0.7, 0), "floor": torch.floor, "ceil": torch.ceil,
    "round": torch.round, "sign": torch.sign, "reciprocal": torch.reciprocal,
}
OF_POSITIVE = {
    "log": torch.log, "sqrt": torch.sqrt, "power(0.5)": lambda x: x ** 0.5, "power(1.7)": lambda x: x ** 1.7,
    "power(-2.3)": lambda x: x ** -2.3,
}


def is_there(target):
    """Whether this machine has the tools for the target."""
    try:
        machine_for(target)
    except Missing:
        return False
    return True


class Cases:
    """The lines of a network over some inputs, and what PyTorch makes of them."""

    def __init__(self, inputs):
        self.inputs = inputs  # name: [h, w, c]
        self.x = {name: torch.from_numpy(value.astype(np.float64)) for name, value in inputs.items()}
        self.lines, self.names, self.expected = [], [], []
        self.weights = {}

    def add(self, first, line, expected):
        self.lines += ["    from " + first, "    " + line, "    output y%d" % len(self.expected)]
        self.names.append(first + " -> " + line)
        self.expected.append(expected.numpy())

    def net(self):
        heads = ["    input %s: f32[%d, %d, %d]" % (name, *value.shape) for name, value in self.inputs.items()]
        return "\n".join(["net cases {", *heads, *self.lines, "}", ""])


def functions(shape, seed):
    """Each function of one number. Among the values are whole ones and halves."""
    numbers = np.random.default_rng(seed)
    any_number = numbers.standard_normal(shape) * 3
    any_number.reshape(-1)[::7] = np.round(any_number.reshape(-1)[::7] * 2) / 2
    any_number[any_number == 0] = 0.5
    cases = Cases({"x": any_number.astype(np.float32), "p": (np.abs(any_number) + 0.01).astype(np.float32)})
    for line, function in OF_ANY.items():
        cases.add("x", line, function(cases.x["x"]))
    for line, function in OF_POSITIVE.items():
        cases.add("p", line, function(cases.x["p"]))
    return cases


JOINS = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "min": torch.minimum, "max": torch.maximum,
    "pow": torch.pow,
}


def joins(shape, seed):
    """Each op of two tensors, on tensors of which each axis is whole or 1; some with an activation behind."""
    numbers = np.random.default_rng(seed)
    inputs = {}
    for which in range(8):
        small = tuple(size if which >> i & 1 else 1 for i, size in enumerate(shape))
        inputs["p%d" % which] = (np.abs(numbers.standard_normal(small)) + 0.1).astype(np.float32)
    cases = Cases(inputs)
    for i, (name, x) in enumerate(cases.x.items()):
        for k, (other, y) in enumerate(cases.x.items()):
            for j, (op, function) in enumerate(JOINS.items()):
                if (i * 8 + k + j) % 3 == 0 or (i == 7 and op != "add"):
                    cases.add(name, "%s(%s)" % (op, other), function(x, y))
                elif j < 4:
                    cases.add(name, "%s(%s) -> hswish" % (op, other), F.hardswish(function(x, y)))
    return cases


def constants():
    """Constants from a file of weights, which join an input on either side."""
    numbers = np.random.default_rng(9)
    cases = Cases({"x": (np.abs(numbers.standard_normal((4, 3, 10))) + 0.1).astype(np.float32)})
    x = cases.x["x"]
    for i, shape in enumerate([(4, 3, 10), (1, 1, 10), (4, 1, 1), (1, 3, 10), (1, 1, 1)]):
        value = (np.abs(numbers.standard_normal(shape)) + 0.1).astype(np.float32)
        cases.weights["c%d.weight" % i] = value
        value = torch.from_numpy(value.astype(np.float64))
        cases.lines += ["    from x", '    constant(%d, %d, %d) @"c%d" as c%d' % (*shape, i, i)]
        for op, function in JOINS.items():
            cases.add("x", "%s(c%d)" % (op, i), function(x, value))
            cases.add("c%d" % i, "%s(x) -> tanh" % op, torch.tanh(function(value, x)))
    return cases


def check(lcc, cases, targets):
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        net = os.path.join(folder, "cases.net")
        with open(net, "w", encoding="utf-8") as file:
            file.write(cases.net())
        options = []
        if cases.weights:
            options = ["-w", os.path.join(folder, "weights.npz")]
            np.savez(options[1], **cases.weights)
        inputs = list(cases.inputs.values())
        truth = emitted.interpret(lcc, net, folder, inputs, len(cases.expected), options)
        for name, got, expected in zip(cases.names, truth, cases.expected):
            got = got.reshape(got.shape[-3:])
            if got.shape != expected.shape:
                faults.append("%s: shape %s, not %s" % (name, got.shape, expected.shape))
                continue
            error = np.max(np.abs(got - expected)) / max(np.max(np.abs(expected)), 1e-30)
            if not error <= INTERPRETER:
                faults.append("%s: the interpreter is off by %.3g of the largest value" % (name, error))
        for target in targets:
            results = emitted.Model(lcc, net, folder, options, target=target, name="m_" + target.replace("-", "_"),
                                    level="-O0" if target == "generic" else "-O1")(inputs)
            for name, got, expected in zip(cases.names, results, truth):
                error = emitted.largest_error([got], [expected])
                if not error <= FLOATS:
                    faults.append("%s for %s: off by %.3g of the channel's largest value" % (name, target, error))
    return faults


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: test_pointwise.py LCC [TARGET ..]")
    targets = [t for t in sys.argv[2:] if is_there(t)]
    faults, count = [], 0
    networks = [functions(shape, seed) for seed, shape in enumerate([(5, 7, 19), (1, 1, 33), (3, 2, 1)])]
    networks += [joins(shape, seed) for seed, shape in enumerate([(3, 5, 18), (1, 4, 9), (6, 1, 5)])]
    for cases in networks + [constants()]:
        faults += check(sys.argv[1], cases, targets)
        count += len(cases.expected)
    print("\n".join(faults + ["%d layers checked for %s, %d faults" % (count, ", ".join(targets), len(faults))]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
