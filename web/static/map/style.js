// The portal's own map style: calm ground, roads by class, places, lines and stops. Colours come from map.css.
// No glyphs are named, so labels are drawn from the page's web font. Layers of the land are named as in OpenMapTiles.

const COLOURS = [
  "ground", "built", "works", "wood", "grass", "water", "water-text", "road", "road-edge", "main", "main-edge",
  "path", "rail", "text", "text-soft", "halo", "bus", "tram", "train", "ferry", "ride", "walk", "way", "way-edge",
  "chosen",
];
const FONT = ["Fira Sans"];
const MAIN = ["motorway", "trunk", "primary", "secondary"];

export function coloursOf(box) {
  const probe = box.appendChild(document.createElement("i"));
  const read = (name) => {
    probe.style.setProperty("color", `var(--map-${name})`);
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries(COLOURS.map((name) => [name, read(name)]));
  probe.remove();
  return colours;
}

const widths = (at8, at12, at16, at18) => [
  "interpolate", ["exponential", 1.6], ["zoom"], 8, at8, 12, at12, 16, at16, 18, at18,
];
const is = (...classes) => ["match", ["get", "class"], classes, true, false];

export function styleOf(source, colours) {
  const c = colours;
  const tiles = (address) => ({
    type: "vector",
    tiles: [new URL(address, location.origin).href.replaceAll("%7B", "{").replaceAll("%7D", "}")],
    minzoom: 6,
    maxzoom: 14,
    bounds: source.bounds,
  });
  const sources = {};
  if (source.land) sources.land = tiles(source.land);
  if (source.network) sources.network = tiles(source.network);

  const area = (id, layer, classes, colour) => ({
    id, type: "fill", source: "land", "source-layer": layer,
    ...(classes && { filter: is(...classes) }),
    paint: { "fill-color": colour },
  });
  const road = (id, classes, colour, width, more = {}) => ({
    id, type: "line", source: "land", "source-layer": "transportation", filter: is(...classes),
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": colour, "line-width": width, ...more },
    ...(more.minzoom && { minzoom: more.minzoom }),
  });
  const label = (id, from, layer, more, paint = {}) => ({
    id, type: "symbol", source: from, "source-layer": layer, ...more,
    layout: { "text-font": FONT, "text-field": ["get", "name"], "text-max-width": 8, ...more.layout },
    paint: { "text-color": c.text, "text-halo-color": c.halo, "text-halo-width": 1.6, ...paint },
  });

  const land = !source.land ? [] : [
    area("wood", "landcover", ["wood"], c.wood),
    area("grass", "landcover", ["grass", "farmland"], c.grass),
    area("built", "landuse", ["residential", "commercial", "school", "hospital", "cemetery"], c.built),
    area("works", "landuse", ["industrial"], c.works),
    area("water", "water", null, c.water),
    {
      id: "waterway", type: "line", source: "land", "source-layer": "waterway",
      paint: {
        "line-color": c.water,
        "line-width": ["interpolate", ["exponential", 1.5], ["zoom"],
          8, ["match", ["get", "class"], "river", 1.5, 0.3],
          14, ["match", ["get", "class"], "river", 6, 2]],
      },
    },
    road("path", ["path", "track"], c.path, widths(0, 0.4, 1.6, 2.5)),
    road("service-edge", ["service"], c["road-edge"], widths(0, 0.6, 5, 9)),
    road("minor-edge", ["minor", "tertiary"], c["road-edge"], widths(0.3, 1.6, 11, 20)),
    road("main-edge", MAIN, c["main-edge"], widths(1.4, 4, 15, 28)),
    road("service", ["service"], c.road, widths(0, 0.3, 3.6, 7)),
    road("minor", ["minor"], c.road, widths(0.2, 0.9, 9, 18)),
    road("tertiary", ["tertiary"], c.road, widths(0.4, 1.4, 9.5, 18)),
    road("main", MAIN, c.main, widths(0.9, 2.6, 12, 24)),
    road("rail", ["rail", "transit"], c.rail, widths(0.6, 1.4, 3, 4)),
    road("ferry", ["ferry"], c.ferry, widths(0.6, 1.2, 2, 2)),
  ];
  land.find((layer) => layer.id === "path")?.paint && (land.find((layer) => layer.id === "path").paint["line-dasharray"] = [2, 1.5]);
  land.find((layer) => layer.id === "ferry")?.paint && (land.find((layer) => layer.id === "ferry").paint["line-dasharray"] = [3, 2]);

  const mode = ["match", ["get", "mode"], "rail", c.train, "tram", c.tram, "ferry", c.ferry, c.bus];
  const network = !source.network ? [] : [
    {
      id: "line", type: "line", source: "network", "source-layer": "line",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": mode,
        "line-opacity": 0.55,
        "line-width": ["interpolate", ["linear"], ["zoom"], 8, ["match", ["get", "mode"], "rail", 1.6, 0.6], 12, 2, 16, 4],
      },
    },
  ];
  const landNames = !source.land ? [] : [
    label("street-name", "land", "transportation_name", {
      minzoom: 13,
      layout: { "symbol-placement": "line", "text-size": ["interpolate", ["linear"], ["zoom"], 13, 11, 17, 15], "symbol-spacing": 300 },
    }, { "text-color": c["text-soft"] }),
    label("water-name", "land", "waterway_name", {
      layout: { "symbol-placement": "line", "text-size": 13, "symbol-spacing": 400, "text-letter-spacing": 0.1 },
    }, { "text-color": c["water-text"] }),
    label("poi", "land", "poi", {
      minzoom: 14,
      layout: { "text-size": 12, "symbol-sort-key": ["-", 0, ["get", "rank"]], "text-padding": 6 },
    }, { "text-color": c["text-soft"] }),
  ];
  const networkNames = !source.network ? [] : [
    label("line-ref", "network", "line", {
      minzoom: 13,
      layout: { "text-field": ["get", "ref"], "symbol-placement": "line-center", "text-size": 12, "text-padding": 8 },
    }, { "text-color": mode }),
    {
      id: "stop", type: "circle", source: "network", "source-layer": "stop",
      minzoom: 11,
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, 2, 14, 4.5, 17, 8],
        "circle-color": c.halo, "circle-stroke-color": mode, "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 11, 1.2, 16, 3],
      },
    },
    label("stop-name", "network", "stop", {
      minzoom: 14,
      layout: {
        "text-size": 13, "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 0.8,
        "text-justify": "auto", "symbol-sort-key": ["-", 0, ["get", "visits"]],
      },
    }),
  ];
  const placeNames = !source.land ? [] : [
    label("place", "land", "place", {
      layout: {
        "text-size": ["interpolate", ["linear"], ["zoom"],
          7, ["match", ["get", "class"], ["city"], 15, ["town"], 12, 10],
          12, ["match", ["get", "class"], ["city"], 22, ["town"], 18, ["village", "suburb", "borough"], 14, 12],
          16, ["match", ["get", "class"], ["city", "town"], 22, 16]],
        "symbol-sort-key": ["-", 0, ["get", "rank"]],
        "text-padding": 4,
      },
    }),
  ];
  return {
    version: 8,
    sources,
    layers: [
      { id: "ground", type: "background", paint: { "background-color": c.ground } },
      ...land, ...network, ...landNames, ...networkNames, ...placeNames,
    ],
  };
}
