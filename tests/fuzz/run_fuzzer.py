#!/usr/bin/env python3
"""Runs a libFuzzer program for a bounded time on a copy of its corpus; what it finds is printed, ready to be kept.

    run_fuzzer.py PROGRAM CORPUS SECONDS

The inputs are the same in each run, as far as the time reaches. $LCC_FUZZ_SEED gives other ones; 0 is another seed each time.
"""
import base64
import os
import shutil
import subprocess
import sys
import tempfile

program, corpus, seconds = sys.argv[1:]
with tempfile.TemporaryDirectory() as scratch:
    inputs = os.path.join(scratch, "corpus")
    if os.path.isdir(corpus):
        shutil.copytree(corpus, inputs)
    else:
        os.mkdir(inputs)
    found = os.path.join(scratch, "found-")
    command = [program, inputs, f"-max_total_time={seconds}", "-rss_limit_mb=1024", "-timeout=100", "-max_len=65536",
               f"-seed={os.environ.get('LCC_FUZZ_SEED', '1')}",
               f"-artifact_prefix={found}", "-print_final_stats=1", "-verbosity=1"]
    dictionary = corpus + ".dict"
    if os.path.exists(dictionary):
        command.append(f"-dict={dictionary}")
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=scratch)
    text = run.stdout.decode("utf-8", "replace")
    print(text[-6000:])
    for name in sorted(os.listdir(scratch)):
        if name.startswith("found-"):
            with open(os.path.join(scratch, name), "rb") as f:
                print(f"{name}, base64: {base64.b64encode(f.read()).decode()}")
    sys.exit(1 if run.returncode else 0)
