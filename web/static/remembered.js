// Searches that this browser remembers: only after a yes, only here, and gone with one press.
// Nothing is stored before: that the store exists at all is the yes.

const STORE = "mitfahr.searches";
const MOST_RECENT = 5;
const FIELDS = ["origin", "origin_choice", "destination", "destination_choice"];

function read() {
  try {
    const { kept, recent } = JSON.parse(localStorage.getItem(STORE));
    return { kept, recent };
  } catch {
    return null; // nothing stored, something unreadable, or storing is forbidden
  }
}

function write(searches) {
  try {
    localStorage.setItem(STORE, JSON.stringify(searches));
    return true;
  } catch {
    return false;
  }
}

const isSame = (one, other) => one.origin === other.origin && one.destination === other.destination;

const isPoint = (choice) => choice.startsWith('["point"');

function without(searches, search) {
  return {
    kept: searches.kept.filter((one) => !isSame(one, search)),
    recent: searches.recent.filter((one) => !isSame(one, search)),
  };
}

// On the page of results both places are known as they are meant.
function rememberAnswered(form) {
  const searches = read();
  if (!searches || !form.dataset.answered) return;
  const search = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value]));
  const choices = [search.origin_choice, search.destination_choice];
  if (choices.some((choice) => !choice || isPoint(choice))) return; // where somebody stood is nothing to keep
  if (searches.kept.some((one) => isSame(one, search))) return;
  const recent = [search, ...without(searches, search).recent].slice(0, MOST_RECENT);
  write({ kept: searches.kept, recent });
}

for (const box of document.querySelectorAll("[data-remembered]")) {
  const form = box.closest("form");
  const status = box.querySelector("[role=status]");
  const [asking, listing] = box.querySelectorAll("[data-asking], [data-listing]");
  const row = box.querySelector("template");

  const fill = (search) => {
    for (const name of FIELDS) form.elements[name].value = search[name];
    status.textContent = box.dataset.filled;
    form.elements.origin.focus();
  };

  const item = (search, isKept) => {
    const line = row.content.firstElementChild.cloneNode(true);
    const words = `${search.origin} → ${search.destination}`;
    line.querySelector("[data-words]").textContent = words;
    for (const name of line.querySelectorAll("[data-which]")) name.textContent = words;
    const [take, keep, remove] = line.querySelectorAll("button");
    keep.hidden = isKept;
    take.addEventListener("click", () => fill(search));
    keep.addEventListener("click", () => {
      const rest = without(read() ?? { kept: [], recent: [] }, search);
      write({ kept: [...rest.kept, search], recent: rest.recent });
      show(box.dataset.kept);
    });
    remove.addEventListener("click", () => {
      write(without(read() ?? { kept: [], recent: [] }, search));
      show(box.dataset.removed);
    });
    return line;
  };

  const show = (said = "") => {
    const searches = read();
    asking.hidden = searches !== null;
    listing.hidden = searches === null;
    if (searches) {
      for (const [name, isKept] of [["kept", true], ["recent", false]]) {
        const part = box.querySelector(`[data-part=${name}]`);
        part.hidden = searches[name].length === 0;
        part.querySelector("ul").replaceChildren(...searches[name].map((one) => item(one, isKept)));
      }
      box.querySelector("[data-empty]").hidden = searches.kept.length + searches.recent.length > 0;
    }
    status.textContent = said;
    if (said) box.querySelector("summary").focus(); // the button that was pressed is gone
  };

  box.querySelector("[data-yes]").addEventListener("click", () => {
    const searches = read() ?? { kept: [], recent: [] };
    const isStored = write(searches);
    if (isStored) rememberAnswered(form);
    show(isStored ? box.dataset.agreed : box.dataset.forbidden);
  });
  box.querySelector("[data-forget]").addEventListener("click", () => {
    localStorage.removeItem(STORE);
    show(box.dataset.forgotten);
  });
  rememberAnswered(form);
  show();
  box.hidden = false;
}
