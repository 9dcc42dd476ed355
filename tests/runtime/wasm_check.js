// wasm_check.js: the functions of f32x4_wasm.h against JavaScript's numbers, which are doubles: what
// tests/unit/runtime_check.h does for the families that are compiled for this machine. Usage: node wasm_check.js MODULE
"use strict";
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

const relu = (x) => (x < 0 ? 0 : x);
const relu6 = (x) => (x > 6 ? 6 : relu(x));
const hsigmoid = (x) => relu6(x + 3) / 6;
// Name, reference, largest error in ulps, and the least argument for which that holds.
const functions = [
  ["exp", Math.exp, 1.05, -Infinity],
  ["sigmoid", (x) => 1 / (1 + Math.exp(-x)), 2.5, -87.3],
  ["swish", (x) => x / (1 + Math.exp(-x)), 2.5, -87.3],
  ["tanh", Math.tanh, 2.75, -Infinity],
  ["relu", relu, 0, -Infinity],
  ["relu6", relu6, 0, -Infinity],
  ["hsigmoid", hsigmoid, 2, -Infinity],
  ["hswish", (x) => x * hsigmoid(x), 2.5, -Infinity],
  ["abs", Math.abs, 0, -Infinity],
  ["leaky_relu", (x) => (x < 0 ? x * 0.125 : x), 0.5, -Infinity],
];

for (const [name, reference, most, from] of functions) {
  let worst = 0, at = 0;
  const look = () => {
    wasm["map_" + name]();
    for (let i = 0; i < 4; i++) {
      if (input[i] < from) {
        // swish(-Infinity) is NaN in both.
        const truth = reference(input[i]);
        const off = Number.isNaN(truth) && Number.isNaN(output[i]) ? 0 : Math.abs(output[i] - truth);
        expect(off < 1e-36, `${name}(${input[i]})`);
        if (input[i] < -89 && !Number.isNaN(truth)) expect(output[i] === 0, `${name}(${input[i]}) is not 0`);
        continue;
      }
      const error = ulps(output[i], reference(input[i]));
      if (error > worst) [worst, at] = [error, input[i]];
    }
  };
  for (let bits = 0; bits < 2 ** 32; bits += 4 * 16001) {
    for (let i = 0; i < 4; i++) inputBits[i] = (bits + i * 16001) >>> 0;
    look();
  }
  for (let step = 0; step < 100000; step += 4) {
    for (let i = 0; i < 4; i++) input[i] = -110 + (step + i) * 0.00205;
    look();
  }
  for (const x of [0, -0, NaN, Infinity, -Infinity, 88.72283, 88.72284, -87.33654, -103.972, -104, 1e-45, -1e-45]) {
    input.fill(x);
    look();
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
