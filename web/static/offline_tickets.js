// Save a ticket on this device, forget it again, and list what is saved where there is no net.
import { forgetAll, forgetPage, isKept, keep, keepHouse, keptPages, possible } from "./kept_pages.js";

const offer = (box) => {
  const [save, forget] = ["save", "forget"].map((name) => box.querySelector(`[data-offline-${name}]`));
  const [saved, failed] = ["saved", "failed"].map((name) => box.querySelector(`[data-offline-${name}]`));
  const show = (isSaved) => {
    save.hidden = isSaved;
    forget.hidden = saved.hidden = !isSaved;
  };
  save.addEventListener("click", async () => {
    failed.hidden = true;
    try {
      await keep();
      show(true);
      forget.focus();
    } catch {
      failed.hidden = false;
    }
  });
  forget.addEventListener("click", async () => {
    await forgetPage();
    show(false);
    save.focus();
  });
  isKept().then(show);
  box.hidden = false;
};

const list = async (section) => {
  for (const { request, page } of await keptPages()) {
    const link = document.createElement("a");
    link.className = "tall-link";
    link.href = new URL(request.url).pathname;
    const words = [page.querySelector("[data-kept-name]"), page.querySelector("[data-kept-when]")];
    link.textContent = words.map((part) => part?.textContent.trim().replace(/\s+/g, " ")).join(", ");
    const row = document.createElement("li");
    row.append(link);
    section.querySelector("ul").append(row);
    section.hidden = false;
  }
};

if (possible) {
  await keepHouse();
  document.querySelectorAll("[data-offline]").forEach(offer);
  document.querySelectorAll("[data-saved-tickets]").forEach(list);
  for (const form of document.querySelectorAll("[data-log-out]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await forgetAll().catch(() => {});
      form.submit();
    });
  }
}
