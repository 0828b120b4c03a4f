// The one way in: a file that is chosen, dropped, pasted, photographed or an example becomes an upload.
// The browser keeps the file, so that another frame of it can be asked for; the server does not.
const find = (selector) => element.querySelector(selector);
const zone = find(".zone"), status = find(".zone-status"), input = find(".zone-file");
const frame = find(".zone-frame"), frameNumber = find(".zone-frame-number"), dialog = find(".zone-dialog");
let current = null;
let stream = null;

function say(text) { status.textContent = text; }

async function send(blob, frameIndex) {
  current = blob;
  zone.dataset.state = "busy";
  say("Reading the slice …");
  try {
    const { path } = await upload(new File([blob], randomName()));
    props.value = { file: { path, meta: { _type: "gradio.FileData" } }, frame: frameIndex };
    trigger("upload");
  } catch (error) {
    zone.dataset.state = "empty";
    say(`The file could not be uploaded: ${error.message ?? error}. Files of up to ${props.largest} can be read; choose a smaller one or try again.`);
  }
}

function start(blob) {
  if (!blob) return;
  frame.hidden = true;
  frameNumber.value = 1;
  send(blob, 0);
}

// The canvas tells what the server made of the file.
document.addEventListener("tumor:slice", ({ detail }) => {
  zone.dataset.state = detail.frames ? "full" : "empty";
  say("");
  frame.hidden = !(detail.frames > 1);
  frameNumber.max = detail.frames;
  find(".zone-frame-count").textContent = `of ${detail.frames}`;
});

input.addEventListener("change", () => { start(input.files[0]); input.value = ""; });
frameNumber.addEventListener("change", () => {
  const wanted = Math.min(Math.max(1, Math.round(Number(frameNumber.value)) || 1), Number(frameNumber.max));
  frameNumber.value = wanted;
  send(current, wanted - 1);
});

const visible = () => element.offsetParent !== null;
document.addEventListener("dragover", (event) => { if (visible()) { event.preventDefault(); zone.classList.add("over"); } });
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) zone.classList.remove("over"); });
document.addEventListener("drop", (event) => {
  if (!visible()) return;
  event.preventDefault();
  zone.classList.remove("over");
  start(event.dataTransfer.files[0]);
});
document.addEventListener("paste", (event) => { if (visible()) start(event.clipboardData?.files?.[0]); });
document.addEventListener("tumor:example", async ({ detail }) => start(await (await fetch(detail.source)).blob()));

async function openCamera() {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    say("There is no camera that this page may use. Allow it in the browser, or choose a file.");
    return;
  }
  find("video").srcObject = stream;
  dialog.showModal();
}

function closeCamera() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  if (dialog.open) dialog.close();
}

function shoot() {
  const video = find("video");
  const still = document.createElement("canvas");
  still.width = video.videoWidth;
  still.height = video.videoHeight;
  still.getContext("2d").drawImage(video, 0, 0);
  closeCamera();
  still.toBlob(start, "image/png");
}

find(".zone-camera").addEventListener("click", openCamera);
find(".zone-shoot").addEventListener("click", shoot);
find(".zone-close").addEventListener("click", closeCamera);
dialog.addEventListener("close", closeCamera);
