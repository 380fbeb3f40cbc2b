// What JavaScript adds to every page; each part is a module of its own and every page works without it.
import "./place_field.js";
import "./quick_times.js";
import "./print_button.js";
import "./sending.js";
import "./offline_tickets.js";
import "./map/panel.js";
import "./map/picker.js";
import "./results.js";
import "./usual_search.js";
