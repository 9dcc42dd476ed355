"""Blocks for random_more.py that map each element: activations, with what keeps their argument where they have values.

floor, ceil, round and sign are not here. A value of the network that is nearly whole may be rounded the other way by floats than
by the interpreter. test_pointwise.py has them, on exact values."""

ACTIVATIONS = ["gelu", "gelu_tanh", "elu(1)", "elu(alpha = 0.5)", "selu", "celu(1.5)", "celu(0.75)", "softplus", "softsign", "mish",
               "erf", "abs", "neg", "clip(-1, 1)", "clip(low = 0.25, high = 3.5)", "clip(0, 2)", "thresholded_relu(-1e6)"]
OF_POSITIVE = ["log", "sqrt", "reciprocal", "power(1.5)", "power(-0.75)", "power(0.5)", "power(-1)", "power(exponent = 2.25)"]
OF_SMALL = ["exp", "power(2)", "power(3)", "power(5)", "neg -> exp"]


def activation(net):
    net.say(net.stream.pick(ACTIVATIONS))


def conv_and_activation(net):
    """The activation rides on a convolution, behind its norm."""
    s = net.stream
    if net.conv():
        net.bn()
        net.say(s.pick(ACTIVATIONS))


def of_positive(net):
    s = net.stream
    net.say(s.pick(["abs -> clip(0.25, 9)", "sigmoid -> clip(0.1, 1)", "clip(0.5, 6)"]) + " -> " + s.pick(OF_POSITIVE))


def of_small(net):
    s = net.stream
    net.say(s.pick(["clip(-1.5, 1.5)", "tanh", "erf"]) + " -> " + s.pick(OF_SMALL))


def broadcast(net):
    """The tensor and a smaller one that is made of it: of one pixel, one channel, one row or column."""
    s = net.stream
    h, w, c = net.shape
    name = net.new_name()
    net.say("identity as " + name)
    small = s.pick(["global_avg_pool", "conv(1, 1)", "avg_pool([%d, 1], padding = valid)" % h, "slice(%d, 1)" % s.whole(0, c - 1),
                    "avg_pool([1, %d], padding = valid)" % w, "global_avg_pool -> conv(1, 1)", "conv(%d, 1)" % c, "tanh"])
    op = s.pick(["add", "sub", "min", "max", "mul", "div", "pow"])
    if op in ("mul", "div"):
        small += " -> sigmoid -> clip(0.25, 1)"
    if op == "pow":
        small += " -> sigmoid -> clip(0.1, 1)"
    swapped = op == "div" or (op == "sub" and s.chance(0.5))  # what divides may not come near 0, as the whole tensor may
    net.say(small if swapped else small + " -> %s(%s)" % (op, name))
    if swapped:
        gate = net.new_name()
        net.say("identity as " + gate)
        net.say("from " + name)
        net.say("%s(%s)" % (op, gate))
    if op == "pow":
        net.say("clip(0, 4)")


def constant(net):
    """A constant of the tensor's shape, or of one with fewer rows, columns or channels, is added."""
    s = net.stream
    name = net.new_name()
    net.say("identity as " + name)
    net.say("constant(%d, %d, %d)%s" % (*[n if s.chance(0.6) else 1 for n in net.shape], net.label()))
    net.say("%s(%s)" % (s.pick(["add", "sub", "min", "max"]), name))


BLOCKS = [broadcast, constant, activation, conv_and_activation, of_positive, of_small]
