// Opens a map in a box: loads the library, its style sheet and the font only then.
// The box says in data attributes where tiles come from (data-source) and what is said in which words (data-words).
// data-map-state: "loading", "idle", "moving", "missing" (this device draws no map).

import { coloursOf, styleOf } from "./style.js";

const HERE = import.meta.url;
const LIBRARY = "../vendor/maplibre-gl/maplibre-gl.mjs";
let library;

function sheet(address) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(address, HERE).href;
  return new Promise((done) => {
    link.onload = link.onerror = done;
    document.head.append(link);
  });
}

function loaded() {
  library ??= Promise.all([
    import(LIBRARY),
    sheet("../vendor/maplibre-gl/maplibre-gl.css"),
    sheet("./map.css"),
    document.fonts.load("400 16px 'Fira Sans'", "Aäß"),
  ]).then(([module]) => module);
  return library;
}

export const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// What people drew on the map themselves is added by `draw(map, colours)`, again after a change of theme.
export async function openMap(box, { draw = () => {}, center, zoom, cooperative = false } = {}) {
  const source = JSON.parse(box.dataset.source);
  const words = JSON.parse(box.dataset.words);
  box.dataset.mapState = "loading";
  try {
    const { Map, NavigationControl, ScaleControl, AttributionControl } = await loaded();
    const [west, south, east, north] = source.bounds;
    const map = new Map({
      container: box,
      style: styleOf(source, coloursOf(box)),
      ...(center ? { center, zoom: zoom ?? 13 } : { bounds: [[west, south], [east, north]] }),
      minZoom: 6,
      maxZoom: 18.5,
      maxBounds: [[west - 0.5, south - 0.4], [east + 0.5, north + 0.4]],
      dragRotate: false,
      touchPitch: false,
      pitchWithRotate: false,
      attributionControl: false,
      cooperativeGestures: cooperative,
      fadeDuration: isCalm() ? 0 : 200,
      locale: words,
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new ScaleControl({ maxWidth: 120, unit: "metric" }), "bottom-left");
    map.addControl(new AttributionControl({ compact: false, customAttribution: box.dataset.credit || "" }), "bottom-right");
    map.getCanvas().setAttribute("aria-label", words["Map.Title"]);
    map.on("movestart", () => (box.dataset.mapState = "moving"));
    map.on("idle", () => (box.dataset.mapState = "idle"));
    await new Promise((done) => map.once("style.load", done));
    draw(map, coloursOf(box));
    for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)"]) {
      matchMedia(query).addEventListener("change", () => {
        map.once("style.load", () => draw(map, coloursOf(box)));
        map.setStyle(styleOf(source, coloursOf(box)), { diff: false });
      });
    }
    return map;
  } catch (error) {
    console.warn("no map:", error);
    box.dataset.mapState = "missing";
    box.textContent = box.dataset.missing;
    return null;
  }
}
