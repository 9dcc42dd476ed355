#!/usr/bin/env python3
"""One network in PyTorch, run whenever bench.c asks for it: a byte on standard input, then on standard output the
milliseconds that one run took, as a double, and the logits.

    torch_peer.py NETWORK THREADS [--cpu-time]

The module runs as it is, frozen, or frozen and optimised for inference, whichever is fastest here. (The last is not always
right: PyTorch 1.13 computes something else of MobileNetV3.)
"""
import os
import sys
import time
import warnings

import torch

from export import images, module


def wait_until_quiet():
    """Other threads spin for a while after their work; bench.c goes on when they have stopped."""
    for _ in range(100):
        before = time.process_time()
        time.sleep(0.002)
        if time.process_time() - before < 0.0002:
            return


def shortest_run(network, x, clock):
    """The best of three runs, in seconds, after three in which PyTorch compiles what it wants to."""
    shortest = float("inf")
    for i in range(6):
        start = clock()
        network(x)
        shortest = min(shortest, clock() - start) if i >= 3 else shortest
    return shortest


def fastest_form(eager, x, clock):
    traced = torch.jit.trace(eager, x)
    frozen = torch.jit.freeze(traced)
    optimised = torch.jit.optimize_for_inference(torch.jit.freeze(traced))  # which changes the module that it is given
    wanted = eager(x)
    right = [form for form in (eager, frozen, optimised)
             if torch.max(torch.abs(form(x) - wanted)) <= 1e-4 * torch.max(torch.abs(wanted))]
    return min(right, key=lambda form: shortest_run(form, x, clock))


def main():
    name, threads = sys.argv[1], int(sys.argv[2])
    clock = time.thread_time if "--cpu-time" in sys.argv[3:] else time.perf_counter
    torch.set_num_threads(threads)
    x = torch.from_numpy(images(name)[1])
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever else is printed is no answer
    with torch.no_grad():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # shapes become constants, which is what we want
            network = fastest_form(module(name), x, clock)
        while os.read(0, 1):
            start = clock()
            logits = network(x)
            took = (clock() - start) * 1e3
            if threads > 1:
                wait_until_quiet()
            answers.write(memoryview(torch.tensor([took], dtype=torch.float64).numpy()).cast("B"))
            answers.write(memoryview(logits.contiguous().numpy()).cast("B"))


if __name__ == "__main__":
    main()
