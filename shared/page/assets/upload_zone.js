// Uploads files under random names; the names they had travel beside them, for what is shown only.
const status = element.querySelector(".zone-status"), input = element.querySelector(".zone-file");
const target = element.querySelector(".zone-target");
const LANES = 4;

async function uploadAll(files) {
  const sent = new Array(files.length);
  let next = 0, done = 0;
  const lane = async () => {
    while (next < files.length) {
      const at = next++;
      try {
        const { path } = await upload(new File([files[at]], randomName()));
        sent[at] = { file: { path, meta: { _type: "gradio.FileData" } }, name: files[at].name };
      } catch {
        sent[at] = { file: null, name: files[at].name };
      }
      status.textContent = `Uploaded ${++done} of ${files.length}`;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return sent;
}

async function start(list) {
  const files = [...list];
  if (!files.length) return;
  // Too many are not uploaded at all: the server only has to say so.
  const sent = files.length > props.most ? [] : await uploadAll(files);
  props.value = { files: sent, count: files.length, attempt: randomName() };
  status.textContent = "";
  trigger("upload");
}

input.addEventListener("change", async () => { await start(input.files); input.value = ""; });
target.addEventListener("dragover", (event) => { event.preventDefault(); target.parentElement.classList.add("over"); });
target.addEventListener("dragleave", () => target.parentElement.classList.remove("over"));
target.addEventListener("drop", (event) => {
  event.preventDefault();
  event.stopPropagation();
  target.parentElement.classList.remove("over");
  start(event.dataTransfer.files);
});
