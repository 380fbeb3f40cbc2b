// Forms that bind: pressed once is enough, and without a net nothing is lost. The server books the same form only once.
for (const offline of document.querySelectorAll("[data-no-net]")) {
  const form = offline.closest("form");
  form.addEventListener("submit", (event) => {
    offline.hidden = navigator.onLine;
    if (!navigator.onLine) {
      event.preventDefault();
      return;
    }
    form.querySelector("[type=submit]").setAttribute("aria-busy", "true");
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("online", () => { offline.hidden = true; });
  window.addEventListener("pageshow", () => {
    delete form.dataset.sent;
    form.querySelector("[type=submit]").removeAttribute("aria-busy");
  });
}
