"""--weights-dtype f16 on the networks of dsl/: half the weights, no more memory beside them, and nearly the same answers."""
import json
import unittest

from common import SOURCE, Case

ZOO = ("mobilenet_v1 mobilenet_v2 mobilenet_v3_large mobilenet_v3_small shufflenet_v1 shufflenet_v2 mnasnet_a1 "
       "mnasnet_b1 efficientnet_lite efficientnet_b0").split()


class Sizes(Case):
    def about(self, net, *words):
        done = self.lcc(SOURCE + "/dsl/" + net + ".net", *words, "--emit", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_half_the_weights_and_no_more_arena(self):
        for net in ZOO:
            for target in ("generic", "x86-64-v3", "x86-64-v4"):
                floats, halves = self.about(net, "--target", target), self.about(net, "--target", target, "--weights-dtype", "f16")
                self.assertEqual((floats["weights_dtype"], halves["weights_dtype"]), ("f32", "f16"))
                self.assertLessEqual(halves["weights_bytes"], 0.52 * floats["weights_bytes"], (net, target))
                self.assertLessEqual(halves["arena_bytes"], floats["arena_bytes"], (net, target))
                self.assertLess(halves["rounding"]["largest_difference"], 0.01, net)
                self.assertNotIn("rounding", floats)


if __name__ == "__main__":
    unittest.main()
