/** An answer half written survives a reload, a look at another case, and an expired session. */

import { ofThisTab } from "../bot/store.js";

for (const form of document.querySelectorAll("form[data-draft]")) {
  const field = form.querySelector("textarea");
  const name = `draft.${form.dataset.draft}`;
  field.value ||= ofThisTab.get(name) ?? "";
  field.addEventListener("input", () => ofThisTab.set(name, field.value || null));
  form.addEventListener("submit", () => ofThisTab.drop(name));
}
