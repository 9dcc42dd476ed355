// Pictures: from a file to something that a canvas draws, and from there to the bytes that the network takes.
"use strict";

/* The numbers of the header of a PGM or PPM file, and where its pixels begin; null if it is none with a byte a sample. */
function readPnmHeader(bytes) {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1024));
  const found = /^P([56])(?:\s|#.*\n)+(\d+)(?:\s|#.*\n)+(\d+)(?:\s|#.*\n)+255\s/.exec(head);
  if (!found) return null;
  return {channels: found[1] === "5" ? 1 : 3, width: +found[2], height: +found[3], start: found[0].length};
}

/* A PGM or PPM file, which browsers do not know, as a bitmap. */
async function decodePnm(bytes) {
  const head = readPnmHeader(bytes);
  if (!head || head.width < 1 || head.height < 1) throw new Error("It is no picture that this page knows.");
  const {channels, width, height, start} = head;
  if (bytes.length - start < width * height * channels) throw new Error("The picture ends too soon.");
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = bytes[start + channels * i + (channels === 3 ? c : 0)];
    image.data[4 * i + 3] = 255;
  }
  return createImageBitmap(image);
}

/* A bitmap of whatever the browser can decode, and of PGM and PPM. */
async function decodePicture(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  if (bytes[0] === 0x50 && (bytes[1] === 0x35 || bytes[1] === 0x36)) return decodePnm(bytes);
  try {
    return await createImageBitmap(blob);
  } catch {
    throw new Error("It is no picture that this browser knows.");
  }
}

/* Draws the middle of a bitmap or video over the whole canvas, sides in proportion. */
function drawMiddle(canvas, source) {
  const width = source.videoWidth || source.width, height = source.videoHeight || source.height;
  const scale = Math.min(width / canvas.width, height / canvas.height);
  const w = canvas.width * scale, h = canvas.height * scale;
  const context = canvas.getContext("2d", {willReadFrequently: true});
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // behind what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, (width - w) / 2, (height - h) / 2, w, h, 0, 0, canvas.width, canvas.height);
  return context;
}

/* The canvas's pixels as the network takes them: red, green and blue, or the luminance (ITU-R BT.601) alone. */
function fillImage(image, canvas, channels, inverted) {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const flip = inverted ? 255 : 0;
  for (let from = 0, to = 0; from < pixels.length; from += 4) {
    if (channels === 3) {
      for (let c = 0; c < 3; c++) image[to++] = pixels[from + c] ^ flip;
    } else {
      image[to++] = Math.round(0.299 * pixels[from] + 0.587 * pixels[from + 1] + 0.114 * pixels[from + 2]) ^ flip;
    }
  }
}
