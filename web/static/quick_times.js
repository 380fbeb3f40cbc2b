// "Now", "today" and "tomorrow" fill in the fields of day and time; without JavaScript they are typed.

// The clock of the district, whatever the device is set to.
const CLOCK = new Intl.DateTimeFormat("de-DE", {
  timeZone: "Europe/Berlin", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
});

for (const row of document.querySelectorAll("[data-quick-times]")) {
  const { day, clock, direction } = row.closest("form").elements;
  row.hidden = false;
  row.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.day) {
      day.value = button.dataset.day;
      return;
    }
    const now = Object.fromEntries(CLOCK.formatToParts().map(({ type, value }) => [type, value]));
    day.value = `${now.day}.${now.month}.${now.year}`;
    clock.value = `${now.hour}:${now.minute}`;
    direction.value = "ab";
  });
}
