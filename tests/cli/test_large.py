"""Networks of as many layers as lcc takes, in the shapes that are dear where something is searched for in a row: nothing takes
long, measured as time of the processor."""
import os
import unittest

from common import Case, slowness, spent

MOST_SECONDS = 10


def net(body, shape="8, 8, 4", output="    output y\n"):
    return f"net m {{\n    input x: f32[{shape}]\n{body}{output}}}\n"


def branches(kind, count, layers):
    return f"    {kind} {{\n" + f"        branch {{ {layers} }}\n" * count + "    }\n"


NETS = {
    "split": net(branches("split", 4000, "conv(4, 3) -> relu"), "4, 4, 16000"),
    "concat": net(branches("concat", 9000, "conv(4, 1) -> relu")),
    "chain": net("".join(f"    conv({16 + i % 3 * 8}, 3)\n" for i in range(8000)), "32, 32, 16"),
    "pools": net("".join(f"    max_pool(3, stride = 1)\n    conv({3 + i % 13}, 1)\n    avg_pool(3, stride = 1)\n"
                         for i in range(6600))),
    "squeeze_excite": net("    inverted_residual(4, expand = 2, se = 0.25)\n" * 1000),
    "depthwise": net("".join(f"    conv({1 + i * 7 % 23}, 1)\n    depthwise(3)\n" for i in range(8000))),
    "long_lives": net("".join(f"    conv(4, 1) as a{i}\n" for i in range(9900))
                      + "".join(f"    add(a{i})\n" for i in range(9900))),
    "outputs": net("".join(f"    conv(4, 3) -> relu\n    output y{i}\n" for i in range(990)), output=""),
    "blocks": "".join(f"block b{i}(c) {{ conv(c, 1) }}\n" for i in range(15000)) + net(
        "".join(f"    b{i}(4)\n" for i in range(15000))),
    "unknown": "".join(f"param p{i} = {i}\n" for i in range(20000)) + net(
        "".join(f"    conv(q{i}, 1)\n" for i in range(10000))),
}


class Large(Case):
    def take(self, name, *words):
        done, seconds = spent(lambda: self.lcc(name + ".net", "--target", "x86-64-v3", "-o", "m.c", *words))
        self.assertEqual(done.returncode, 1 if name == "unknown" else 0, done.stderr[:500])
        self.assertLess(seconds, MOST_SECONDS * slowness(), (name, *words))

    def test_nothing_takes_long(self):
        for name, text in NETS.items():
            self.write(name + ".net", text)
            self.take(name)
            self.take(name, "--max-ram", "min")
            os.remove(self.path(name + ".net"))


if __name__ == "__main__":
    unittest.main()
