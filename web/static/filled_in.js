// A field that has the focus from the beginning and is filled in already: whoever types writes something else there.
const field = document.querySelector("input[type=text][autofocus]");
if (field?.value) {
  field.focus();
  field.select();
}
