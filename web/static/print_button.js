// Printing needs JavaScript, so its button is shown only where there is some.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
