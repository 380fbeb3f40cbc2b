// What JavaScript adds to every page; each part is a module of its own and every page works without it.
import "./place_field.js";
import "./quick_times.js";
import "./remembered.js";
import "./print_button.js";
import "./sending.js";
import "./offline_tickets.js";
import "./results.js";
import "./usual_search.js";
import "./filled_in.js";

// The map's own scripts only where there is a map; what they load is fetched when somebody wants it.
if (document.querySelector("[data-map-panel]")) import("./map/panel.js");
if (document.querySelector("[data-map-picker]")) import("./map/picker.js");
if (document.querySelector("[data-changes-map]")) import("./map/changes.js");
if (document.querySelector("[data-drive]")) import("./run_ticks.js");
