// Slice and map, drawn here from the numbers: opacity, colours and outline never ask the server.
const find = (selector) => element.querySelector(selector);
const stage = find(".stage"), canvas = find(".stage-canvas"), caption = find(".stage-caption");
const opacity = find(".stage-opacity"), colours = find(".stage-colours"), outline = find(".stage-outline");
const state = { picture: null, map: null };
const colour = (name) => getComputedStyle(element).getPropertyValue(name);

function ramp(name) {
  const stops = COLOUR_MAPS[name];
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (stops.length - 1), low = Math.floor(place), high = Math.min(low + 1, stops.length - 1);
    for (let c = 0; c < 3; c++) table[i * 3 + c] = stops[low][c] + (place - low) * (stops[high][c] - stops[low][c]);
  }
  return table;
}

// What speaks against the class is not drawn: only the positive part, from 0 to its own largest value.
function heat(map) {
  const height = map.values.length, width = map.values[0].length, largest = map.values.flat().reduce((a, b) => Math.max(a, b), 0);
  const table = ramp(colours.value), small = document.createElement("canvas");
  small.width = width;
  small.height = height;
  const pixels = new ImageData(width, height);
  map.values.flat().forEach((value, i) => {
    const level = largest > 0 ? Math.round(255 * Math.max(0, value) / largest) : 0;
    pixels.data.set(table.subarray(level * 3, level * 3 + 3), i * 4);
    pixels.data[i * 4 + 3] = Math.round(255 * Math.sqrt(level / 255));
  });
  small.getContext("2d").putImageData(pixels, 0, 0);
  return small;
}

function drawMap(pen, map, scale) {
  if (opacity.value > 0 && !map.empty) {
    pen.save();
    pen.beginPath();
    pen.rect(map.left * scale, map.top * scale, map.side * scale, map.side * scale);
    pen.clip();
    pen.globalAlpha = opacity.value / 100;
    pen.imageSmoothingEnabled = true;
    pen.imageSmoothingQuality = "high";
    pen.drawImage(heat(map), map.left * scale, map.top * scale, map.side * scale, map.side * scale);
    pen.restore();
  }
  if (outline.checked && !map.empty) map.outline.forEach((line) => trace(pen, line, scale));
}

function trace(pen, line, scale) {
  pen.beginPath();
  line.forEach(([x, y], i) => (i ? pen.lineTo(x * scale, y * scale) : pen.moveTo(x * scale, y * scale)));
  pen.lineJoin = "round";
  for (const [width, name, opacity] of [[4, "--film", 0.75], [1.75, "--film-ink", 1]]) {
    pen.lineWidth = width;
    pen.strokeStyle = colour(name);
    pen.globalAlpha = opacity;
    pen.stroke();
  }
}

function draw() {
  if (!state.picture) return;
  const { image, width, height } = state.picture;
  const scale = Math.max(1, 720 / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  pen.fillStyle = colour("--film");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  if (state.map) drawMap(pen, state.map, scale);
  drawScale();
}

function drawScale() {
  const bar = find(".stage-ramp"), pen = bar.getContext("2d"), table = ramp(colours.value);
  const pixels = new ImageData(128, 1);
  for (let x = 0; x < 128; x++) pixels.data.set([...table.subarray(x * 6, x * 6 + 3), 255], x * 4);
  pen.putImageData(pixels, 0, 0);
}

async function show(message) {
  if (message.picture) {
    const image = new Image();
    image.src = message.picture.source;
    await image.decode();
    state.picture = { ...message.picture, image };
    state.map = null;
  }
  if ("map" in message) state.map = message.map;
  stage.hidden = !state.picture;
  stage.classList.toggle("with-map", Boolean(state.map && !state.map.empty));
  canvas.setAttribute("aria-label", message.alternative ?? "");
  caption.textContent = message.caption ?? "";
  draw();
}

function receive() {
  const message = props.value;
  if (!message || typeof message !== "object") return;
  if (message.picture === null) {
    state.picture = state.map = null;
    stage.hidden = true;
  } else show(message);
  if ("picture" in message) document.dispatchEvent(new CustomEvent("tumor:slice", { detail: { frames: message.picture?.frames ?? 0 } }));
}

// A map of one step, picked from those of "how it decided"; the map of the answer stays the answer's.
document.addEventListener("tumor:map", ({ detail }) => {
  if (!state.picture) return;
  show({ ...detail, alternative: `${canvas.getAttribute("aria-label")} Now shown: ${detail.caption}` });
  canvas.scrollIntoView({ block: "nearest" });
});

watch("value", receive);
for (const control of [opacity, colours, outline]) control.addEventListener("input", draw);
