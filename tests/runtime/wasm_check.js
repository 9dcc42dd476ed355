// wasm_check.js: the functions of f32x4_wasm.h against references in double precision. It does what tests/unit/runtime_check.h
// does for the families that are compiled for this machine. Usage: node wasm_check.js MODULE ACTIVATION_REFERENCE
"use strict";
const { execFileSync } = require("child_process");
const fs = require("fs");

const module_ = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
const wasm = new WebAssembly.Instance(module_, {}).exports;
const memory = wasm.memory.buffer;
const input = new Float32Array(memory, wasm.address_in(), 4);
const inputBits = new Uint32Array(memory, wasm.address_in(), 4);
const output = new Float32Array(memory, wasm.address_out(), 4);
const scratch = new Float32Array(memory, wasm.address_scratch(), 4);
const bytes = new Uint8Array(memory);

function expect(holds, what) {
  if (holds) return;
  console.log("FAILED: " + what);
  process.exitCode = 1;
}

// |got - truth| in units of the last place of a float at `truth`.
function ulps(got, truth) {
  if (Number.isNaN(truth)) return Number.isNaN(got) ? 0 : Infinity;
  if (Math.abs(truth) > 3.4028235677973362e38) return got === Math.sign(truth) * Infinity ? 0 : Infinity;
  if (!Number.isFinite(got)) return Infinity;
  let exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(truth))));
  if (2 ** exponent > Math.abs(truth) && exponent > -126) exponent--;
  if (2 ** (exponent + 1) <= Math.abs(truth)) exponent++;
  return Math.abs(got - truth) / 2 ** (exponent - 23);
}

// The floats on which functions are tried: every exponent and both signs, the stretch where the functions bend, special values.
const tried = [];
for (let bits = 0; bits < 2 ** 32; bits += 16001) {
  inputBits[0] = bits;
  tried.push(input[0]);
}
for (let step = 0; step < 100000; step++) tried.push(Math.fround(-110 + step * 0.00205));
tried.push(0, -0, NaN, Infinity, -Infinity, 88.72283, 88.72284, -87.33654, -103.972, -104, 1e-45, -1e-45);
while (tried.length % 4) tried.push(0);
const floats = new Float32Array(tried);

// The references of the activations are the compiler's own: PROGRAM prints the table, and maps floats to doubles.
function reference(name) {
  const options = { input: Buffer.from(floats.buffer), maxBuffer: 1 << 26 };
  const out = execFileSync(process.argv[3], [name], options);
  return new Float64Array(out.buffer.slice(out.byteOffset, out.byteOffset + out.length));
}

const functions = JSON.parse(execFileSync(process.argv[3], { encoding: "utf8" })).map((row) => ({
  name: row.name, truth: reference(row.name), ulps: row.ulps, from: row.from ?? -Infinity, below: row.below,
}));
expect(functions.length >= 8, "the table of activations");
functions.push({ name: "square", truth: Float64Array.from(floats, (x) => x * x), ulps: 0.5, from: -Infinity, below: 0 });
functions.push({ name: "cube", truth: Float64Array.from(floats, (x) => x * x * x), ulps: 1.5, from: -Infinity, below: 0 });

for (const { name, truth, ulps: most, from, below } of functions) {
  let worst = 0, at = 0;
  expect(truth.length === floats.length, `the references of ${name}`);
  for (let i = 0; i < floats.length; i += 4) {
    input.set(floats.subarray(i, i + 4));
    wasm["map_" + name]();
    for (let k = 0; k < 4; k++) {
      const x = floats[i + k], wanted = truth[i + k];
      if (x < from) {
        // swish(-Infinity) is NaN in both.
        const off = Number.isNaN(wanted) && Number.isNaN(output[k]) ? 0 : Math.abs(output[k] - wanted);
        expect(off <= below, `${name}(${x})`);
        const vanishes = (name === "sigmoid" || name === "swish") && x < -89 && !Number.isNaN(wanted);
        if (vanishes) expect(output[k] === 0, `${name}(${x}) is not 0`);
        continue;
      }
      const error = ulps(output[k], wanted);
      if (error > worst) [worst, at] = [error, x];
    }
  }
  console.log(`f32x4_${name}: ${worst.toFixed(3)} ulp at ${at}`);
  expect(worst <= most, `${name}: ${worst} ulp at ${at}`);
}

// Parts at the very end of the memory, behind which every access traps.
for (let n = 1; n <= 4; n++) {
  input.set([1, 2, 3, 4]);
  const end = new Float32Array(memory, memory.byteLength - 4 * n, n);
  for (let i = 0; i < n; i++) end[i] = i + 5;
  wasm.load(end.byteOffset, n);
  expect(output.every((v, i) => v === (i < n ? i + 5 : 0)), `load_part ${n}`);
  wasm.store(end.byteOffset, n);
  expect(end.every((v, i) => v === i + 1), `store_part ${n}`);
  scratch.fill(-9);
  wasm.store(scratch.byteOffset, n);
  expect(scratch.every((v, i) => v === (i < n ? i + 1 : -9)), `store_part ${n} keeps what is behind`);
  for (let i = 0; i < n; i++) bytes[bytes.length - n + i] = 120 + 30 * i;
  wasm.load_u8(bytes.length - n, n);
  expect(output.every((v, i) => v === (i < n ? 120 + 30 * i : 0)), `load_u8 ${n}`);
  wasm.load_i8(bytes.length - n, n);
  expect(output.every((v, i) => v === (i < n ? ((120 + 30 * i) << 24) >> 24 : 0)), `load_i8 ${n}`);
}

const halves = new Uint16Array(bytes.buffer, bytes.byteOffset + bytes.length - 8, 4);
for (let bits = 0; bits < 0x10000; bits++) {
  const exponent = (bits >> 10) & 31, fraction = bits & 0x3ff;
  if (exponent === 31) continue; // infinities and NaNs are no weights
  const size = exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24;
  halves.fill(0x3c00);
  halves[bits & 3] = bits;
  wasm.load_f16(halves.byteOffset);
  expect(output.every((v, i) => v === (i === (bits & 3) ? (bits & 0x8000 ? -size : size) : 1)), `load_f16 of ${bits}`);
}
new Float32Array(halves.buffer, scratch.byteOffset, 4).set([1.5, -2, 3, 0]);
wasm.load_wide(scratch.byteOffset);
expect(output.every((v, i) => v === [1.5, -2, 3, 0][i]), "load_wide");

input.set([1, 2, 4, 8]);
expect(wasm.sum() === 15, "sum");
for (let i = 0; i < 4; i++) {
  input.fill(-5);
  input[i] = -3;
  expect(wasm.hmax() === -3, `hmax, lane ${i}`);
}
for (const [a, b] of [[1, 2], [2, 1], [NaN, 1], [1, NaN], [0, -0], [-0, 0], [Infinity, -1], [-Infinity, NaN]]) {
  wasm.max(a, b);
  expect(Object.is(output[1], a > b ? a : b), `max(${a}, ${b})`);
  wasm.min(a, b);
  expect(Object.is(output[1], a < b ? a : b), `min(${a}, ${b})`);
}
wasm.fma(2, 3, 4);
expect(output.every((v) => v === 10), "fma");
