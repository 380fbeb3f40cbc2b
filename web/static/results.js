// Sorts and sieves the results that are on the page, without asking again; web/shown_first.py does the same for those
// without JavaScript. Every journey carries its numbers; as they came from the server, they stand best first.

const form = document.querySelector("[data-sorting]");
const SHOWN = 4;

const KEYS = {
  abfahrt: (d) => [d.departure, d.arrival],
  ankunft: (d) => [d.arrival, -d.departure],
  dauer: (d) => [d.duration, d.departure],
  umstiege: (d) => [d.changes, d.departure],
  preis: (d) => [d.price === "" ? Infinity : d.price, d.departure],
  fussweg: (d) => [d.walk, d.departure],
};

const compare = (a, b) => {
  for (let i = 0; i < a.length; i += 1) {
    const difference = Number(a[i]) - Number(b[i]);
    if (difference) return difference;
  }
  return 0;
};

const passes = (data, kind, sieves) => {
  if (sieves.includes("ohne-buchung") && data.booking === "ja") return false;
  if (sieves.includes("stufenfrei") && data.accessible !== "yes") return false;
  const kinds = data.kinds ? data.kinds.split(" ") : [];
  if (kind === "transit") return kinds.every((one) => one === "transit");
  return kind === "alle" || kinds.includes(kind);
};

if (form) {
  const shelves = [...document.querySelectorAll("[data-shelf]")]
    .map((section) => ({
      first: section.querySelector("[data-first]"),
      others: section.querySelector("[data-others]"),
      journeys: [...section.querySelectorAll("[data-journey]")],
    }))
    .filter((shelf) => shelf.first);
  const status = form.querySelector("[data-status]");
  const bestIsKnown = form.elements.order.value === "beste" && !status.textContent.trim();

  const arrange = () => {
    const order = form.elements.order.value;
    const kind = form.elements.shown.value;
    const sieves = [...form.querySelectorAll("[name=sieves]:checked")].map((box) => box.value);
    let shown = 0;
    let all = 0;
    for (const { first, others, journeys } of shelves) {
      const left = journeys.filter((one) => passes(one.dataset, kind, sieves));
      all += journeys.length;
      shown += left.length;
      const key = KEYS[order];
      const ordered = key ? [...left].sort((a, b) => compare(key(a.dataset), key(b.dataset))) : left;
      const best = key ? ordered.slice(0, SHOWN) : ordered.filter((one) => !("other" in one.dataset));
      const rest = ordered.filter((one) => !best.includes(one));
      const list = others.querySelector("ul");
      first.replaceChildren(...best);
      list.replaceChildren(...rest);
      first.hidden = !best.length;
      others.hidden = !rest.length;
      others.querySelector("[data-count]").textContent = rest.length;
    }
    status.textContent = status.dataset.text.replace("{shown}", shown).replace("{all}", all);
  };

  // What the server has left out already is not on the page: then it has to be asked again.
  const change = () => (bestIsKnown ? arrange() : form.requestSubmit());
  form.addEventListener("change", change);
  form.querySelector("[data-without-script]").hidden = true;
}
