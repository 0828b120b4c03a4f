// The application form: keeps sliders and numbers together, sends what changed, and keeps it in the address.
const form = element.querySelector("form"), status = element.querySelector(".form-status");
const SETTLED = 350; // milliseconds without a change, after which the slower explanations are asked for
const names = [...form.querySelectorAll(".field")].map((field) => field.dataset.name);
const part = (name) => form.querySelector(`.field[data-name="${name}"]`);
let waiting;

const log = (value) => Math.log1p(Math.max(value, 0));
function toSlider(range, text) {
  const [low, high] = [log(+range.dataset.low), log(+range.dataset.high)];
  const number = parseFloat(text);
  range.classList.toggle("unset", Number.isNaN(number));
  range.value = Number.isNaN(number) ? 0 : Math.round(((log(number) - low) / (high - low)) * range.max);
  range.setAttribute("aria-valuetext", text || "not stated");
}
function fromSlider(range) {
  const [low, high] = [log(+range.dataset.low), log(+range.dataset.high)];
  const raw = Math.expm1(low + (range.value / range.max) * (high - low));
  const unit = Math.max(1, Math.pow(10, Math.floor(Math.log10(Math.max(raw, 1))) - 1)); // two digits
  const round = Math.min(unit, Math.max(+range.dataset.step, 1));
  return Math.min(Math.max(Math.round(raw / round) * round, +range.dataset.low), +range.dataset.high);
}

function read(name) {
  const field = part(name);
  if (field.matches(".number")) return field.querySelector("input[type=text]").value.trim();
  return field.querySelector("input:checked")?.value ?? "";
}
function write(name, value) {
  const field = part(name);
  if (!field) return;
  if (field.matches(".number")) {
    field.querySelector("input[type=text]").value = value;
    toSlider(field.querySelector("input[type=range]"), String(value));
  } else {
    const radios = [...field.querySelectorAll("input")];
    (radios.find((radio) => radio.value === String(value)) ?? radios.at(-1)).checked = true; // the last is "not stated"
  }
}

function remember(values) {
  // Behind the #, so that no server ever sees it.
  history.replaceState(null, "", `#${new URLSearchParams({ ...values, revision: props.revision })}`);
}
function send(changed, event) {
  const values = Object.fromEntries(names.map((name) => [name, read(name)]));
  props.value = { values, changed };
  trigger(event);
  return values;
}
function changedNow(changed) {
  send(changed, "input");
  clearTimeout(waiting);
  waiting = setTimeout(() => remember(send(changed, "release")), SETTLED);
}
function setAll(values) {
  for (const name of names) if (name in values) write(name, values[name]);
  clearTimeout(waiting);
  send("", "input");
  remember(send("", "release"));
}

form.addEventListener("input", (event) => {
  const field = event.target.closest(".field");
  if (!field) return;
  if (event.target.type === "range") {
    field.querySelector("input[type=text]").value = fromSlider(event.target);
    event.target.classList.remove("unset");
    event.target.setAttribute("aria-valuetext", fromSlider(event.target));
  } else if (event.target.type === "text") {
    toSlider(field.querySelector("input[type=range]"), event.target.value);
  }
  changedNow(field.dataset.name);
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(() => {
  for (const range of form.querySelectorAll("input[type=range]")) toSlider(range, range.previousElementSibling.value);
  setAll({});
}));
form.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  if (button.dataset.do === "print") return window.print();
  try {
    await navigator.clipboard.writeText(location.href);
    status.textContent = "The link is copied. What it tells about the applicant stands behind the #, which browsers send to no server.";
  } catch {
    status.textContent = `Copy this address: ${location.href}`;
  }
});
// Examples and suggestions hand over values.
document.addEventListener("loan:values", (event) => {
  setAll(event.detail);
  form.scrollIntoView({ block: "start", behavior: "smooth" });
});

for (const range of form.querySelectorAll("input[type=range]")) toSlider(range, range.previousElementSibling.value);
function readAddress() {
  const linked = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  status.textContent = [...strange(linked), ...older(linked)].join(" ");
  setAll(Object.fromEntries(Object.entries(linked).filter(([name]) => names.includes(name))));
}
function older({ revision }) {
  return revision && revision !== props.revision
    ? [`The link was made with revision ${revision} of the models; this page answers with ${props.revision}, perhaps differently.`] : [];
}
function strange(linked) {
  return Object.entries(linked).filter(([name]) => name !== "revision").flatMap(([name, value]) => {
    const field = part(name);
    if (!field) return [`The link names a field ${name}, which does not exist.`];
    const known = field.matches(".number") || [...field.querySelectorAll("input")].some((radio) => radio.value === value);
    return known ? [] : [`The link says ${value} for ${name}, which is not one of the choices; it counts as not stated here.`];
  });
}
window.addEventListener("hashchange", readAddress); // another link in the same window loads no page
readAddress();
