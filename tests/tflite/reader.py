"""Reads the weights of a TensorFlow Lite file by the public format, in as few lines as that takes. It shares nothing with lcc
and nothing with the library that the tests write files with."""
import struct

import numpy

TYPES = {0: "<f4", 1: "<f2", 2: "<i4", 3: "u1", 4: "<i8", 9: "i1"}


class File:
    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        root = self.follow(0)
        graph = self.list_tables(root, 2)[0]
        self.tensors = self.list_tables(graph, 0)
        self.buffers = self.list_tables(root, 4)
        codes = [self.number(c, 3, "i") or self.number(c, 0, "b") for c in self.list_tables(root, 1)]
        self.operators = [(codes[self.number(o, 0, "I")], self.list_ints(o, 1), self.list_ints(o, 2), self.table(o, 4))
                          for o in self.list_tables(graph, 3)]

    def at(self, kind, place):
        return struct.unpack_from("<" + kind, self.data, place)[0]

    def follow(self, place):
        return place + self.at("I", place)

    def field(self, table, slot):
        vtable = table - self.at("i", table)
        entry = 4 + 2 * slot
        place = self.at("H", vtable + entry) if entry + 2 <= self.at("H", vtable) else 0
        return table + place if place else None

    def number(self, table, slot, kind, otherwise=0):
        place = table and self.field(table, slot)
        return self.at(kind, place) if place else otherwise

    def table(self, table, slot):
        place = self.field(table, slot)
        return self.follow(place) if place else None

    def vector(self, table, slot):
        start = self.table(table, slot)
        return (start + 4, self.at("I", start)) if start else (0, 0)

    def list_tables(self, table, slot):
        start, count = self.vector(table, slot)
        return [self.follow(start + 4 * i) for i in range(count)]

    def list_ints(self, table, slot):
        start, count = self.vector(table, slot)
        return [self.at("i", start + 4 * i) for i in range(count)]

    def array(self, index):
        """The numbers of a constant."""
        tensor = self.tensors[index]
        start, size = self.vector(self.buffers[self.number(tensor, 2, "I")], 0)
        numbers = numpy.frombuffer(self.data[start:start + size], TYPES[self.number(tensor, 1, "b")])
        return numbers.reshape(self.list_ints(tensor, 0))
