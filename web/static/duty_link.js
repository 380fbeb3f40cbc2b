// The link in a mail ends in #code; no server ever sees that part. Take it out of the address and send it in the form.
const code = decodeURIComponent(location.hash.slice(1));
if (code) {
  const form = document.querySelector("main form");
  form.elements.code.value = code;
  history.replaceState(null, "", location.pathname);
  form.requestSubmit();
}
