// The map beside a list: behind a button on phones, by itself on wide screens once the page is there.
// Journeys on the page ([data-journey] with its offer or drawing, or [data-way] with an address) can be shown on it, leg by leg;
// who clicks a leg on the map is led to it in the list. Everything the map shows stands in the list too.
// Of a form ([data-way-typed]) the map shows what has been typed so far.

const WIDE = matchMedia("(min-width: 80rem)");

for (const panel of document.querySelectorAll("[data-map-panel]")) {
  const box = panel.querySelector("[data-map]");
  const opener = panel.querySelector("[data-map-open]");
  const place = panel.dataset.place ? JSON.parse(panel.dataset.place) : null;
  const back = panel.querySelector("[data-map-back]");
  const status = panel.querySelector("[role=status]");
  const rows = [...document.querySelectorAll("[data-journey], [data-way]")].filter(
    (row) => row.dataset.way || row.dataset.drawing || row.querySelector("input[name=offer]"),
  );
  let map = null;
  let colours = null;
  let opening = null;
  let shown = null; // { row, ways, leg }
  let wanted = 0; // what was asked for last is shown, in whatever order answers come

  panel.hidden = false;
  box.hidden = true;

  const say = (text) => (status.textContent = text);
  const legsOf = (row) => [...row.querySelectorAll(".timeline__leg")];

  function open() {
    opening ??= (async () => {
      box.hidden = false;
      opener.setAttribute("aria-expanded", "true");
      opener.hidden = true;
      const { openMap } = await import("./map.js");
      map = await openMap(box, {
        cooperative: true,
        ...(place && { center: place, zoom: 15.5 }),
        draw: (drawn, newColours) => {
          colours = newColours;
          if (place) drawPlace(drawn);
          if (shown) drawWays(drawn);
        },
      });
      if (!map) return;
      map.on("click", clicked);
      const list = document.querySelector("[data-add-stop]");
      if (list) (await import("./add_stop.js")).addStops(map, list, panel.querySelector("[data-add-centre]"), say);
      map.on("mousemove", (event) => {
        map.getCanvas().style.cursor = hit(event) ? "pointer" : "";
      });
    })();
    return opening;
  }

  async function waysOf(row) {
    const answer = "wayTyped" in row.dataset
      ? await fetch(row.dataset.way, { method: "POST", body: new FormData(row.closest("form")) })
      : row.dataset.way
      ? await fetch(row.dataset.way)
      : await fetch(panel.dataset.ways, {
          method: "POST",
          body: new URLSearchParams(
            row.dataset.drawing ? { drawing: row.dataset.drawing } : { offer: row.querySelector("input[name=offer]").value },
          ),
        });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }

  // `isAsked`: a person wants to see it, so the map moves there and it is said.
  async function show(row, leg = null, isAsked = true) {
    const mine = ++wanted;
    await open();
    if (!map) return;
    try {
      if (shown?.row !== row || "wayTyped" in row.dataset) {
        const ways = await waysOf(row);
        if (mine !== wanted) return;
        shown = { row, ways, leg };
        drawWays(map);
      }
    } catch {
      say(panel.dataset.unknown);
      return;
    }
    choose(leg, isAsked);
    if (isAsked) frame();
  }

  // Which leg is looked at: marked on the map and in the list, and said.
  function choose(leg, aloud = true) {
    shown.leg = leg;
    for (const marked of document.querySelectorAll(".is-on-map")) marked.classList.remove("is-on-map");
    const rows = legsOf(shown.row);
    if (leg !== null && rows[leg]) rows[leg].classList.add("is-on-map");
    if (map.getLayer("way-chosen")) map.setFilter("way-chosen", ["==", ["get", "leg"], leg ?? -1]);
    const title = shown.row.querySelector("h3, h2, legend")?.textContent.trim() ?? "";
    const words = leg === null ? title : shown.ways.features.find((f) => f.properties.leg === leg && f.properties.title)?.properties.title;
    const ends = leg === null ? "" : rows[leg] ? `: ${[...rows[leg].querySelectorAll(".timeline__stop")].map((stop) => stop.textContent.trim().replace(/\s+/g, " ")).join(" – ")}` : "";
    const stops = "wayTyped" in shown.row.dataset ? shown.ways.features.map((f) => f.properties.name).filter(Boolean) : [];
    if (aloud) say(`${panel.dataset.shows} ${stops.join(" – ") || words || ""}${ends}`);
  }

  function frame() {
    if (!shown.ways.features.length) return;
    const places = shown.ways.features
      .filter((f) => shown.leg === null || f.properties.leg === shown.leg)
      .flatMap((f) => (f.geometry.type === "Point" ? [f.geometry.coordinates] : f.geometry.coordinates));
    const lon = places.map((place) => place[0]);
    const lat = places.map((place) => place[1]);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    map.fitBounds([[Math.min(...lon), Math.min(...lat)], [Math.max(...lon), Math.max(...lat)]], {
      padding: Math.min(80, box.clientWidth / 6),
      maxZoom: 16,
      animate: !calm,
      duration: 500,
    });
  }

  function drawPlace(on) {
    on.addSource("place", { type: "geojson", data: { type: "Point", coordinates: place } });
    on.addLayer({
      id: "place-here", type: "circle", source: "place",
      paint: { "circle-radius": 13, "circle-color": colours.chosen, "circle-opacity": 0.25, "circle-stroke-color": colours.chosen, "circle-stroke-width": 4 },
    });
  }

  function drawWays(on) {
    const c = colours;
    const names = shown.ways.features.filter((f) => f.properties.named).map((f) => f.properties.name);
    if (on.getLayer("stop-name")) on.setFilter("stop-name", ["!", ["in", ["get", "name"], ["literal", names]]]); // once is enough
    const known = on.getSource("ways");
    if (known) {
      known.setData(shown.ways);
      return;
    }
    on.addSource("ways", { type: "geojson", data: shown.ways });
    if (on.getLayer("line")) on.setPaintProperty("line", "line-opacity", 0.25); // other lines step back
    const lines = ["==", ["geometry-type"], "LineString"];
    const walk = ["==", ["get", "kind"], "walk"];
    const colour = ["match", ["get", "kind"], "walk", c.walk, "ride", c.ride, c.way];
    const round = { "line-cap": "round", "line-join": "round" };
    const line = (id, filter, paint, layout = round) =>
      on.addLayer({ id, type: "line", source: "ways", filter, layout, paint });
    line("way-edge", ["all", lines, ["!", walk]], { "line-color": c["way-edge"], "line-width": 9 });
    line("way-chosen", ["==", ["get", "leg"], shown.leg ?? -1], { "line-color": c.chosen, "line-width": 13, "line-opacity": 0.45 });
    line("way", ["all", lines, ["!", walk]], { "line-color": colour, "line-width": 5.5 });
    line("way-walk", ["all", lines, walk], { "line-color": c.walk, "line-width": 4.5, "line-dasharray": [0.1, 1.8] });
    on.addLayer({
      id: "way-stop", type: "circle", source: "ways", filter: ["has", "role"],
      paint: {
        "circle-radius": ["match", ["get", "role"], "between", 3.5, ["start", "goal"], 9, 6.5],
        "circle-color": ["match", ["get", "role"], "start", c.train, "goal", c.chosen, c.halo],
        "circle-stroke-color": ["match", ["get", "role"], ["start", "goal"], c.halo, c.way],
        "circle-stroke-width": 2.5,
      },
    });
    on.addLayer({
      id: "way-name", type: "symbol", source: "ways",
      filter: ["any", ["==", ["get", "named"], true], ["match", ["get", "role"], ["start", "goal"], true, false]],
      layout: {
        "text-font": ["Fira Sans"], "text-size": 14, "text-max-width": 9,
        "text-field": ["match", ["get", "role"], "start", panel.dataset.start, "goal", panel.dataset.goal, ["get", "name"]],
        "symbol-sort-key": ["match", ["get", "role"], ["start", "goal"], 0, 1],
        "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 1, "text-justify": "auto",
      },
      paint: { "text-color": c.text, "text-halo-color": c.halo, "text-halo-width": 2 },
    });
  }

  function hit(event) {
    if (!map.getLayer("way")) return null;
    const { x, y } = event.point;
    return map.queryRenderedFeatures([[x - 8, y - 8], [x + 8, y + 8]], { layers: ["way-stop", "way", "way-walk"] })[0] ?? null;
  }

  function clicked(event) {
    const found = hit(event);
    if (!found || "wayTyped" in shown.row.dataset) return;
    choose(found.properties.leg);
    const leg = legsOf(shown.row)[found.properties.leg];
    if (!leg) return;
    for (let fold = leg.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    leg.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  function button(words, hidden, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "kern-btn kern-btn--tertiary map-button";
    made.innerHTML = '<span class="kern-label"></span>';
    made.firstChild.textContent = words;
    if (hidden) {
      const more = document.createElement("span");
      more.className = "visually-hidden";
      more.textContent = ` ${hidden}`;
      made.firstChild.append(more);
    }
    made.addEventListener("click", act);
    return made;
  }

  for (const row of rows) {
    const title = row.querySelector("h3, h2, legend")?.textContent.trim().replace(/\s+/g, " ") ?? "";
    const timeline = row.querySelector(".timeline, .stop-rows, .table-box");
    const whole = button(panel.dataset.showWay, title, (event) => reveal(row, null, event.currentTarget));
    (row.querySelector(".chain") ?? timeline ?? row.lastElementChild).after(whole); // an area has a list of its own
    if ("wayTyped" in row.dataset) row.addEventListener("change", (event) => map && show(row, null, event.detail !== "map"));
    legsOf(row).forEach((leg, i) => {
      const name = leg.querySelector(".timeline__stop :is(strong, a)")?.textContent ?? "";
      leg.querySelector(".timeline__way")?.append(button(panel.dataset.showLeg, name, (event) => reveal(row, i, event.currentTarget)));
    });
  }

  // From the list to the map and back: on a phone the map lies below the list.
  async function reveal(row, leg, from) {
    await show(row, leg);
    if (WIDE.matches) return;
    back.hidden = false;
    back.onclick = () => {
      from.focus({ preventScroll: true });
      from.scrollIntoView({ block: "center" });
    };
    panel.scrollIntoView({ block: "start" });
    back.focus({ preventScroll: true });
  }

  opener.addEventListener("click", () => (rows.length ? show(rows[0]) : open()).then(() => map?.getCanvas().focus()));
  const whenIdle = window.requestIdleCallback ?? ((act) => setTimeout(act, 500));
  if (WIDE.matches && !navigator.connection?.saveData) {
    const start = () => whenIdle(() => wanted || (rows.length ? show(rows[0]) : open()));
    if (document.readyState === "complete") start();
    else addEventListener("load", start);
  }
}
