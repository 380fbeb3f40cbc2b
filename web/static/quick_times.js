// "Now", "today" and "tomorrow" fill in the fields of day and time; without JavaScript they are typed.

const two = (number) => String(number).padStart(2, "0");

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
    const now = new Date();
    day.value = `${two(now.getDate())}.${two(now.getMonth() + 1)}.${now.getFullYear()}`;
    clock.value = `${two(now.getHours())}:${two(now.getMinutes())}`;
    direction.value = "ab";
  });
}
