"""What the comparison in eight bits needs of a network: lcc quantises it, and ONNX Runtime gets the same integers (qdq.py).

The network is quantised on crops of the photograph that ships, and runs on another crop of it. It has one scale for each tensor,
since ONNX files have no other.
With `equalise` lcc's code is that of its usual quantising, which has a scale for each channel where that costs nothing; the ONNX
file stays as it is. With `pairs` all programs have a network whose weights x86-64-v3 takes four at once (--int8-pairs).
"""
import os
import sys

import numpy

import flat
import programs
import qdq
import xnnpack

sys.path.insert(0, os.path.join(programs.ROOT, "tests", "quantize"))
from test_agreement import Image, cut_crops  # noqa: E402

CROPS = 20
LEAST_SNR = 15  # dB, between two programs that compute the same integers but round in other ways


def snr(expected, answer):
    """Signal to noise in dB."""
    noise = ((expected - answer) ** 2).sum()
    return 10 * numpy.log10((expected**2).sum() / noise) if noise else numpy.inf


def photograph():
    return Image.open(os.path.join(programs.ROOT, "examples", "classify", "chelsea.jpg")).convert("RGB")


def cut_images(side):
    """Images to quantise on, and one to run on: bytes [n, h, w, c] and [h, w, c]."""
    return cut_crops([photograph()], CROPS, 1, side), cut_crops([photograph()], 1, 2, side)[0]


def answer_of(lcc, arguments, image, path):
    """The interpreter's logits, also in the file, as float32."""
    programs.run([lcc, *arguments, "--run", image, "--out", path + ".npy"])
    answer = numpy.load(path + ".npy").ravel().astype(numpy.float32)
    answer.tofile(path)
    return answer


def quantise(lcc, arguments, crops, stem, more):
    """Writes the quantised network and its weights."""
    programs.run([lcc, *arguments, "--dtype", "int8", "--calibrate", crops, *more, "--emit", "net", "-o", stem + ".net"])


def is_newer(path, sources):
    return os.path.exists(path) and os.path.getmtime(path) > max(map(os.path.getmtime, sources))


def make_files(lcc, arguments, side, one, found, more):
    """Quantises the network, and writes all but the files of equalise."""
    samples, pixels = cut_images(side)
    numpy.save(found["crops"], samples)
    numpy.save(found["image"], pixels)
    pixels.tofile(found["bytes"])
    quantise(lcc, arguments, found["crops"], one, ["--int8-without", "equalisation", *more])
    about = programs.describe(lcc, found["arguments"])
    colour = qdq.write(about, one + ".net", one + ".safetensors", found["onnx"])
    qdq.codes_of_image(pixels, colour).tofile(found["codes"])
    (flat.codes_of_image(pixels, colour) ^ flat.OFFSET).tofile(found["signed_codes"])
    xnnpack.write(about, one + ".net", one + ".safetensors", one)
    answer_of(lcc, found["arguments"], found["image"], found["rival_logits"])
    answer_of(lcc, arguments, found["image"], found["float_logits"])


def prepare(lcc, name, folder, equalise, pairs):
    """The files of a network in `folder`, made where they are not there or older than lcc. A dictionary of paths: of the ONNX
    file, of the image as `bytes`, as `codes` for the ONNX file and as `signed_codes` for XNNPACK, of the `logits` of lcc's code, the
    `rival_logits` of the ONNX file and the `float_logits`; `xnnpack` is what the names of its files begin with; `arguments` and
    `float_arguments` are lcc's."""
    arguments, side = programs.arguments_of(name), programs.golden(name)["size"]
    stem = os.path.join(folder, name)
    more = ["--int8-pairs"] if pairs else []
    one = stem + ("_int8_pairs" if pairs else "_int8")
    usual = one + "_equalised"
    found = {"arguments": [one + ".net", "-w", one + ".safetensors"], "float_arguments": arguments, "onnx": one + ".onnx",
             "image": stem + "_image.npy", "crops": stem + "_crops.npy", "bytes": stem + "_image.bytes", "codes": one + ".codes",
             "signed_codes": one + ".signed", "logits": one + ".logits", "rival_logits": one + ".logits",
             "float_logits": one + "_float.logits", "xnnpack": one}
    sources = [lcc, arguments[0], __file__, flat.__file__, qdq.__file__, xnnpack.__file__]
    if not is_newer(found["float_logits"], sources):
        make_files(lcc, arguments, side, one, found, more)
    if equalise:
        found.update(arguments=[usual + ".net", "-w", usual + ".safetensors"], logits=usual + ".logits")
        if not is_newer(found["logits"], sources):
            quantise(lcc, arguments, found["crops"], usual, more)
            answer_of(lcc, found["arguments"], found["image"], found["logits"])
    found["snr_of_float"] = snr(*(numpy.fromfile(found[kind], numpy.float32) for kind in ("float_logits", "logits")))
    return found


def compile_in(options, arguments, folder):
    """The network's library, in a folder of its own."""
    os.makedirs(folder)
    return programs.compile_network(options.lcc, options.cc, arguments + ["--target", options.target] + options.lcc_options.split(),
                                    folder, options.threads)


def measure(options, name, folder):
    """The times of lcc's int8 code, of ONNX Runtime's and of lcc's float code: what bench.c prints, and what is known of the
    network."""
    files = prepare(options.lcc, name, options.folder, options.equalise, options.pairs)
    about = programs.describe(options.lcc, files["arguments"] + ["--target", options.target])
    ours = os.path.join(folder, "int8")
    cpu_time = ["--cpu-time"] if options.cpu_time else []
    command = [options.bench, *cpu_time, "--threads", str(options.threads), "--runs", str(options.runs),
               "--peak", programs.compile_peak(options.cc, about["target"], folder),
               "--bytes", files["bytes"], "--tensor", files["codes"],
               "--expect", files["logits"], "--lcc", compile_in(options, files["arguments"], ours),
               "--expect", files["float_logits"], "--name", "lcc float",
               "--lcc", compile_in(options, files["float_arguments"], os.path.join(folder, "float"))]
    if options.xnnpack and xnnpack.is_written(files["xnnpack"]):
        library = xnnpack.compile_library(options.cc, files["xnnpack"], options.threads, os.path.join(folder, "xnnpack.so"))
        command += ["--expect", files["rival_logits"], "--least-snr", str(LEAST_SNR), "--bytes", files["signed_codes"],
                    "--name", "XNNPACK", "--lcc", library]
    if options.ort:
        command += ["--expect", files["rival_logits"], "--least-snr", str(LEAST_SNR), "--ort", options.ort, files["onnx"]]
    result = programs.run_bench(command, options.threads)
    result.update(macs=about["macs"], target=about["target"], threaded=programs.is_threaded(ours),
                  snr_of_float=files["snr_of_float"])
    return result


HEADER = ["network", "lcc int8 ms", "min", "ORT int8 ms", "min", "ORT / lcc", "lcc float ms", "min", "float / int8", "XNNPACK ms",
          "min", "M MACs", "GOP/s", "dB to ORT", "same class", "dB to float"]


def row_of(name, result):
    """Cells of the table, and the ratios of ONNX Runtime's time and of float's to that of lcc's int8 code."""
    rivals = {rival["name"]: rival for rival in result["rivals"]}
    ours, rival, floats = (rivals.get(key) for key in ("lcc", "ONNX Runtime", "lcc float"))

    def times(of):
        return ["%.3f" % of[key] for key in ("median_ms", "min_ms")] if of else ["", ""]

    ratios = [of["median_ms"] / ours["median_ms"] if of else None for of in (rival, floats)]
    shown = [f"{ratio:.2f}" if ratio else "" for ratio in ratios]
    agreement = [f"{rival['snr_db']:.1f}", "yes" if rival["same_top"] else "no"] if rival else ["", ""]
    return [name, *times(ours), *times(rival), shown[0], *times(floats), shown[1], *times(rivals.get("XNNPACK")), f"{result['macs'] / 1e6:.1f}",
            f"{2e-6 * result['macs'] / ours['median_ms']:.1f}", *agreement, f"{result['snr_of_float']:.1f}"], ratios


def mean_row(ratios):
    """The geometric means below the table. `ratios`: for each network, as row_of() has them."""
    rival, floats = map(programs.mean_of, zip(*ratios))
    return ["geometric mean", *[""] * 4, rival, "", "", floats, *[""] * 7]
