// What a new timetable changes: municipalities shaded by the stop times they lose, stops that move, go or come.
// Behind a button; the tables beside it say the same.

const panel = document.querySelector("[data-changes-map]");
const box = panel.querySelector("[data-map]");
const opener = panel.querySelector("[data-map-open]");
const key = panel.querySelector(".map-key");
const status = panel.querySelector("[role=status]");
let changes = null;
let map = null;

panel.hidden = false;

const colour = (name) => getComputedStyle(panel).getPropertyValue(`--change-${name}`).trim();

function draw(on, colours) {
  on.addSource("changes", { type: "geojson", data: changes });
  const areas = ["==", ["geometry-type"], "Polygon"];
  const lost = ["step", ["get", "lost"], colour("more"), -0.0001, colour("same"), 0.0001, colour("little"), 0.2001, colour("less"), 0.5001, colour("lost")];
  const opacity = ["case", ["==", ["get", "lost"], 0], 0.08, 0.55];
  on.addLayer({ id: "areas", type: "fill", source: "changes", filter: areas, paint: { "fill-color": lost, "fill-opacity": opacity } });
  on.addLayer({ id: "borders", type: "line", source: "changes", filter: areas, paint: { "line-color": colours["text-soft"], "line-width": 1.2 } });
  on.addLayer({ id: "ways", type: "line", source: "changes", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": colour("stop"), "line-width": 3 } });
  on.addLayer({
    id: "stops", type: "circle", source: "changes", filter: ["has", "fate"],
    paint: {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 3, 14, 8],
      "circle-color": ["match", ["get", "fate"], "gone", colour("lost"), "new", colour("more"), colour("stop")],
      "circle-stroke-color": colours.halo, "circle-stroke-width": 2,
    },
  });
}

function said(event) {
  const { x, y } = event.point;
  const near = map.queryRenderedFeatures([[x - 6, y - 6], [x + 6, y + 6]], { layers: ["stops", "areas"] })[0];
  if (near) status.textContent = [near.properties.name, near.properties.words].filter(Boolean).join(": ");
}

function bounds() {
  const west = [180, 90];
  const east = [-180, -90];
  const walk = (part) => {
    if (typeof part[0] !== "number") return part.forEach(walk);
    for (const i of [0, 1]) {
      west[i] = Math.min(west[i], part[i]);
      east[i] = Math.max(east[i], part[i]);
    }
  };
  const changed = changes.features.filter((one) => one.properties.lost || one.properties.fate);
  for (const one of changed.length ? changed : changes.features) walk(one.geometry.coordinates);
  return west[0] <= east[0] ? [west, east] : null;
}

opener.addEventListener("click", async () => {
  opener.disabled = true;
  try {
    const answer = await fetch(panel.dataset.changes);
    if (!answer.ok) throw new Error(answer.status);
    changes = await answer.json();
  } catch {
    status.textContent = panel.dataset.unknown;
    opener.disabled = false;
    return;
  }
  box.hidden = key.hidden = false;
  opener.hidden = true;
  opener.setAttribute("aria-expanded", "true");
  const { openMap, isCalm } = await import("./map.js");
  map = await openMap(box, { cooperative: true, draw });
  if (!map) return;
  const seen = bounds();
  if (seen) map.fitBounds(seen, { padding: 30, maxZoom: 13, animate: !isCalm(), duration: 500 });
  map.on("click", said);
  map.getCanvas().focus();
});
