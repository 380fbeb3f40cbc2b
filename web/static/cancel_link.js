// The link in a mail ends in #number.code; no server ever sees that part. Fill it in and take it out of the address.
const [number, code] = decodeURIComponent(location.hash.slice(1)).split(".");
if (number && code) {
  document.querySelector("[name=number]").value = number;
  document.querySelector("[name=code]").value = code;
  history.replaceState(null, "", location.pathname);
}
