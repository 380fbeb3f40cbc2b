// The link of an invitation ends in #code; no server ever sees that part. It stays in this tab until somebody has
// signed in, and is filled in then.
const KEY = "einladung";
const code = decodeURIComponent(location.hash.slice(1));
try {
  if (code) {
    sessionStorage.setItem(KEY, code);
    history.replaceState(null, "", location.pathname);
  }
  const field = document.querySelector("main form [name=code]");
  if (field && !field.value) field.value = sessionStorage.getItem(KEY) ?? "";
} catch {
  // A browser that keeps nothing: the code is typed.
}
