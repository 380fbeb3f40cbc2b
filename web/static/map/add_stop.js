// A click on the map beside a form of stops ([data-add-stop]) puts the stop there into the list, where the server says
// that it belongs; Enter on the map, or the button, does so with the stop under the cross.

const FIELDS = "input[type=text], input[type=hidden]"; // of one row: its name, what was chosen, its time

const FINGER_PX = 24;
const EQUATOR_M = 40_075_017;

export function addStops(map, list, button, say) {
  const rows = () => [...list.querySelectorAll(".stop-row")].map((row) => [...row.querySelectorAll(FIELDS)]);
  const isEmpty = (values) => !values.some((value) => value.trim());
  const words = (text, label, row) => text.replace("#stop", label).replace("#number", row + 1);

  async function add({ lng, lat }) {
    const body = new FormData(list.closest("form"));
    body.set("lat", lat.toFixed(6));
    body.set("lon", lng.toFixed(6));
    body.set("within_m", (FINGER_PX * EQUATOR_M * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** map.getZoom()));
    const answer = await fetch(list.dataset.addStop, { method: "POST", body }).catch(() => null);
    const found = answer?.ok ? await answer.json() : {};
    if (!found.label) say(list.dataset.none);
    else if ("is_in" in found) say(words(list.dataset.known, found.label, found.is_in));
    else if (insert(found)) say(words(list.dataset.added, found.label, found.row));
    else say(list.dataset.full);
  }

  // Every row from there on moves down by one, up to the next empty one.
  function insert(found) {
    const fields = rows();
    const values = fields.map((row) => row.map((field) => field.value));
    const free = values.findIndex((row, i) => i >= found.row && isEmpty(row));
    if (free < 0) return false;
    values.splice(free, 1);
    values.splice(found.row, 0, fields[0].map((field) => (field.type === "hidden" ? found.choice : "")));
    values[found.row][0] = found.label;
    fields.forEach((row, i) => row.forEach((field, k) => (field.value = values[i][k])));
    fields[found.row][0].dispatchEvent(new CustomEvent("change", { bubbles: true, detail: "map" }));
    return true;
  }

  button.hidden = false;
  button.addEventListener("click", () => add(map.getCenter()));
  map.on("click", (event) => add(event.lngLat));
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter") add(map.getCenter());
  });
}
