#!/usr/bin/env python3
"""Prints a random quantised network: random_int.py SEED [--only BLOCK] [-o FILE]

Its layers compute with codes, integers of eight bits: every op that takes them, with uint8 and int8 ports, one scale for a tensor
or one for each channel, both roundings. A few networks have a part of floats. A network is valid by construction, as those of
random_net.py are, and its seeded weights use the range of the codes well; many codes saturate.

A tensor's scale is kept as the text that says it, so that equal scales are equal.
"""
import argparse
import glob
import importlib
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from random_net import Net  # noqa: E402
from random_window import Small, Wide, Window, divisors, pair_text  # noqa: E402

FIRST = 40000  # the first seed
BOUNDS = ["relu", "relu6", "clip(-1, 1)", "clip(low = 0.25, high = 3.5)", "clip(-0.5, 2.25)"]
TABLES = ["hswish", "swish", "leaky_relu(0.1)", "leaky_relu(0.25)", "gelu", "elu(1)", "selu", "softplus", "mish", "abs", "neg",
          "relu", "relu6", "clip(-1, 1)"]
GATES = ["sigmoid", "hsigmoid"]


def load_blocks():
    """The functions of the lists BLOCKS of all files random_int_*.py, with how often each is taken."""
    here = os.path.dirname(os.path.abspath(__file__))
    files = sorted(glob.glob(os.path.join(here, "random_int_*.py")))
    return [pair for f in files for pair in importlib.import_module(os.path.basename(f)[:-3]).BLOCKS]


class IntNet(Net):
    only = None  # the name of a block, to try it alone

    def __init__(self, seed):
        super().__init__(seed)
        self.limits = Wide if seed % 8 == 7 else Small
        self.q = None  # (text of the scale, zero point); None: floats
        self.kind = "int8"
        self.blocks = load_blocks()

    # --- scales

    def zero(self, least=-128):
        s = self.stream
        return least + s.weighted([(0, 3), (128, 2), (s.whole(0, 255), 4), (255, 0.2)])

    def any_q(self, factor=None, zero=None):
        """A scale, about `factor` times the tensor's own, and a zero point."""
        s = self.stream
        scale = 0.004 * 60 ** s.random() if factor is None else float(self.q[0]) * factor * (0.8 + 0.5 * s.random())
        return ("%.4g" % min(max(scale, 1e-4), 4)), self.zero() if zero is None else zero

    @staticmethod
    def words(q):
        return "q = [%s, %d]" % q

    def become(self, q, kind="int8"):
        self.q, self.kind = q, kind

    def need_int8(self):
        """What does not take uint8 needs a requantize, which often changes the type alone."""
        if self.kind == "uint8":
            q = (self.q[0], self.q[1] - 128) if self.stream.chance(0.6) else self.any_q(1)
            self.say("requantize(%s)" % self.words(q))
            self.become(q)

    def match_plain(self, q):
        """Ends with these codes of int8, whatever the shape is."""
        if self.q != q or self.kind != "int8":
            self.say("requantize(%s)" % self.words(q))
            self.become(q)

    def match(self, q):
        """Ends with these codes of int8."""
        if self.q == q and self.kind == "int8":
            return
        if self.stream.chance(0.3) and self.fits(self.shape, self.shape[0] * self.shape[1] * self.shape[2] ** 2):
            self.int_conv(out=self.shape[2], kernel=1, q=q)
        else:
            self.say("requantize(%s)" % self.words(q))
        self.become(q)

    # --- layers

    def weight_words(self):
        s = self.stream
        words = []
        if s.chance(0.25):
            words.append("one_weight_scale = true")
        self.bias_argument(words)
        return words

    def pad_words(self):
        return ["pad_value = %s" % self.stream.pick(["0.5", "-1", "1e6"])] if self.stream.chance(0.06) else []

    def bounds(self, p=0.5):
        if self.stream.chance(p):
            self.need_int8()
            self.say(self.stream.pick(BOUNDS))

    def table(self):
        self.need_int8()
        s = self.stream
        q = self.any_q(s.pick([0.5, 1, 1]))
        self.say("%s(%s)" % with_words(s.pick(TABLES), self.words(q)))
        self.become(q)

    def gate(self):
        self.need_int8()
        s = self.stream
        kind = s.pick(GATES + ["tanh"])
        q = ("0.0078125", 0) if kind == "tanh" else ("0.00390625", -128)
        self.say("%s(%s)" % (kind, self.words(q)))
        self.become(q)

    def activate(self):
        s = self.stream
        kind = s.weighted([("bounds", 5), ("table", 3), ("gate", 0.5), ("none", 2)])
        if kind != "none":
            {"bounds": lambda: self.bounds(1), "table": self.table, "gate": self.gate}[kind]()

    def int_conv(self, out=None, kernel=None, q=None, per_channel=False):
        """A conv of any window, or of this kernel with padding `same`. False where nothing fits."""
        s = self.stream
        h, w, c = self.shape
        for _ in range(20):
            win = None if kernel else Window(self)
            size = win.apply(h, w) if win else (h, w)
            o = out or self.channels()
            g = s.pick([d for d in divisors(c) if o % d == 0]) if s.chance(0.25) else 1
            taps = win.kernel[0] * win.kernel[1] if win else kernel * kernel
            if not size or not self.fits(size + (o,), size[0] * size[1] * o * taps * c // g):
                if kernel:
                    return False
                continue
            args = [str(o), pair_text(win.kernel) if win else str(kernel)] + (["groups = %d" % g] if g > 1 else [])
            args += win.arguments() + self.pad_words() if win else ["padding = same"]
            return self.say_kernel("conv", args, size + (o,), taps * c // g, q, per_channel)
        return False

    def int_depthwise(self, keep=False, q=None, per_channel=False):
        s = self.stream
        h, w, c = self.shape
        for _ in range(20):
            win = Window(self)
            size = win.apply(h, w)
            m = 1 if keep else s.weighted([(1, 5), (2, 1), (3, 0.5)])
            taps = win.kernel[0] * win.kernel[1]
            if not size or (keep and size != (h, w)) or not self.fits(size + (c * m,), size[0] * size[1] * c * m * taps):
                continue
            args = [pair_text(win.kernel)] + (["multiplier = %d" % m] if m > 1 else []) + win.arguments()
            args += [] if per_channel else self.pad_words()  # its input has a scale for each channel, too
            return self.say_kernel("depthwise", args, size + (c * m,), taps, q, per_channel)
        return False

    def say_kernel(self, op, args, shape, work, q, per_channel=False):
        q = q or self.any_q()
        scale = "q = [channels, %d]" % q[1] if per_channel else self.words(q)
        self.say("%s(%s)%s" % (op, ", ".join(args + self.weight_words() + [scale]), self.label()))
        self.macs += shape[0] * shape[1] * shape[2] * work
        self.shape = shape
        self.become(q)
        return True

    def int_pool(self):
        s = self.stream
        h, w, c = self.shape
        for _ in range(20):
            win = Window(self, pool=True)
            size = win.apply(h, w)
            if not size or not self.fits(size + (c,)):
                continue
            args = [pair_text(win.kernel)] + win.arguments()
            if s.chance(0.5):
                self.say("max_pool(%s)" % ", ".join(args))
            else:
                self.need_int8()
                q = self.any_q(0.7) if s.chance(0.3) else None
                args += [self.words(q)] if q else []
                args += ["count_pad = true"] if s.chance(0.2) else []
                self.say("avg_pool(%s)" % ", ".join(args))
                self.become(q or self.q)
            self.shape = size + (c,)
            return

    # --- the whole

    def name_int(self):
        name = self.new_name()
        self.say("identity as " + name)
        return name

    def int_input(self, name, shape):
        s = self.stream
        kind = s.pick(["uint8", "int8"])
        q = s.pick([("0.0078125", 128), ("0.00392156886", 0), ("1", 0)]) if kind == "uint8" else \
            s.pick([("0.0078125", 0), ("0.0235", -128), ("0.05", s.whole(-128, 127))])
        self.say("input %s: %s[%d, %d, %d] (%s)" % ((name, kind) + shape + (self.words(q),)))
        self.shape = shape
        self.become(q, kind)

    def step(self):
        s = self.stream
        block = s.weighted(self.blocks)
        if self.only:
            block = next(b for b, _ in self.blocks if b.__name__ == self.only)
        block(self)

    def end(self):
        s = self.stream
        kind = s.weighted([("classifier", 3), ("dense", 1), ("map", 3), ("bytes", 1), ("floats", 0.7), ("argmax", 0.5)])
        if kind == "classifier":
            self.need_int8()
            q = self.any_q(0.5) if s.chance(0.5) else None
            self.say("global_avg_pool" + ("(%s)" % self.words(q) if q else ""))
            self.become(q or self.q)
            self.shape = (1, 1, self.shape[2])
        if kind in ("classifier", "dense"):
            out = s.pick([1, 2, 10, 17, 33])
            self.say_kernel("dense", [str(out)], (1, 1, out), self.shape[0] * self.shape[1] * self.shape[2], None)
            self.bounds(0.2)
            if s.chance(0.4):
                q = ("0.00390625", -128)
                self.say("softmax(%s)" % self.words(q))
                self.become(q)
        if kind == "bytes":
            q = (self.q[0], self.q[1] + 128) if self.kind == "int8" and s.chance(0.6) else (self.any_q(1)[0], s.whole(0, 255))
            self.say("requantize(%s, dtype = uint8)" % self.words(q))
            self.become(q, "uint8")
        if kind == "floats":
            self.say("dequantize")
        if kind == "argmax":
            self.need_int8()
            self.say(s.pick(["argmax", "argmin"]) + s.pick(["", "(axis = h)", "(last = true)"]))
        self.output()
        if kind in ("map", "classifier") and s.chance(0.3):
            self.bounds(1)
            self.output()

    def write(self, seed):
        s = self.stream
        side = self.limits.SIDES
        self.int_input("image", (s.pick(side), s.pick(side), s.weighted([(3, 4), (1, 2), (4, 1), (2, 1), (7, 1)])))
        if s.chance(0.8) and self.int_conv():
            self.activate()
        for _ in range(s.whole(1, 10)):
            self.step()
        self.end()
        return "\n".join([
            "# random_int.py %d" % seed,
            "default padding = %s, bias = %s, naming = %s, rounding = %s" % (self.padding, s.pick(["true", "false"]), self.naming,
                                                                            s.pick(["once", "tflite"])),
            "",
            "net random_%d {" % seed,
        ] + self.lines + ["}", ""])


def with_words(layer, words):
    """The name of a layer, and its arguments with more words behind them."""
    name, _, rest = layer.partition("(")
    return name, (rest[:-1] + ", " if rest else "") + words


def write_network(seed):
    return IntNet(seed).write(seed)


def main():
    parser = argparse.ArgumentParser(description="Prints a random quantised network.")
    parser.add_argument("seed", type=int)
    parser.add_argument("--only", metavar="BLOCK", help="of all blocks, use only this one")
    parser.add_argument("-o", "--out", metavar="FILE")
    options = parser.parse_args()
    IntNet.only = options.only
    text = IntNet(options.seed).write(options.seed)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as out:
            out.write(text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
