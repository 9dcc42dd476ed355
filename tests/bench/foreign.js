// foreign.js RUNS FILE.wasm..: calls the networks in turns, and prints the times of each as JSON: a list of milliseconds for each file.
// It is processor time. foreign.py makes the files from foreign.c.
"use strict";
const fs = require("fs");
const { WASI } = require("wasi");

function load(path) {
    const wasi = new WASI({ version: "preview1" });
    const made = new WebAssembly.Module(fs.readFileSync(path));
    const instance = new WebAssembly.Instance(made, { wasi_snapshot_preview1: wasi.wasiImport });
    wasi.initialize(instance);
    instance.exports.prepare();
    return instance.exports.call;
}

function milliseconds() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
}

const WARM_UP = 5;
const runs = Number(process.argv[2]);
const calls = process.argv.slice(3).map(load);
const times = calls.map(() => []);
for (let run = -WARM_UP; run < runs; run++) {
    calls.forEach((call, i) => {
        const began = milliseconds();
        call();
        if (run >= 0) times[i].push(milliseconds() - began);
    });
}
console.log(JSON.stringify(times));
