// Shows pages that were kept on this device (kept_pages.js) where there is no net; keeps nothing by itself.

const STORE = "fahrscheine";
const PATIENCE_MS = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const after = (ms) => new Promise((_, reject) => setTimeout(() => reject(new Error("slow")), ms));

// Pages vary with cookies and languages; what was saved is meant whatever the headers of this request are.
const saved = async (request) => (await caches.open(STORE)).match(request, { ignoreVary: true });

const renew = async (request, answer) => {
  const store = await caches.open(STORE);
  await store.delete(request, { ignoreVary: true });
  await store.put(request.url, answer);
};

// A kept page is renewed whenever there is net. Where the net is slow or the session is over, the saved one is shown.
const page = async (request) => {
  const kept = await saved(request);
  try {
    const answer = await (kept ? Promise.race([fetch(request), after(PATIENCE_MS)]) : fetch(request));
    if (!kept) return answer;
    if (answer.ok && !answer.redirected) {
      await renew(request, answer.clone());
      return answer;
    }
    return answer.type === "opaqueredirect" ? kept : answer;
  } catch {
    return kept ?? (await saved("/offline")) ?? Response.error();
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  // What scripts fetch by themselves has no destination, and must be as it is now.
  else if (request.destination) event.respondWith(saved(request).then((kept) => kept ?? fetch(request)));
});
