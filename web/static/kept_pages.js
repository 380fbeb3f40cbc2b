// Pages that this device shows without a net, by the service worker: saved tickets, and the runs of whoever drives.
// They belong to one account, and go with logging out, with another account, and when their time is over (data-until).

const STORE = "fahrscheine";
const OWNER = "/fahrscheine-von";
const PAGE = /^\/(meine-fahrten\/[^/]+\/fahrschein|fahrdienst\/[0-9a-f]{32})$/;
const ANY = { ignoreVary: true };

export const TICKS = "fahrdienst-eintraege";
export const possible = "serviceWorker" in navigator && "caches" in window;
export const accountHere = () => document.querySelector("meta[name=account]")?.content;

export const forgetAll = async () => {
  localStorage.removeItem(TICKS);
  await caches.delete(STORE);
  const worker = await navigator.serviceWorker.getRegistration("/");
  await worker?.unregister();
};

export const keptPages = async () => {
  const store = await caches.open(STORE);
  const kept = (await store.keys()).filter((request) => PAGE.test(new URL(request.url).pathname));
  return Promise.all(kept.map(async (request) => {
    const text = await (await store.match(request, ANY)).text();
    return { request, page: new DOMParser().parseFromString(text, "text/html") };
  }));
};

export const keepHouse = async () => {
  if (!(await caches.has(STORE))) return;
  const store = await caches.open(STORE);
  const account = accountHere();
  const owner = await (await store.match(OWNER))?.text();
  if (account && owner && account !== owner) return forgetAll();
  const all = await keptPages();
  const over = all.filter(({ page }) => page.querySelector("[data-until]")?.dataset.until * 1000 < Date.now());
  await Promise.all(over.map(({ request }) => store.delete(request, ANY)));
  if (over.length === all.length) await forgetAll();
};

const assets = () =>
  performance.getEntriesByType("resource")
    .map((entry) => new URL(entry.name))
    .filter((url) => url.origin === location.origin && /^\/(static|marke)\//.test(url.pathname))
    .map((url) => url.pathname + url.search);

export const isKept = async () => Boolean(await caches.match(location.pathname, ANY));

export const keep = async () => {
  const store = await caches.open(STORE);
  await store.addAll([location.pathname, "/offline", ...new Set(assets())]);
  await store.put(OWNER, new Response(accountHere()));
  await navigator.serviceWorker.register("/dienst.js");
};

export const forgetPage = async () => {
  await (await caches.open(STORE)).delete(location.pathname, ANY);
  await keepHouse();
};
