// A form that sends files: says that it is busy, and cannot be sent twice by a second tap.

for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button:not([type=button])");
    button.dataset.label = button.textContent;
    button.textContent = form.dataset.busy;
    // Disabled only after the browser has taken the form's data.
    setTimeout(() => { button.disabled = true; });
  });
}

// Coming back with the browser's Back button finds the form usable again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button[data-label]")) {
    button.disabled = false;
    button.textContent = button.dataset.label;
  }
});
