// Suggestions below a place field: a combobox as the ARIA pattern describes it. htmx fetches the list.
// Without JavaScript the field is a plain one, and the server asks when several places may be meant.

for (const box of document.querySelectorAll("[data-place-field]")) {
  const input = box.querySelector("input[type=text]");
  const choice = box.querySelector("input[type=hidden]");
  const list = box.querySelector("[role=listbox]");
  const status = box.querySelector("[role=status]");
  const words = box.dataset;
  let active = -1;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  const options = () => [...list.querySelectorAll("[role=option]")];

  const mark = (index) => {
    const all = options();
    active = all.length ? (index + all.length) % all.length : -1;
    all.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    if (active < 0) {
      input.removeAttribute("aria-activedescendant");
    } else {
      input.setAttribute("aria-activedescendant", all[active].id);
      all[active].scrollIntoView({ block: "nearest" });
    }
  };

  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) {
      active = -1;
      input.removeAttribute("aria-activedescendant");
    }
  };

  const choose = (option) => {
    input.value = option.dataset.label;
    choice.value = option.dataset.choice;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    show(false);
    status.textContent = "";
  };

  list.addEventListener("htmx:afterSwap", () => {
    const count = options().length;
    active = -1;
    show(count > 0 && document.activeElement === input && !choice.value);
    status.textContent = count ? words.found.replace("#", count) : words.none;
  });
  input.addEventListener("input", () => {
    choice.value = "";
    if (!input.value.trim()) show(false);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!options().length) return;
      event.preventDefault();
      show(true);
      mark(event.key === "ArrowDown" ? active + 1 : active < 0 ? -1 : active - 1);
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      choose(options()[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    }
  });
  input.addEventListener("blur", () => setTimeout(() => show(false), 150));
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });

  const here = box.querySelector(".here-button");
  if (here && navigator.geolocation) {
    here.hidden = false;
    here.addEventListener("click", () => {
      status.classList.remove("visually-hidden");
      status.textContent = words.locating;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const lat = Number(coords.latitude.toFixed(5));
          const lon = Number(coords.longitude.toFixed(5));
          input.value = `${words.here} (${lat.toFixed(5)}, ${lon.toFixed(5)})`;
          choice.value = JSON.stringify(["point", input.value, lat, lon, null]);
          status.textContent = words.located;
        },
        (error) => {
          status.textContent =
            error.code === error.PERMISSION_DENIED
              ? words.refused
              : words.unknown;
        },
        { timeout: 10000, maximumAge: 60000 },
      );
    });
  }
}

// Exchanging from and to needs no round trip.
for (const button of document.querySelectorAll(".swap-button")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const form = button.form;
    for (const name of ["", "_choice"]) {
      const from = form.elements[`origin${name}`];
      const to = form.elements[`destination${name}`];
      [from.value, to.value] = [to.value, from.value];
    }
    form.elements.origin.focus();
  });
}
