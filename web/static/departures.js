// Renews a list of departures every half minute while somebody looks at it. Nothing is announced and no focus is
// taken: while the keyboard is inside the list it stays as it is. It can be stopped.
const EVERY_MS = 30000;

for (const list of document.querySelectorAll("[data-renew]")) {
  const failed = document.querySelector("[data-renew-failed]");
  const pause = document.querySelector("[data-renew-pause]");
  let paused = false;

  const renew = async () => {
    if (paused || document.hidden || list.contains(document.activeElement)) return;
    try {
      const answer = await fetch(list.dataset.renew);
      if (!answer.ok) throw new Error(String(answer.status));
      list.innerHTML = await answer.text();
      failed.hidden = true;
    } catch {
      failed.hidden = false;
    }
  };

  setInterval(renew, EVERY_MS);
  document.addEventListener("visibilitychange", renew);
  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    const label = pause.querySelector(".kern-label");
    [label.textContent, pause.dataset.goOn] = [pause.dataset.goOn, label.textContent];
    renew();
  });
}
