// A table that is sorted by its column heads; numbers as numbers, the rest as text.
element.addEventListener("click", (event) => {
  const head = event.target.closest("th button")?.parentElement;
  if (!head) return;
  const body = head.closest("table").tBodies[0], column = head.cellIndex;
  const up = head.getAttribute("aria-sort") !== "ascending";
  for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const key = (row) => row.cells[column].dataset.sort ?? row.cells[column].textContent;
  const order = (a, b) => key(a).localeCompare(key(b), undefined, { numeric: true });
  [...body.rows].sort((a, b) => (up ? order(a, b) : order(b, a))).forEach((row) => body.append(row));
});
