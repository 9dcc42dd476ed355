// Runs files by TensorFlow Lite's own runtime, whose WebAssembly is in a folder.
//
//     node runtime.js WASM CASES
//
// CASES has N.tflite and N.in for N from 0 on. N.in is the bytes of the only input; the outputs are written to N.out, one behind
// the other, as floats, or what is wrong to N.error.
"use strict";
const fs = require("fs"), path = require("path"), vm = require("vm");
const [wasm, cases] = process.argv.slice(2);
globalThis.window = globalThis.self = globalThis; // the code was built for browsers
const code = fs.readFileSync(path.join(wasm, "tflite_web_api_cc.js"), "utf8");
vm.runInThisContext(code + ";globalThis.makeModule = tflite_web_api_ModuleFactory");

function run(module, model, input) {
    const at = module._malloc(model.length);
    module.HEAPU8.set(model, at);
    const options = { numThreads: 1, enableProfiling: false, maxProfilingBufferEntries: 1024 };
    const made = module.TFLiteWebModelRunner.CreateFromBufferAndOptions(at, model.length, options);
    if (!made.ok()) throw Error(made.errorMessage());
    const runner = made.value(), to = runner.GetInputs().get(0).data();
    const bytes = new Uint8Array(to.buffer, to.byteOffset, to.byteLength);
    if (bytes.length !== input.length) throw Error(`its input has ${bytes.length} bytes, not ${input.length}`);
    bytes.set(input);
    if (!runner.Infer()) throw Error("it does not run");
    const outputs = runner.GetOutputs(), parts = [];
    for (let i = 0; i < outputs.size(); i++) parts.push(Buffer.from(Float32Array.from(outputs.get(i).data()).buffer));
    runner.delete();
    module._free(at);
    return Buffer.concat(parts);
}

async function main() {
    const said = [];
    const module = await globalThis.makeModule({
        wasmBinary: fs.readFileSync(path.join(wasm, "tflite_web_api_cc.wasm")), print: () => {}, printErr: (line) => said.push(line),
    });
    for (let n = 0; fs.existsSync(path.join(cases, `${n}.tflite`)); n++) {
        const at = (ending) => path.join(cases, n + ending);
        said.length = 0;
        try {
            fs.writeFileSync(at(".out"), run(module, fs.readFileSync(at(".tflite")), fs.readFileSync(at(".in"))));
        } catch (error) {
            fs.writeFileSync(at(".error"), [...said, error.message].join("; "));
        }
    }
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
