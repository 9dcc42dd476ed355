"""ONNX Runtime from Python, by ctypes: the native library out of npm's onnxruntime-node, without its header and without a binding.

The library exports OrtGetApiBase, which hands out a table of functions. The table only grows at its end, so that a function is
known by its place for good (tests/bench/onnxruntime.c does the same for the comparison of speed). Each function returns a
status, which is null where all went well.

    library = Library(find_library("build/ort"))
    answers = library.run("model.onnx", {"image": array})     # {name: array}, all outputs

Debian has no ONNX Runtime: get_onnxruntime.sh finds or installs the library.
"""
import ctypes
import os
import subprocess
import sys
from ctypes import byref, c_char_p, c_int, c_int64, c_size_t, c_void_p

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
API_VERSION = 18
LOG_FATAL, ARENA_ALLOCATOR, DEFAULT_MEMORY = 4, 1, 0
TYPES = {1: numpy.float32, 2: numpy.uint8, 3: numpy.int8, 6: numpy.int32, 7: numpy.int64, 9: numpy.bool_, 11: numpy.float64}
NUMBERS = {numpy.dtype(kind): number for number, kind in TYPES.items()}
PLACES = {
    "error_message": 2, "create_env": 3, "create_session": 7, "run": 9, "create_options": 10, "set_level": 23,
    "set_intra_threads": 24, "set_inter_threads": 25, "output_count": 31, "output_name": 37, "create_tensor": 49,
    "tensor_data": 51, "element_type": 60, "dimension_count": 61, "dimensions": 62, "tensor_info": 65, "cpu_memory": 69,
    "allocator": 78, "release_status": 93, "release_session": 95, "release_value": 96, "release_info": 99, "release_options": 100,
    "set_option": 130,
}
# Where a processor has AVX2 or AVX-512 and no VNNI, ONNX Runtime adds two products of codes in 16 bits, and large sums are cut
# off. This option has it compute what the file says. It changes nothing on other processors.
EXACT = (c_char_p(b"session.x64quantprecision"), c_char_p(b"1"))


def find_library(folder, needed=True):
    """The library's path, installed in `folder` if it is not there. Where it cannot be had the test ends as skipped, or, where
    it is not needed, the answer is None."""
    done = subprocess.run([os.path.join(HERE, "get_onnxruntime.sh"), folder], stdout=subprocess.PIPE, text=True)
    if done.returncode == 77 and not needed:
        return None
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout.strip()


class Failed(Exception):
    """What ONNX Runtime says is wrong."""


class Base(ctypes.Structure):
    _fields_ = [("get_api", ctypes.CFUNCTYPE(c_void_p, ctypes.c_uint32)), ("get_version", ctypes.CFUNCTYPE(c_char_p))]


class Library:
    """The table of functions, and what all sessions share. `level`: how far ONNX Runtime optimizes; 0 is not at all, and 99 all."""

    def __init__(self, path, level=0):
        get_base = ctypes.CDLL(path).OrtGetApiBase
        get_base.restype = ctypes.POINTER(Base)
        base = get_base().contents
        self.version, self.level = base.get_version().decode(), level
        api = base.get_api(API_VERSION)
        if not api:
            raise RuntimeError(f"{path} is too old: it has no interface {API_VERSION}")
        self.table = ctypes.cast(api, ctypes.POINTER(c_void_p))
        self.env = self.make("create_env", c_int(LOG_FATAL), c_char_p(b"tests"))
        self.memory = self.make("cpu_memory", c_int(ARENA_ALLOCATOR), c_int(DEFAULT_MEMORY))
        self.allocator = self.make("allocator")

    def call(self, name, *arguments):
        """Calls a function that returns a status. Arguments are ctypes' numbers, or pointers."""
        function = ctypes.CFUNCTYPE(c_void_p)(self.table[PLACES[name]])
        status = function(*arguments)
        if status:
            status = c_void_p(status)
            say = ctypes.CFUNCTYPE(c_char_p)(self.table[PLACES["error_message"]])
            message = say(status).decode(errors="replace")
            self.release("status", status)
            raise Failed(message)

    def make(self, name, *arguments, kind=c_void_p):
        """Calls a function that makes what its last argument points to."""
        made = kind()
        self.call(name, *arguments, byref(made))
        return made

    def release(self, what, pointer):
        ctypes.CFUNCTYPE(None)(self.table[PLACES["release_" + what]])(pointer)

    def make_options(self):
        """What a session needs to give the answers of the file. The caller releases it."""
        options = self.make("create_options")
        self.call("set_level", options, c_int(self.level))
        self.call("set_option", options, *EXACT)
        return options

    def open(self, path):
        options = self.make_options()
        try:
            self.call("set_intra_threads", options, c_int(1))
            self.call("set_inter_threads", options, c_int(1))
            return self.make("create_session", self.env, c_char_p(os.fsencode(path)), options)
        finally:
            self.release("options", options)

    def tensor(self, array):
        """A tensor on the array's memory."""
        shape = (c_int64 * array.ndim)(*array.shape)
        return self.make("create_tensor", self.memory, array.ctypes.data_as(c_void_p), c_size_t(array.nbytes), shape,
                         c_size_t(array.ndim), c_int(NUMBERS[array.dtype]))

    def array(self, tensor):
        """A copy of the tensor's numbers."""
        info = self.make("tensor_info", tensor)
        rank = self.make("dimension_count", info, kind=c_size_t).value
        shape = (c_int64 * max(rank, 1))()
        self.call("dimensions", info, shape, c_size_t(rank))
        kind = numpy.dtype(TYPES[self.make("element_type", info, kind=c_int).value])
        self.release("info", info)
        shape = list(shape)[:rank]
        size = int(numpy.prod(shape)) * kind.itemsize
        data = ctypes.string_at(self.make("tensor_data", tensor), size) if size else b""
        return numpy.frombuffer(data, kind).reshape(shape)

    def run(self, path, inputs):
        """The answers of the model for inputs by name: {name: array} in the order of the file."""
        session = self.open(path)
        inputs = {name: numpy.ascontiguousarray(array) for name, array in inputs.items()}
        given = [self.tensor(array) for array in inputs.values()]
        made = []
        try:
            count = self.make("output_count", session, kind=c_size_t).value
            names = [self.make("output_name", session, c_size_t(i), self.allocator, kind=c_char_p).value for i in range(count)]
            results = (c_void_p * count)()
            self.call("run", session, None, (c_char_p * len(given))(*[name.encode() for name in inputs]),
                      (c_void_p * len(given))(*[value.value for value in given]), c_size_t(len(given)),
                      (c_char_p * count)(*names), c_size_t(count), results)
            made = [c_void_p(result) for result in results]
            return {name.decode(): self.array(value) for name, value in zip(names, made)}
        finally:
            for value in [*given, *made]:
                self.release("value", value)
            self.release("session", session)
