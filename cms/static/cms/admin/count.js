// Wagtail's admin: how long a text is beside how long it had better be (cms.panels.CountedPanel).
// Japanese counts more meaning a letter, so its limit is its own: it holds where kana or kanji are.
const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;

function show(field, output) {
  const limits = JSON.parse(field.dataset.countLimits);
  // Nothing written yet: most likely it will be in the language the editor works in.
  const japanese = field.value ? JAPANESE.test(field.value) : document.documentElement.lang === "ja";
  const limit = japanese ? limits.ja : limits.en;
  const length = Array.from(field.value.trim()).length;
  output.textContent = `${length} / ${limit}`;
  output.classList.toggle("w-text-critical-200", length > limit);
}

function count(field) {
  const output = document.createElement("output");
  output.className = "help";
  output.setAttribute("aria-live", "off");
  field.after(output);
  field.addEventListener("input", () => show(field, output));
  show(field, output);
}

document.querySelectorAll("[data-count-limits]").forEach(count);
