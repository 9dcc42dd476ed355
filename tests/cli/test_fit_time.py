"""--fit is quick: three networks that come with lcc, with five pairs of limits each."""
import os
import unittest

from common import LCC, Case, run

PAIRS = (("x86-64-v3", "ram=512K,flash=8M"), ("x86-64-v3", "ram=2M,time=20ms"), ("x86-64-v3", "macs=200M,params=3M"),
         ("cortex-m4", "ram=256K,flash=1M"), ("cortex-m4", "ram=512K,flash=4M"))


def spent():
    """Seconds of processor time of the programs that were run."""
    times = os.times()
    return times.children_user + times.children_system


class FitTime(Case):
    def test_networks(self):
        """A front, or the network that is the nearest to one, in under 10 s of processor time."""
        fronts = 0
        for network in ("mobilenet_v2.net", "mobilenet_v3_small.net", "efficientnet.net"):
            for target, pair in PAIRS:
                with self.subTest(network=network, limits=pair):
                    words = [LCC, network, "--fit", pair, "--target", target, "--clock", "1G"]
                    before = spent()
                    done = run(words + (["--dtype", "int8"] if target == "cortex-m4" else []), self.folder)
                    self.assertLess(spent() - before, 10)
                    if done.returncode == 0:
                        self.assertRegex(done.stdout, r" keep the limits, [1-9][0-9]* of them are on the front")
                        fronts += 1
                    else:
                        self.assertIn("the nearest candidate, ", done.stderr)
        self.assertGreaterEqual(fronts, 12)


if __name__ == "__main__":
    unittest.main()
