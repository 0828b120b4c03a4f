// A button that carries values hands them to the form.
element.addEventListener("click", (event) => {
  const values = event.target.closest("[data-values]")?.dataset.values;
  if (values) document.dispatchEvent(new CustomEvent("loan:values", { detail: JSON.parse(values) }));
});
