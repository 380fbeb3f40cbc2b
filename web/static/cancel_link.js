// The link in a mail ends in #number.code; no server ever sees that part. Fill it in and take it out of the address.
const [number, code] = decodeURIComponent(location.hash.slice(1)).split(".");
if (number && code) {
  // Not by name in the whole page: the language switch above calls its buttons "code" too.
  const fields = document.querySelector("main form").elements;
  fields.number.value = number;
  fields.code.value = code;
  history.replaceState(null, "", location.pathname);
}
