// Hands an example to the drop zone, which sends it as it sends a visitor's own file.
element.addEventListener("click", (event) => {
  const source = event.target.closest(".example")?.dataset.source;
  if (source) document.dispatchEvent(new CustomEvent("tumor:example", { detail: { source } }));
});
