// wasi_run.js PROGRAM.wasm: runs a WebAssembly program, with node's standard input and output as its own.
"use strict";
const fs = require("fs");
const { WASI } = require("wasi");

const wasi = new WASI({ version: "preview1", returnOnExit: true });
const module_ = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
const instance = new WebAssembly.Instance(module_, { wasi_snapshot_preview1: wasi.wasiImport });
process.exitCode = wasi.start(instance);
