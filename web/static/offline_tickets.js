// Tickets that somebody has saved on this device; the service worker shows them where there is no net.
// They belong to one account, and go with logging out, with another account, and a day after the journey.

const STORE = "fahrscheine";
const OWNER = "/fahrscheine-von";
const TICKET = /^\/meine-fahrten\/[^/]+\/fahrschein$/;
const ANY = { ignoreVary: true };
const possible = "serviceWorker" in navigator && "caches" in window;

const accountHere = () => document.querySelector("meta[name=account]")?.content;

const forgetAll = async () => {
  await caches.delete(STORE);
  const worker = await navigator.serviceWorker.getRegistration("/");
  await worker?.unregister();
};

const tickets = async () => {
  const store = await caches.open(STORE);
  const kept = (await store.keys()).filter((request) => TICKET.test(new URL(request.url).pathname));
  return Promise.all(kept.map(async (request) => {
    const text = await (await store.match(request, ANY)).text();
    return { request, page: new DOMParser().parseFromString(text, "text/html") };
  }));
};

const keepHouse = async () => {
  if (!(await caches.has(STORE))) return;
  const store = await caches.open(STORE);
  const account = accountHere();
  const owner = await (await store.match(OWNER))?.text();
  if (account && owner && account !== owner) return forgetAll();
  const all = await tickets();
  const over = all.filter(({ page }) => page.querySelector("[data-ticket]")?.dataset.until * 1000 < Date.now());
  await Promise.all(over.map(({ request }) => store.delete(request, ANY)));
  if (over.length === all.length) await forgetAll();
};

const assets = () =>
  performance.getEntriesByType("resource")
    .map((entry) => new URL(entry.name))
    .filter((url) => url.origin === location.origin && /^\/(static|marke)\//.test(url.pathname))
    .map((url) => url.pathname + url.search);

const offer = (box) => {
  const [save, forget] = ["save", "forget"].map((name) => box.querySelector(`[data-offline-${name}]`));
  const [saved, failed] = ["saved", "failed"].map((name) => box.querySelector(`[data-offline-${name}]`));
  const show = (isSaved) => {
    save.hidden = isSaved;
    forget.hidden = saved.hidden = !isSaved;
  };
  save.addEventListener("click", async () => {
    failed.hidden = true;
    try {
      const store = await caches.open(STORE);
      await store.addAll([location.pathname, "/offline", ...new Set(assets())]);
      await store.put(OWNER, new Response(accountHere()));
      await navigator.serviceWorker.register("/dienst.js");
      show(true);
      forget.focus();
    } catch {
      failed.hidden = false;
    }
  });
  forget.addEventListener("click", async () => {
    await (await caches.open(STORE)).delete(location.pathname, ANY);
    await keepHouse();
    show(false);
    save.focus();
  });
  caches.match(location.pathname, ANY).then((answer) => show(Boolean(answer)));
  box.hidden = false;
};

const list = async (section) => {
  for (const { request, page } of await tickets()) {
    const link = document.createElement("a");
    link.className = "tall-link";
    link.href = new URL(request.url).pathname;
    const words = [page.querySelector("[data-ticket-name]"), page.querySelector(".ticket__when")];
    link.textContent = words.map((part) => part?.textContent.trim().replace(/\s+/g, " ")).join(", ");
    const row = document.createElement("li");
    row.append(link);
    section.querySelector("ul").append(row);
    section.hidden = false;
  }
};

if (possible) {
  await keepHouse();
  document.querySelectorAll("[data-offline]").forEach(offer);
  document.querySelectorAll("[data-saved-tickets]").forEach(list);
  for (const form of document.querySelectorAll("[data-log-out]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await forgetAll().catch(() => {});
      form.submit();
    });
  }
}
