// At the wheel: what is ticked is sent at once, or kept on this device (numbers only, no names) until there is a net.
// The server takes each entry with the time at which it was made, so one sent twice or late does no harm.
import { TICKS, accountHere, isKept, keep, possible } from "./kept_pages.js";

const AGAIN_MS = 20000;
const box = document.querySelector("[data-drive]");
const account = accountHere();
const part = (name) => box.querySelector(`[data-${name}]`);

const all = () => JSON.parse(localStorage.getItem(TICKS) ?? "[]").filter((tick) => tick.account === account);
const store = (ticks) => {
  if (ticks.length) localStorage.setItem(TICKS, JSON.stringify(ticks));
  else localStorage.removeItem(TICKS);
};

const showLeft = (stopsDone) => {
  let next = null;
  for (const halt of box.querySelectorAll("[data-halt]")) {
    const isDone = Number(halt.dataset.halt) <= stopsDone;
    const isNext = !isDone && next === null;
    if (isNext) next = halt;
    halt.classList.toggle("drive__halt--done", isDone);
    halt.classList.toggle("drive__halt--next", isNext);
    halt.querySelector("[data-done]").hidden = !isDone;
    halt.querySelector("[data-when-here]").hidden = isDone;
    halt.querySelector("[data-when-left]").hidden = !isDone;
    halt.querySelector("details").open = isNext;
  }
  const link = part("next-link");
  if (!next || !link) return;
  link.href = `#${next.id}`;
  link.textContent = [".drive__time", ".drive__stop"].map((name) => next.querySelector(name).textContent.trim()).join(" ");
};

const showTick = ({ leg, leave, fields }) => {
  if (leave !== undefined) showLeft(Number(leave));
  if (leg === undefined) return;
  for (const state of box.querySelectorAll(`[data-leg="${leg}"] [data-state]`)) {
    state.hidden = state.dataset.state !== fields.came;
  }
};

const showWaiting = () => {
  part("waiting").hidden = !all().length;
  part("number").textContent = all().length;
};

const swap = (text) => {
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.querySelector("[data-drive]");
  if (!fresh) return;
  const focused = document.activeElement?.closest("[id]")?.id;
  const open = [...box.querySelectorAll("details[open]")].map((one) => one.closest("[id]").id);
  const wasNext = part("next-link")?.hash;
  box.replaceChildren(...fresh.childNodes);
  if (wasNext === part("next-link")?.hash) {
    for (const id of open) document.getElementById(id).querySelector("details").open = true;
  }
  document.querySelectorAll("main > .message").forEach((message) => message.remove());
  box.before(...page.querySelectorAll("main > .message"));
  const place = focused && document.getElementById(focused);
  (place?.querySelector("button:not([hidden] *), summary") ?? part("next-link"))?.focus();
};

// The page that was kept has an old token: each round asks for a new one, and so learns whether the session is over.
const token = async () => {
  const answer = await fetch(location.pathname);
  if (!answer.ok || answer.redirected) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("[name=csrf_token]").value;
};

let isSending = false;
const send = async () => {
  if (isSending || !all().length) return;
  isSending = true;
  let answered = null;
  try {
    const csrf_token = await token();
    part("signed-out").hidden = csrf_token !== null;
    while (csrf_token !== null && all().length) {
      const tick = all()[0];
      const body = new URLSearchParams({ ...tick.fields, said_ms: tick.said_ms, csrf_token });
      const answer = await fetch(tick.action, { method: "POST", body });
      if (answer.status >= 500 || answer.status === 429) break;
      store(all().slice(1));
      if (!answer.ok) part("refused").hidden = false;
      else if (new URL(answer.url).pathname === location.pathname) answered = await answer.text();
    }
  } catch {
    // no net: it stays kept
  } finally {
    isSending = false;
  }
  const wasRefused = !part("refused").hidden;
  if (answered !== null && !all().length) swap(answered);
  part("refused").hidden = !wasRefused;
  showWaiting();
};

box.addEventListener("submit", (event) => {
  const form = event.target;
  event.preventDefault();
  const fields = Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "csrf_token"));
  const { tick: leg, leave } = form.dataset;
  const tick = { account, action: new URL(form.action).pathname, fields, said_ms: String(Date.now()), leg, leave };
  store([...all(), { ...tick, page: location.pathname }]);
  showTick(tick);
  if (!navigator.onLine) showWaiting();
  send();
});

for (const tick of all()) if (tick.page === location.pathname) showTick(tick);
showWaiting();
send();
window.addEventListener("online", send);
setInterval(send, AGAIN_MS);

if (possible && box.dataset.until * 1000 > Date.now()) {
  try {
    if (!(await isKept())) await keep();
    document.querySelector("[data-kept-note]").hidden = false;
  } catch {
    // without a net the page that was kept is kept already
  }
}
