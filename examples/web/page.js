// The page: loads the network, takes pictures by drop, paste, file, camera or sample, and shows what the network says.
//
// ?picture=samples/bag.pgm shows a picture of this server's at once.
"use strict";

const SHOWN = 5; // classes
const see = (id) => document.getElementById(id);
let network = null; // {width, height, channels, classes, labels, image, memory, run}
let source = null;  // the bitmap that is shown, if it is not the camera
let stream = null;  // the camera, while it is on

function complain(text) {
  see("trouble").textContent = text;
  see("trouble").hidden = !text;
}

async function fetchText(name) {
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`${name} could not be loaded (${answer.status}).`);
  return answer.text();
}

/* A file without an end of line has one less of them, not one less of lines. */
const linesOf = (text) => text.replace(/\r/g, "").replace(/\n$/, "").split("\n");

async function loadNetwork() {
  const [answer, text] = await Promise.all([fetch("classifier.wasm"), fetchText("labels.txt")]);
  if (!answer.ok) throw new Error(`classifier.wasm could not be loaded (${answer.status}).`);
  // Not instantiateStreaming: plain servers do not all know the type of .wasm.
  const {instance} = await WebAssembly.instantiate(await answer.arrayBuffer());
  const call = instance.exports;
  if (call._initialize) call._initialize();
  const found = {
    width: call.model_width(), height: call.model_height(), channels: call.model_channels(),
    classes: call.model_classes(), labels: linesOf(text), memory: call.memory, run: call.model_classify,
  };
  found.image = new Uint8Array(call.memory.buffer, call.model_image(), found.width * found.height * found.channels);
  if (found.channels !== 1 && found.channels !== 3) {
    throw new Error(`The network takes ${found.channels} channels; the page knows 1 and 3.`);
  }
  if (found.labels.length !== found.classes) {
    throw new Error(`labels.txt has ${found.labels.length} lines, and the network ${found.classes} classes.`);
  }
  found.run(); // browsers compile a function when it is first called
  return found;
}

/* The likeliest classes, and the milliseconds of one run: the mean of several where one is short, as the clocks of browsers
 * are coarse. */
function classify(canvas) {
  fillImage(network.image, canvas, network.channels, see("invert").checked);
  let runs = 0, at = 0, ms = 0;
  const start = performance.now();
  do {
    at = network.run();
    runs++;
    ms = performance.now() - start;
  } while (ms < 10 && runs < 100);
  const probs = new Float32Array(network.memory.buffer, at, network.classes);
  const order = Array.from(probs.keys()).sort((a, b) => probs[b] - probs[a]).slice(0, SHOWN);
  return {ms: ms / runs, best: order.map((i) => ({label: network.labels[i], share: probs[i]}))};
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

/* One row a class: made once, then changed, so that bars glide. */
function rowOf(number) {
  const list = see("bars");
  if (list.children[number]) return list.children[number];
  const row = document.createElement("li");
  for (const name of ["label", "share", "track"]) {
    row.appendChild(document.createElement(name === "track" ? "div" : "span")).className = name;
  }
  row.lastChild.appendChild(document.createElement("div")).className = "bar";
  row.lastChild.setAttribute("aria-hidden", "true");
  return list.appendChild(row);
}

function showAnswer({ms, best}) {
  best.forEach(({label, share}, number) => {
    const row = rowOf(number);
    row.querySelector(".label").textContent = label;
    row.querySelector(".share").textContent = percent(share);
    row.querySelector(".bar").style.width = `${100 * share}%`;
  });
  const said = best[0].label.charAt(0).toUpperCase() + best[0].label.slice(1);
  const answer = see("answer");
  answer.classList.remove("faint");
  if (answer.textContent !== said) answer.textContent = said; // screen readers repeat what is set anew
  see("facts").textContent = `${ms.toFixed(ms < 10 ? 2 : 0)} ms for ${network.width} × ${network.height} pixels`;
}

/* The network's own view of the picture, on a canvas of its size. */
const small = document.createElement("canvas");

function look(from) {
  small.width = network.width;
  small.height = network.height;
  drawMiddle(small, from);
  showAnswer(classify(small));
}

function showPicture(bitmap, name) {
  complain("");
  stopCamera();
  source = bitmap;
  const canvas = see("picture");
  canvas.classList.toggle("coarse", bitmap.width < 100);
  canvas.width = canvas.height = Math.min(bitmap.width, bitmap.height, 896);
  drawMiddle(canvas, bitmap);
  canvas.setAttribute("aria-label", `The picture ${name}`);
  canvas.hidden = false;
  see("hint").hidden = true;
  see("drop").classList.add("full");
  for (const button of see("samples").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.title === name));
  }
  look(bitmap);
}

async function takeFile(file) {
  if (!file) return;
  try {
    showPicture(await decodePicture(file), file.name || "that was pasted");
  } catch (trouble) {
    complain(`${file.name || "What was pasted"}: ${trouble.message}`);
  }
}

async function fetchPicture(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} could not be loaded (${answer.status}).`);
  return decodePicture(await answer.blob());
}

function stopCamera() {
  if (!stream) return;
  for (const track of stream.getTracks()) track.stop();
  stream = null;
  see("video").srcObject = null;
  see("video").hidden = true;
  see("camera").setAttribute("aria-pressed", "false");
  see("picture").hidden = !source;
  see("hint").hidden = Boolean(source);
}

async function startCamera() {
  complain("");
  const video = see("video");
  try {
    if (!navigator.mediaDevices) throw new Error("browsers allow it on https: and localhost only");
    stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: "environment"}});
    video.srcObject = stream;
    await video.play();
  } catch (trouble) {
    stopCamera();
    complain(`There is no camera to be had: ${trouble.message}`);
    return;
  }
  see("camera").setAttribute("aria-pressed", "true");
  see("picture").hidden = true;
  see("hint").hidden = true;
  video.hidden = false;
  see("drop").classList.add("full");
  const tick = () => {
    if (!stream) return;
    if (video.videoWidth) look(video);
    setTimeout(tick, 150);
  };
  tick();
}

/* Names of classes change many times a second: not for reading aloud. */
function toggleCamera() {
  see("answer").setAttribute("aria-live", stream ? "polite" : "off");
  return stream ? stopCamera() : startCamera();
}

function listen() {
  const drop = document.body;
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    see("drop").classList.add("over");
  });
  drop.addEventListener("dragleave", () => see("drop").classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    see("drop").classList.remove("over");
    takeFile(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (event) => takeFile(event.clipboardData.files[0]));
  see("file").addEventListener("change", (event) => {
    takeFile(event.target.files[0]);
    event.target.value = ""; // so that the same one can be chosen again
  });
  see("camera").addEventListener("click", toggleCamera);
  see("invert").addEventListener("change", () => {
    if (source && !stream) look(source);
  });
  see("file").disabled = see("camera").disabled = false;
}

async function showSamples() {
  for (const name of linesOf(await fetchText("samples.txt"))) {
    if (!name) continue;
    const bitmap = await fetchPicture(`samples/${name}`);
    const button = document.createElement("button");
    button.type = "button";
    button.title = name;
    button.setAttribute("aria-label", name.replace(/\.\w+$/, "").replace(/_/g, " "));
    button.setAttribute("aria-pressed", "false");
    const canvas = button.appendChild(document.createElement("canvas"));
    canvas.width = canvas.height = Math.min(112, bitmap.width, bitmap.height);
    drawMiddle(canvas, bitmap);
    button.addEventListener("click", () => showPicture(bitmap, name));
    see("samples").appendChild(document.createElement("li")).appendChild(button);
    see("samples-section").hidden = false;
  }
}

async function start() {
  see("answer").classList.add("faint");
  if (location.protocol === "file:") {
    see("answer").textContent = "";
    complain("Browsers do not let a page that is opened as a file load its parts. Serve the folder: " +
             "python3 -m http.server, then http://localhost:8000.");
    return;
  }
  try {
    network = await loadNetwork();
    see("answer").textContent = "Waiting for a picture.";
    see("invert-row").hidden = network.channels !== 1;
    listen();
    await showSamples();
    const asked = new URLSearchParams(location.search).get("picture");
    if (asked) showPicture(await fetchPicture(asked), asked.replace(/^.*\//, ""));
  } catch (trouble) {
    if (!network) see("answer").textContent = "";
    complain(trouble.message);
  }
}

start();
