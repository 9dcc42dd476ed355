#!/usr/bin/env python3
"""Whole networks made of the prelude's blocks, against the parameters and MACs of the papers and libraries.

    check_networks.py DRIVER

Parameters are torchvision's, timm's or Keras's own counts, with a norm's gamma and beta; MACs count conv and dense.
The networks are as short as the prelude lets them be: this is also what it is for.
"""
import os
import subprocess
import sys
import tempfile

HEAD = """param width = 1.0
fn ch(c) = divisible(c * width, 8)
net n {
    input image: uint8[224, 224, 3] -> normalize(mean = 127.5, std = 127.5)
"""
TAIL = "    global_avg_pool -> dense(1000) -> softmax\n    output probs\n}\n"

MOBILENET_V1 = HEAD.replace("divisible(c * width, 8)", "floor(c * width)") + """
    conv(ch(32), 3, stride = 2) -> bn -> relu6
    stage separable {
        repeat | ch(out) | stride
           1   |    64   |   1
           2   |   128   |   2
           2   |   256   |   2
           6   |   512   |   2
           2   |  1024   |   2
    }
""" + TAIL

MOBILENET_V2 = HEAD + """
    conv(ch(32), 3, stride = 2) -> bn -> relu6
    stage inverted_residual {
        expand | ch(out) | repeat | stride
           1   |    16   |    1   |    1
           6   |    24   |    2   |    2
           6   |    32   |    3   |    2
           6   |    64   |    4   |    2
           6   |    96   |    3   |    1
           6   |   160   |    3   |    2
           6   |   320   |    1   |    1
    }
    conv(1280, 1) -> bn -> relu6
""" + TAIL

EFFICIENTNET = """param depth = 1.0
param resolution = 224
fn layers(n) = ceil(n * depth)
""" + HEAD.replace("224, 224", "resolution, resolution") + """
    conv(ch(32), 3, stride = 2) -> bn -> swish
    stage inverted_residual {
        layers(repeat) | kernel | stride | expand | ch(out) | se   | act
              1        |   3    |   1    |   1    |    16   | 0.25 | swish
              2        |   3    |   2    |   6    |    24   | 0.25 | swish
              2        |   5    |   2    |   6    |    40   | 0.25 | swish
              3        |   3    |   2    |   6    |    80   | 0.25 | swish
              3        |   5    |   1    |   6    |   112   | 0.25 | swish
              4        |   5    |   2    |   6    |   192   | 0.25 | swish
              1        |   3    |   1    |   6    |   320   | 0.25 | swish
    }
    conv(ch(1280), 1) -> bn -> swish
""" + TAIL

MNASNET_B1 = HEAD + """
    conv(32, 3, stride = 2) -> bn -> relu
    stage inverted_residual {
        repeat | kernel | stride | expand | out | act
           1   |   3    |   1    |   1    |  16 | relu
           3   |   3    |   2    |   3    |  24 | relu
           3   |   5    |   2    |   3    |  40 | relu
           3   |   5    |   2    |   6    |  80 | relu
           2   |   3    |   1    |   6    |  96 | relu
           4   |   5    |   2    |   6    | 192 | relu
           1   |   3    |   1    |   6    | 320 | relu
    }
    conv(1280, 1) -> bn -> relu
""" + TAIL

MNASNET_A1 = HEAD + """
    conv(32, 3, stride = 2) -> bn -> relu
    stage inverted_residual {
        repeat | kernel | stride | expand | out | se   | act
           1   |   3    |   1    |   1    |  16 |  0   | relu
           2   |   3    |   2    |   6    |  24 |  0   | relu
           3   |   5    |   2    |   3    |  40 | 0.25 | relu
           4   |   3    |   2    |   6    |  80 |  0   | relu
           2   |   3    |   1    |   6    | 112 | 0.25 | relu
           3   |   5    |   2    |   6    | 160 | 0.25 | relu
           1   |   3    |   1    |   6    | 320 |  0   | relu
    }
    conv(1280, 1) -> bn -> relu
""" + TAIL

SHUFFLENET_V1 = """param groups = 3
param base = 240
""" + HEAD + """
    conv(24, 3, stride = 2) -> bn -> relu
    max_pool(3, stride = 2)
    stage shuffle_unit {
        repeat |   out    | stride | groups | first_groups
           1   |   base   |   2    | groups |      1
           3   |   base   |   1    | groups |   groups
           8   | 2 * base |   2    | groups |   groups
           4   | 4 * base |   2    | groups |   groups
    }
""" + TAIL.replace("dense(1000)", "dense(1000, bias = false)")

SHUFFLENET_V2 = "".join(f"param c{i} = {c}\n" for i, c in enumerate((116, 232, 464, 1024), 2)) + HEAD + """
    conv(24, 3, stride = 2) -> bn -> relu
    max_pool(3, stride = 2)
    stage shuffle_unit_v2 {
        repeat | out | stride
           4   | c2  |   2
           8   | c3  |   2
           4   | c4  |   2
    }
    conv(c5, 1) -> bn -> relu
""" + TAIL

# network, settings, parameters (exact, or in millions to two places), MACs in millions (as many places as given)
FACTS = [
    ("MobileNetV1 1.0", MOBILENET_V1, {}, 4231976, "568.7"),
    ("MobileNetV1 0.75", MOBILENET_V1, {"width": 0.75}, 2585560, "325.4"),
    ("MobileNetV1 0.5", MOBILENET_V1, {"width": 0.5}, 1331592, "149.5"),
    ("MobileNetV1 0.25", MOBILENET_V1, {"width": 0.25}, 470072, "41.0"),
    ("MobileNetV2 1.0", MOBILENET_V2, {}, 3504872, "300.8"),
    ("EfficientNet B0", EFFICIENTNET, {}, 5288548, "386"),
    ("EfficientNet B1", EFFICIENTNET, {"depth": 1.1, "resolution": 240}, 7794184, "687"),
    ("EfficientNet B2", EFFICIENTNET, {"width": 1.1, "depth": 1.2, "resolution": 260}, 9109994, "994"),
    ("EfficientNet B3", EFFICIENTNET, {"width": 1.2, "depth": 1.4, "resolution": 300}, 12233232, "1827"),
    ("EfficientNet B4", EFFICIENTNET, {"width": 1.4, "depth": 1.8, "resolution": 380}, 19341616, "4394"),
    ("EfficientNet B7", EFFICIENTNET, {"width": 2.0, "depth": 3.1, "resolution": 600}, 66347960, "37746"),
    ("MnasNet B1", MNASNET_B1, {}, 4383312, "314.4"),
    ("MnasNet A1", MNASNET_A1, {}, 3887038, "311.6"),
    ("ShuffleNetV1 g1", SHUFFLENET_V1, {"groups": 1, "base": 144}, "1.53", "143.1"),
    ("ShuffleNetV1 g2", SHUFFLENET_V1, {"groups": 2, "base": 200}, "1.73", "140.8"),
    ("ShuffleNetV1 g3", SHUFFLENET_V1, {}, "1.86", "137.5"),
    ("ShuffleNetV1 g4", SHUFFLENET_V1, {"groups": 4, "base": 272}, "1.97", "134.3"),
    ("ShuffleNetV1 g8", SHUFFLENET_V1, {"groups": 8, "base": 384}, "2.43", "138.4"),
    ("ShuffleNetV2 0.5", SHUFFLENET_V2, {"c2": 48, "c3": 96, "c4": 192}, 1366792, "40.5"),
    ("ShuffleNetV2 1", SHUFFLENET_V2, {}, 2278604, "144.9"),
    ("ShuffleNetV2 1.5", SHUFFLENET_V2, {"c2": 176, "c3": 352, "c4": 704}, 3503624, "295.8"),
    ("ShuffleNetV2 2", SHUFFLENET_V2, {"c2": 244, "c3": 488, "c4": 976, "c5": 2048}, 7393996, "583.3"),
]


def main():
    driver = os.path.abspath(sys.argv[1])
    wrong = 0
    for name, network, settings, params, macs in FACTS:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "n.net")
            with open(path, "w") as f:
                f.write(network)
            defines = [word for key, value in settings.items() for word in ("-D", f"{key}={value}")]
            done = subprocess.run([driver, "-q", *defines, path], capture_output=True, text=True, timeout=600)
        words = done.stdout.split()
        got_params, got_macs = (int(words[2]), int(words[4])) if done.returncode == 0 else (0, 0)
        shown_params = got_params if isinstance(params, int) else f"{got_params / 1e6:.{len(params.split('.')[1])}f}"
        shown_macs = f"{got_macs / 1e6:.{len(macs.partition('.')[2])}f}"
        if (shown_params, shown_macs) != (params, macs):
            print(f"WRONG {name}: {got_params} parameters, {got_macs} MACs, not {params} and {macs} M\n{done.stderr}")
            wrong += 1
    print(f"{len(FACTS)} networks, {wrong} wrong")
    return 1 if wrong else 0


sys.exit(main())
