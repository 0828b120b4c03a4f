// The plot of thresholds and their costs follows its slider and its choice of costs. All texts stand in the HTML, by place on the slider.
function follow(costs) {
  const slots = JSON.parse(costs.dataset.slots), slider = costs.querySelector("input[type=range]");
  const at = +slider.value, loss = costs.querySelector("input[type=radio]:checked").value;
  for (const slot of costs.querySelectorAll("[data-slot]")) {
    slot.textContent = slots[slot.dataset.slot.replace(/ loss$/, ` ${loss}`)][at];
  }
  slider.setAttribute("aria-valuetext", slots.threshold[at]);
  for (const plot of costs.querySelectorAll("[data-loss]")) {
    plot.hidden = plot.dataset.loss !== loss;
    for (const dot of plot.querySelectorAll("circle.hand")) {
      const { x, y } = plot.querySelector(`polyline.${dot.classList[1]}`).points[at];
      dot.setAttribute("cx", x);
      dot.setAttribute("cy", y);
      const line = plot.querySelector("line.hand");
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
    }
  }
}
element.addEventListener("input", (event) => {
  const costs = event.target.closest(".costs");
  if (costs) follow(costs);
});
// A click into the plot moves the slider there.
element.addEventListener("click", (event) => {
  const svg = event.target.closest(".costs svg");
  if (!svg) return;
  const x = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse()).x;
  const places = [...svg.querySelector("polyline:not(.rule)").points].map((point) => Math.abs(point.x - x));
  const slider = svg.closest(".costs").querySelector("input[type=range]");
  slider.value = places.indexOf(Math.min(...places));
  follow(svg.closest(".costs"));
});
