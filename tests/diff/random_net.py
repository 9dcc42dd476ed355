#!/usr/bin/env python3
"""Prints a random network in the .net language: random_net.py SEED [-o FILE]

Seeds from WIDE on give networks with up to 600 channels on pictures of a few pixels, as the last layers of large networks are.
There are the sizes that the others never reach: maps whose pixels lie a multiple of 1 KB apart, and GEMMs that do not fit
a cache.

The differential tests compile many of these and hold the emitted C to the reference interpreter. A network is valid by
construction: the generator follows every shape, takes only windows that fit, and keeps sizes small (the interpreter
takes milliseconds) and odd (so that the remainders of tiles and vectors are met). The same seed gives the same network,
with any Python from 3.6 on: of `random` only random() is used, whose stream is fixed by its documentation.

Values stay in range: a batch norm follows most convolutions, and what multiplies is a gate.
"""
import argparse

from random_window import Small, Stream, Wide, Window, divisors, pair_text, real_text

ACTIVATIONS = ["relu", "relu6", "hswish", "swish", "silu", "sigmoid", "hsigmoid", "tanh", "leaky_relu(0.1)",
               "leaky_relu(0.25)"]
GATES = ["sigmoid", "hsigmoid"]
WIDE = 10000


class Net:
    def __init__(self, seed):
        self.limits = Wide if seed >= WIDE else Small
        self.stream = Stream(seed)
        s = self.stream
        self.lines = []
        self.head = []
        self.indent = 1
        self.padding = s.pick(["same", "symmetric"])
        self.bias = s.chance(0.25)
        self.naming = s.weighted([("torch", 2), ("keras", 1)])
        self.shape = None
        self.names = []  # tensors named by `as` on the net's own level: (name, shape)
        self.inputs = []
        self.count = 0
        self.labels = 0
        self.outputs = 0
        self.macs = 0
        self.blocks = set()

    # --- writing

    def say(self, line):
        self.lines.append("    " * self.indent + line if line else "")

    def open(self, line):
        self.say(line + " {")
        self.indent += 1

    def close(self, line=""):
        self.indent -= 1
        self.say("}" + line)

    def label(self):
        """A label for a third of the layers."""
        if not self.stream.chance(0.35):
            return ""
        self.labels += 1
        sign = "/" if self.naming == "keras" else "."
        return ' @"%s%s%d"' % (self.stream.pick(["layer", "conv_", "stage%sblock" % sign]), sign, self.labels)

    def new_name(self):
        self.count += 1
        return "x%d" % self.count

    # --- what fits

    def channels(self):
        """An output channel count: odd ones, primes, and the multiples that vectors like."""
        s = self.stream
        if self.limits is Wide:
            return s.pick([256, 512]) if s.chance(0.5) else s.whole(65, 300) if s.chance(0.7) else s.whole(1, 600)
        if s.chance(0.4):
            return s.pick([1, 3, 5, 7, 11, 13, 17, 19, 23, 31, 33, 47, 63, 65])
        if s.chance(0.5):
            return s.pick([4, 8, 12, 16, 24, 32, 40, 48])
        return s.whole(1, 40)

    def fits(self, shape, macs=0):
        h, w, c = shape
        return (h * w * c <= self.limits.MAX_ELEMENTS and c <= self.limits.MAX_CHANNELS and macs <= self.limits.MAX_MACS
                and self.macs + macs <= self.limits.MAX_TOTAL_MACS)

    # --- single layers

    def bn(self, p=0.85):
        s = self.stream
        if not s.chance(p):
            return False
        self.say("bn" + ("(eps = %s)" % s.pick(["1e-3", "0.01", "1e-5"]) if s.chance(0.25) else "") + self.label())
        return True

    def act(self, p=0.75):
        if self.stream.chance(p):
            self.say(self.stream.pick(ACTIVATIONS))

    def norm_and_act(self):
        """conv -> bn -> act most times; at times without, or the activation before the norm."""
        if self.stream.chance(0.1):
            self.act(1)
            self.bn(1)
        else:
            self.bn()
            self.act()

    def bias_argument(self, args):
        if self.stream.chance(0.2):
            args.append("bias = " + self.stream.pick(["true", "false"]))

    def conv(self, out=None, window=None, groups=None):
        """False where nothing that fits was found."""
        s = self.stream
        h, w, c = self.shape
        for _ in range(20):
            win = window or Window(self)
            size = win.apply(h, w)
            o = out or self.channels()
            g = groups or 1
            if not groups and s.chance(0.25):
                g = s.pick([d for d in divisors(c) if o % d == 0])
            if not size:
                continue
            macs = size[0] * size[1] * o * win.kernel[0] * win.kernel[1] * c // g
            if not self.fits(size + (o,), macs):
                continue
            args = [str(o), pair_text(win.kernel)]
            if g != 1:
                args.append("groups = %d" % g)
            args += win.arguments()
            self.bias_argument(args)
            self.say("conv(%s)%s" % (", ".join(args), self.label()))
            self.shape = size + (o,)
            self.macs += macs
            return True
        return False

    def depthwise(self, keep=False):
        s = self.stream
        h, w, c = self.shape
        for _ in range(20):
            win = Window(self)
            size = win.apply(h, w)
            m = 1 if keep else s.weighted([(1, 5), (2, 1), (3, 0.5)])
            if not size or (keep and size != (h, w)):
                continue
            macs = size[0] * size[1] * c * m * win.kernel[0] * win.kernel[1]
            if not self.fits(size + (c * m,), macs):
                continue
            args = [pair_text(win.kernel)] + (["multiplier = %d" % m] if m != 1 else []) + win.arguments()
            self.bias_argument(args)
            self.say("depthwise(%s)%s" % (", ".join(args), self.label()))
            self.shape = size + (c * m,)
            self.macs += macs
            return True
        return False

    def pool(self):
        s = self.stream
        h, w, c = self.shape
        for _ in range(20):
            win = Window(self, pool=True)
            size = win.apply(h, w)
            if not size or not self.fits(size + (c,)):
                continue
            name = s.pick(["max_pool", "avg_pool"])
            args = [pair_text(win.kernel)] + win.arguments()
            if name == "avg_pool" and s.chance(0.5):
                args.append("count_pad = " + s.pick(["true", "false"]))
            self.say("%s(%s)" % (name, ", ".join(args)))
            self.shape = size + (c,)
            return True
        return False

    def pad(self):
        s = self.stream
        h, w, c = self.shape
        sides = [s.whole(0, 2) for _ in range(4)]
        shape = (h + sides[0] + sides[1], w + sides[2] + sides[3], c)
        if self.fits(shape):
            self.say("pad([%d, %d, %d, %d])" % tuple(sides))
            self.shape = shape

    def upsample(self):
        s = self.stream
        h, w, c = self.shape
        factor = s.weighted([(2, 4), (3, 1)])
        shape = (h * factor, w * factor, c)
        if self.fits(shape):
            self.say("upsample(%d, mode = %s)" % (factor, s.pick(["nearest", "bilinear"])))
            self.shape = shape

    def shuffle(self):
        self.say("shuffle(%d)" % self.stream.pick(divisors(self.shape[2])))

    def slice(self):
        h, w, c = self.shape
        begin = self.stream.whole(0, c - 1)
        count = self.stream.whole(1, c - begin)
        self.say("slice(%d, %d)" % (begin, count))
        self.shape = (h, w, count)

    def normalize(self, divide):
        s = self.stream
        c = self.shape[2]

        def numbers(least, most):
            if s.chance(0.3):
                return real_text(least + s.random() * (most - least))
            return "[" + ", ".join(real_text(least + s.random() * (most - least)) for _ in range(c)) + "]"

        mean, std = numbers(0.2, 0.6), numbers(0.2, 0.4)
        self.say("normalize(mean = %s, std = %s%s)" % (mean, std, ", divide = %d" % divide if divide != 1 else ""))

    # --- structures that keep the shape, so that they may stand in a residual

    def keeping_body(self, depth):
        """Layers inside a body, from the shape back to the same shape."""
        s = self.stream
        h, w, c = self.shape
        if s.chance(0.5):
            self.conv_or_identity(min(c * s.pick([1, 2, 3, 4]), self.limits.MAX_CHANNELS), "1")
        if s.chance(0.8) and self.depthwise(keep=True):
            self.norm_and_act()
        if depth < 2 and s.chance(0.2):
            self.keeping(depth + 1)
        if s.chance(0.3):
            self.squeeze_excite()
        if self.shape[2] != c or s.chance(0.5):
            self.plain_conv(c)
            self.bn()
        elif s.chance(0.5):
            self.say("identity")
        else:
            self.act(1)

    def conv_or_identity(self, out, kernel):
        h, w, c = self.shape
        macs = h * w * c * out
        if self.fits((h, w, out), macs):
            self.say("conv(%d, %s)%s" % (out, kernel, self.label()))
            self.shape = (h, w, out)
            self.macs += macs
            self.norm_and_act()
        else:
            self.say("identity")

    def plain_conv(self, out):
        """1 x 1 whatever it costs: the channels have to come out right."""
        h, w, c = self.shape
        groups = self.stream.pick([d for d in divisors(c) if out % d == 0]) if self.stream.chance(0.2) else 1
        self.say("conv(%d, 1%s)%s" % (out, ", groups = %d" % groups if groups > 1 else "", self.label()))
        self.macs += h * w * c * out // groups
        self.shape = (h, w, out)

    def squeeze_excite(self):
        s = self.stream
        c = self.shape[2]
        mid = s.whole(1, max(1, c // 2))
        if s.chance(0.3):
            self.say("squeeze_excite(%d%s)" % (mid, ", act = %s, gate = %s" % (s.pick(ACTIVATIONS), s.pick(GATES))
                                               if s.chance(0.5) else ""))
            return
        self.open("scale")
        self.say("global_avg_pool")
        self.say("conv(%d, 1, bias = true) -> %s" % (mid, s.pick(ACTIVATIONS)))
        self.say("conv(%d, 1, bias = true) -> %s" % (c, s.pick(GATES)))
        self.close()

    def residual(self, depth):
        shape = self.shape
        self.open("residual")
        self.keeping_body(depth)
        assert self.shape == shape
        self.close()
        self.act(0.4)

    def split(self, depth):
        """Split and join again, often as ShuffleNetV2 does: one half untouched, then a shuffle."""
        s = self.stream
        h, w, c = self.shape
        parts = s.pick([d for d in divisors(c) if d <= 4])
        self.open("split")
        for i in range(parts):
            self.shape = (h, w, c // parts)
            self.open("branch")
            if i == 0 and s.chance(0.6):
                self.say("identity")
            else:
                self.keeping_body(depth)
            self.close()
        self.close()
        self.shape = (h, w, c)
        if s.chance(0.7):
            self.say("shuffle(%d)" % s.pick(divisors(c)))

    def keeping(self, depth=0):
        kind = self.stream.weighted([("residual", 3), ("split", 2), ("se", 1), ("shuffle", 0.5)])
        if kind == "residual":
            self.residual(depth)
        elif kind == "split":
            self.split(depth)
        elif kind == "se":
            self.squeeze_excite()
        else:
            self.shuffle()

    # --- structures that change the shape

    def concat(self):
        s = self.stream
        h, w, c = self.shape
        total = 0
        self.open("concat")
        for _ in range(s.whole(2, 4)):
            self.shape = (h, w, c)
            self.open("branch")
            kind = s.weighted([("conv", 4), ("identity", 1), ("pool", 1), ("keep", 1), ("slice", 1)])
            room = self.limits.MAX_CHANNELS // 4
            if kind == "conv":
                self.conv_or_identity(min(self.channels(), room), "1" if s.chance(0.5) else "3, padding = same")
            elif kind == "pool":
                self.say("%s(3, padding = same)" % s.pick(["max_pool", "avg_pool"]))
            elif kind == "keep":
                self.keeping_body(1)
            elif kind == "slice":
                self.slice()
            else:
                self.say("identity")
            total += self.shape[2]
            self.close()
        self.close()
        self.shape = (h, w, total)
        if not self.fits(self.shape):
            self.plain_conv(s.whole(3, 12))
            self.bn(1)

    def shuffle_units(self):
        """ShuffleNetV2's stage: halves that split, join and shuffle, again and again."""
        s = self.stream
        h, w, c = self.shape
        half = s.pick([3, 5, 6, 8, 11, 12])
        if not self.fits((h, w, 2 * half)):
            return
        if s.chance(0.4):
            self.say("shuffle_unit_v2(%d, stride = 2)" % (2 * half))
            self.shape = (-(-h // 2), -(-w // 2), 2 * half)
            for _ in range(s.whole(0, 3)):
                self.say("shuffle_unit_v2(%d)" % (2 * half))
            return
        self.plain_conv(2 * half)
        self.norm_and_act()
        for _ in range(s.whole(1, 4)):
            self.open("split")
            self.open("branch")
            self.say("identity")
            self.close()
            self.open("branch")
            self.say("conv(%d, 1) -> bn -> relu" % half)
            self.say("depthwise(3, padding = same) -> bn")
            self.say("conv(%d, 1) -> bn -> relu" % half)
            self.close()
            self.close()
            self.say("shuffle(2)")
            self.macs += h * w * half * (2 * half + 9)

    def inverted_residuals(self):
        """The prelude's block, alone or as a stage."""
        s = self.stream
        h, w, _ = self.shape
        out = self.channels()
        stride = s.pick([1, 2])
        size = (-(-h // stride), -(-w // stride), out)
        if not self.fits(size):
            return
        self.shape = size
        options = ""
        if s.chance(0.5):
            options += ", expand = %d" % s.pick([1, 2, 3, 6])
        if s.chance(0.4):
            options += ", kernel = %d" % s.pick([3, 5])
        if s.chance(0.4):
            options += ", se = 0.25"
        if s.chance(0.4):
            options += ", act = " + s.pick(ACTIVATIONS)
        if s.chance(0.5):
            self.say("inverted_residual(%d, stride = %d%s)%s" % (out, stride, options, self.label()))
        else:
            self.open("stage inverted_residual" + self.label())
            self.say("repeat | out | stride | expand | se")
            self.say("%6d | %3d | %6d | %6d | %s" % (s.whole(1, 2), out, stride, s.pick([1, 2, 4]), s.pick(["0", "0.25"])))
            self.close()

    def separables(self):
        s = self.stream
        h, w, _ = self.shape
        out = self.channels()
        stride = s.pick([1, 2])
        size = (-(-h // stride), -(-w // stride), out)
        if self.fits(size):
            self.say("separable(%d, stride = %d%s)%s" % (out, stride, s.pick(["", ", kernel = 5", ", act = hswish"]),
                                                         self.label()))
            self.shape = size

    # --- graphs by name

    def name_here(self):
        """Gives the tensor a name; the layer before the `as` is one that costs nothing."""
        name = self.new_name()
        self.say("%s as %s" % (self.stream.pick(["identity", "relu", "dropout", "bn"]), name))
        self.names.append((name, self.shape))
        return name

    def join_named(self):
        """Joins an older tensor that fits: add, mul by a gate, concat; some of them go back first."""
        s = self.stream
        h, w, c = self.shape
        same = [n for n, shape in self.names if shape == self.shape]
        sized = [n for n, shape in self.names if shape[:2] == (h, w) and self.fits((h, w, c + 2 * shape[2]))]
        kind = s.weighted([("add", 2), ("product", 1), ("concat", 2), ("gate", 2), ("shift", 1)])
        if kind == "add" and same:
            self.say("add(%s)" % s.pick(same))
        elif kind == "product" and same:
            self.say(s.pick(GATES))
            self.say("mul(%s)" % s.pick(same))
        elif kind == "concat" and sized:
            first = s.pick(sized)
            names = [first] + ([first] if s.chance(0.3) else [])
            self.say("concat(%s)" % ", ".join(names))
            self.shape = (h, w, c + len(names) * dict(self.names)[first][2])
        else:
            big = self.name_here()
            small = self.new_name()
            self.say("global_avg_pool")
            if kind == "gate" or s.chance(0.5):
                self.say("conv(%d, 1, bias = true) -> %s as %s" % (c, s.pick(GATES), small))
                joins = "mul"
            else:
                self.say("tanh as " + small)
                joins = "add"
            if s.chance(0.5):
                self.say("from " + big)
                self.say("%s(%s)" % (joins, small))
            else:
                self.say("%s(%s)" % (joins, big))
            self.shape = (h, w, c)

    def go_back(self):
        if self.names:
            name, shape = self.stream.pick(self.names)
            self.say("from " + name)
            self.shape = shape

    def output(self):
        self.outputs += 1
        self.say("output %s%d" % (self.stream.pick(["probs", "logits", "map", "y"]), self.outputs))

    # --- the whole

    def input(self, name, shape):
        s = self.stream
        kind = s.weighted([("uint8", 3), ("f32", 2), ("int8", 1)])
        self.say("input %s: %s[%d, %d, %d]" % ((name, kind) + shape))
        self.shape = shape
        self.names.append((name, shape))
        if s.chance(0.08):
            self.output()  # an output straight from an input
        if kind != "f32":
            if s.chance(0.75):
                self.normalize(255 if kind == "uint8" else 128)
            else:
                s.pick([lambda: self.bn(1), self.conv, self.depthwise, self.pool, self.shuffle])()
                self.say("normalize(mean = 0, std = 1, divide = 300)")
            self.names.remove((name, shape))  # raw pixels are not joined with anything
        elif s.chance(0.2):
            self.normalize(1)

    def second_input(self):
        """Joined over channels where the size agrees, else as a vector that is added to every pixel."""
        s = self.stream
        first, (h, w, c) = self.name_here(), self.shape
        if s.chance(0.5):
            self.input("extra", (h, w, s.whole(1, 4)))
        else:
            self.input("extra", (s.whole(1, 5), s.whole(1, 5), s.whole(1, 6)))
        if self.shape[:2] == (h, w) and self.fits((h, w, c + self.shape[2])):
            self.say("concat(%s)" % first)
            self.shape = (h, w, c + self.shape[2])
        elif self.shape[0] * self.shape[1] * self.shape[2] * c <= self.limits.MAX_MACS:
            self.say("dense(%d) -> tanh" % c)
            self.say("add(%s)" % first)
            self.shape = (h, w, c)

    def step(self):
        s = self.stream
        kind = s.weighted([("conv", 6), ("depthwise", 4), ("pool", 1.5), ("keeping", 4), ("concat", 2), ("units", 1.5),
                           ("inverted", 2), ("separable", 1), ("named", 3), ("back", 0.6), ("pad", 0.7),
                           ("upsample", 0.8), ("bn", 1), ("act", 1), ("slice", 0.6), ("shuffle", 0.6),
                           ("softmax", 0.2), ("nothing", 0.4), ("output", 0.5)])
        if kind == "conv":
            if s.chance(0.2):
                self.bn(1)  # before a convolution: its shift must not leak into the padding
            if self.conv():
                self.norm_and_act()
        elif kind == "depthwise":
            if self.depthwise():
                self.norm_and_act()
        elif kind == "bn":
            self.bn(1)
        elif kind == "act":
            self.act(1)
        elif kind == "softmax":
            self.say("softmax")
        elif kind == "nothing":
            self.say(s.pick(["identity", "dropout"]))
        else:
            {"pool": self.pool, "keeping": self.keeping, "concat": self.concat, "units": self.shuffle_units,
             "inverted": self.inverted_residuals, "separable": self.separables, "named": self.join_named,
             "back": self.go_back, "pad": self.pad, "upsample": self.upsample, "slice": self.slice,
             "shuffle": self.shuffle, "output": self.output}[kind]()

    def end(self):
        """A classifier's head, a flattened map, or the map as it is."""
        s = self.stream
        h, w, c = self.shape
        kind = s.weighted([("classifier", 4), ("dense", 1.5), ("flatten", 1), ("map", 2), ("view", 1)])
        if kind == "classifier":
            self.say("global_avg_pool")
            if s.chance(0.3):
                self.say("flatten")
            self.dense(c)
        elif kind == "dense":
            if s.chance(0.5):
                self.say("flatten")
            self.dense(h * w * c)
        elif kind == "flatten":
            self.say("flatten")
        elif kind == "view":
            self.slice() if s.chance(0.5) else self.shuffle()
        if s.chance(0.3):
            self.say("softmax")
        self.output()
        if s.chance(0.3):
            self.act(1)  # an output that is read on
            self.output()

    def dense(self, n_in):
        s = self.stream
        out = s.pick([1, 2, 3, 10, 17, 33])
        if n_in * out > self.limits.MAX_MACS:
            out = 1
        self.say("dense(%d%s)%s" % (out, s.pick(["", "", ", bias = false"]), self.label()))
        self.act(0.4)
        if s.chance(0.2):
            self.say("dense(%d)" % s.whole(1, 12))

    def write(self, seed):
        s = self.stream
        side = self.limits.SIDES
        self.input("image", (s.pick(side), s.pick(side), s.weighted([(3, 4), (1, 2), (4, 1), (2, 1), (7, 1)])))
        if s.chance(0.8) and self.conv():
            self.norm_and_act()
        second = s.chance(0.25)
        steps = s.whole(1, 14)
        for i in range(steps):
            if second and i == steps // 2:
                self.second_input()
            self.step()
        self.end()
        bias = "true" if self.bias else "false"
        return "\n".join([
            "# random_net.py %d" % seed,
            "default padding = %s, eps = %s, bias = %s, naming = %s" % (self.padding, s.pick(["1e-5", "1e-3"]), bias,
                                                                       self.naming),
            "",
            "net random_%d {" % seed,
        ] + self.lines + ["}", ""])


def main():
    parser = argparse.ArgumentParser(description="Prints a random network in the .net language.")
    parser.add_argument("seed", type=int)
    parser.add_argument("-o", "--out", metavar="FILE")
    options = parser.parse_args()
    text = Net(options.seed).write(options.seed)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as out:
            out.write(text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
