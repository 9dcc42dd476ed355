"""How fast this machine is, so that limits of processor time hold on any machine, however busy.

Limits are those of the machine on which REFERENCE was measured. A machine that is slower, or whose processors are shared at the
moment, gets so many times as long.
"""
import os
import time

REFERENCE = 0.022  # seconds that work() took there


def work():
    """Something that takes processor time and no more memory than a cache has."""
    table, value = list(range(1024)), 1
    for _ in range(400000):
        value = table[value * 31 + 7 & 1023] ^ value >> 1
    return value


def slowness():
    """How many times as long as there this machine takes now; at least 1."""
    begun = time.process_time()
    work()
    return max(1.0, (time.process_time() - begun) / REFERENCE)


def spent(function):
    """(what the function returns, seconds of processor time that the programs took which it ran to their end)."""
    before = os.times()
    result = function()
    after = os.times()
    return result, after.children_user + after.children_system - before.children_user - before.children_system
