// "Choose on the map" for place fields: a dialog with a map under a fixed cross. Arrow keys move the map below it,
// Enter takes the point, Escape leaves; a click brings a place under the cross. The corners of an area ([data-corners])
// are taken one after the other, each a line of its text.

const dialog = document.querySelector("[data-map-picker]");

if (dialog) {
  const box = dialog.querySelector("[data-map]");
  const name = dialog.querySelector("[role=status]");
  const take = dialog.querySelector("[data-take]");
  let map = null;
  let target = null; // the place field that asked
  let found = null;
  let isWanted = false; // taken before its name was known
  let asked = 0;

  async function nameCentre() {
    const { lng, lat } = map.getCenter();
    const mine = ++asked;
    found = null;
    const answer = await fetch(dialog.dataset.points, {
      method: "POST",
      body: new URLSearchParams({ lat: lat.toFixed(6), lon: lng.toFixed(6) }),
    }).catch(() => null);
    if (mine !== asked) return;
    if (!answer?.ok) {
      name.textContent = dialog.dataset.unknown;
      return;
    }
    found = await answer.json();
    if (mine !== asked) return;
    name.textContent = found.label;
    if (isWanted) accept();
  }

  // Where the field points already, as [longitude, latitude].
  function placeIn(field) {
    const lines = field.querySelector("textarea")?.value.split("\n") ?? [];
    const corner = lines.findLast((line) => /^\s*-?[\d.]+,\s+-?[\d.]+\s*$/.test(line));
    if (corner) return corner.split(/,\s+/).map(Number).reverse();
    try {
      const [, , lat, lon] = JSON.parse(field.querySelector("input[type=hidden]").value);
      return [lon, lat];
    } catch {
      return null;
    }
  }

  async function open(field) {
    target = field;
    isWanted = false;
    dialog.showModal();
    const there = placeIn(field);
    if (map) {
      map.resize();
      if (there) map.jumpTo({ center: there, zoom: 15 });
      map.getCanvas().focus();
      return;
    }
    const { openMap } = await import("./map.js");
    map = await openMap(box, there ? { center: there, zoom: 15 } : {});
    if (!map) {
      take.disabled = true;
      return;
    }
    map.on("moveend", nameCentre);
    map.on("click", (event) => map.easeTo({ center: event.lngLat, zoom: Math.max(map.getZoom(), 15) }));
    map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      accept();
    });
    map.getCanvas().focus();
    nameCentre();
  }

  function accept() {
    const corners = target.querySelector("textarea");
    if (corners) {
      const { lng, lat } = map.getCenter();
      corners.value = `${corners.value.trim()}\n${lat.toFixed(6)}, ${lng.toFixed(6)}`.trimStart();
      dialog.close();
      corners.focus();
      return;
    }
    isWanted = !found;
    if (isWanted) return;
    const input = target.querySelector("input[type=text]");
    input.value = found.label;
    target.querySelector("input[type=hidden]").value = found.choice;
    dialog.close();
    input.focus();
  }

  take.addEventListener("click", accept);
  dialog.querySelector("[data-leave]").addEventListener("click", () => dialog.close());
  for (const field of document.querySelectorAll("[data-place-field], [data-corners]")) {
    const opener = dialog.querySelector("template").content.firstElementChild.cloneNode(true);
    const label = field.querySelector("label")?.textContent.trim();
    opener.querySelector(".visually-hidden").textContent = ` (${label})`;
    opener.addEventListener("click", () => open(field));
    field.querySelector(".combobox, textarea").after(opener);
  }
}
