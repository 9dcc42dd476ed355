"""Networks with which the estimate of code size is fitted and tested, and their measured sizes."""
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DSL = os.path.join(ROOT, "dsl")
SHARED = os.path.join(os.path.dirname(ROOT), "shared")
TARGETS = ["cortex-m4", "cortex-m55"]
LEVELS = ["-Os", "-O2"]  # in the order of code_level
FLAGS = {"cortex-m4": ["-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"],
         "cortex-m55": ["-mcpu=cortex-m55", "-mfloat-abi=hard"]}
CC = "arm-none-eabi-gcc"


def net(name, **params):
    return [os.path.join(DSL, name + ".net")] + ["-D%s=%s" % p for p in params.items()]


def zoo():
    """Networks of each family that comes with lcc, of the sizes that a microcontroller may have room for and of others: (name,
    arguments)."""
    small = [("v1_025_96", net("mobilenet_v1", width=0.25, resolution=96)), ("v1_025_128", net("mobilenet_v1", width=0.25, resolution=128)),
             ("v2_035_96", net("mobilenet_v2", width=0.35, resolution=96)), ("v2_05_160", net("mobilenet_v2", width=0.5, resolution=160)),
             ("v3s_05_96", net("mobilenet_v3_small", width=0.5, resolution=96)),
             ("v3l_05_128", net("mobilenet_v3_large", width=0.5, resolution=128)),
             ("s2_05_96", net("shufflenet_v2", resolution=96) + ["--variant", "x0_5"]),
             ("a1_05_96", net("mnasnet_a1", width=0.5, resolution=96)), ("b1_035_96", net("mnasnet_b1", width=0.35, resolution=96))]
    full = [(n, net(n)) for n in ["efficientnet_b0", "efficientnet_b1", "mnasnet_a1", "mnasnet_b1", "mobilenet_v1",
                                  "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small"]]
    lite = [("efficientnet_" + v, net("efficientnet_lite") + ["--variant", v]) for v in ["lite0", "lite3"]]
    shuffle1 = [("s1_" + v, net("shufflenet_v1") + ["--variant", v]) for v in ["g1", "g3", "g8"]]
    shuffle2 = [("s2_" + v, net("shufflenet_v2") + ["--variant", v]) for v in ["x0_5", "x1_0"]]
    return small + full + lite + shuffle1 + shuffle2


def int8_files():
    """The quantised files, and the float one beside them; none where they are not there."""
    models = os.path.join(SHARED, "models")
    files = [os.path.join(models, "int8", n + ".tflite") for n in
             ["vww_96_int8", "resnet8_cifar10_int8", "mobilenet_v2_1.0_224_ptq", "vww_96_float"]]
    return [(os.path.basename(f), [f]) for f in files if os.path.exists(f)]


def quantised(folder, names):
    """Networks of the zoo that lcc quantises, on a picture of noise, which is written to the folder. Their code does not depend on
    how well that does."""
    import numpy as np
    sides = {"v1_025_96": 96, "v1_025_128": 128, "v2_035_96": 96, "v3s_05_96": 96, "s2_05_96": 96, "a1_05_96": 96, "b1_035_96": 96}
    found = []
    for name, arguments in zoo():
        if name not in sides or (names and name not in names):
            continue
        path = os.path.join(folder, "noise_%d.npy" % sides[name])
        np.save(path, np.random.RandomState(1).randint(0, 256, (4, sides[name], sides[name], 3)).astype(np.uint8))
        found.append((name + "_int8", arguments + ["--dtype", "int8", "--calibrate", path]))
    return found


def run(command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True).stdout


def write_c(lcc, folder, name, arguments, target):
    path = os.path.join(folder, "%s.%s.c" % (name, target))
    run([lcc] + arguments + ["--target", target, "--name", "model", "--storage", "file", "-o", path])
    return path


def measure(c_file, target, level):
    """The bytes of code and constants (text, as size names it) of a C file without weights."""
    o_file = "%s%s.o" % (c_file[:-2], level)
    run([CC] + FLAGS[target] + [level, "-c", c_file, "-o", o_file])
    lines = run(["arm-none-eabi-size", o_file]).splitlines()
    return int(lines[1].split()[0])


def shared_kernels(c_file, level):
    """The bytes of each function of the integer kernels that stands by itself in the object file that `measure` left."""
    found = {}
    for row in run(["arm-none-eabi-nm", "-S", "%s%s.o" % (c_file[:-2], level)]).splitlines():
        words = row.split()
        if len(words) == 4 and words[2] == "t" and words[3].startswith("i8_"):
            found[words[3].split(".")[0]] = int(words[1], 16)
    return found
