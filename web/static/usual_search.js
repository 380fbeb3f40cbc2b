// How somebody travels, kept in this browser and nowhere else, after they have pressed the button for it.
// Only a form that nobody has filled in yet is filled from it.

const KEY = "mitfahr.suche";

const read = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
};

const isBox = (field) => field.type === "checkbox" || field.type === "radio";

for (const fold of document.querySelectorAll("[data-preferences]")) {
  const box = fold.querySelector("[data-remember]");
  const form = fold.closest("form");
  if (!box) continue;
  const keep = box.querySelector("[data-keep]");
  const forget = box.querySelector("[data-forget]");
  const status = box.querySelector("[role=status]");
  const fields = [...fold.querySelectorAll("select, input"), form.elements.wheelchairs];

  const show = (words = "") => {
    status.textContent = words;
    forget.hidden = !read();
  };

  const fill = (kept) => {
    for (const field of fields) {
      const values = kept[field.name];
      if (!Array.isArray(values)) continue;
      if (isBox(field)) field.checked = values.includes(field.value);
      else if ([...field.options].some((one) => one.value === values[0])) [field.value] = values;
    }
    const { persons, wheelchairs } = form.elements;
    if (Number(wheelchairs.value) > Number(persons.value)) persons.value = wheelchairs.value;
  };

  keep.addEventListener("click", () => {
    const kept = {};
    for (const field of fields) {
      kept[field.name] ??= [];
      if (!isBox(field) || field.checked) kept[field.name].push(field.value);
    }
    localStorage.setItem(KEY, JSON.stringify(kept));
    show(box.dataset.kept);
  });
  forget.addEventListener("click", () => {
    localStorage.removeItem(KEY);
    show(box.dataset.gone);
    keep.focus();
  });
  box.hidden = false;
  show();
  if ("fresh" in form.dataset && read()) fill(read());
}
