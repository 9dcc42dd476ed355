"""--fit is quick: three networks that come with lcc, with five pairs of limits each."""
import unittest

from common import LCC, Case, run, slowness, spent

PAIRS = (("x86-64-v3", "ram=512K,flash=8M"), ("x86-64-v3", "ram=2M,time=20ms"), ("x86-64-v3", "macs=200M,params=3M"),
         ("cortex-m4", "ram=256K,flash=1M"), ("cortex-m4", "ram=512K,flash=4M"))


class FitTime(Case):
    def test_networks(self):
        """A front, or the network that is the nearest to one, in under 10 s of processor time."""
        fronts = 0
        for network in ("mobilenet_v2.net", "mobilenet_v3_small.net", "efficientnet.net"):
            for target, pair in PAIRS:
                with self.subTest(network=network, limits=pair):
                    words = [LCC, network, "--fit", pair, "--target", target, "--clock", "1G"]
                    words += ["--dtype", "int8"] if target == "cortex-m4" else []
                    done, seconds = spent(lambda: run(words, self.folder))
                    self.assertLess(seconds, 10 * slowness())
                    if done.returncode == 0:
                        self.assertRegex(done.stdout, r" keep the limits, [1-9][0-9]* of them are on the front")
                        fronts += 1
                    else:
                        self.assertIn("the nearest candidate, ", done.stderr)
        self.assertGreaterEqual(fronts, 12)


if __name__ == "__main__":
    unittest.main()
