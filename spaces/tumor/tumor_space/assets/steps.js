// A map of one step, handed to the canvas to be drawn on the slice.
element.addEventListener("click", (event) => {
  const tile = event.target.closest(".tile");
  if (!tile) return;
  document.dispatchEvent(new CustomEvent("tumor:map", { detail: JSON.parse(tile.dataset.map) }));
  for (const other of element.querySelectorAll(".tile")) other.setAttribute("aria-pressed", other === tile);
});
