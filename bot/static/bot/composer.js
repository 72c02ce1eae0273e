/** Where one writes: Enter sends, but never while a Japanese word is being composed. */

import { el, icon, unseen } from "./dom.js";

export const LONGEST = 2_000; // code points (DESIGN §8)
const COUNT_FROM = 1_800;

export class Composer {
  /** `send(text)` and `typing()` are called; `draft` has get(name), set(name, value), drop(name). */
  constructor({ say, send, typing, draft, label = "write" }) {
    Object.assign(this, { say, send, typing, draft });
    this.name = "draft";
    this.count = el("p", { class: "chat-count", role: "status", id: "chat-count" });
    this.input = el("textarea", {
      rows: "1", "aria-label": say(label), placeholder: say(label), enterkeyhint: "send",
      "aria-describedby": "chat-count", autocomplete: "off",
      keydown: (event) => this.#key(event),
      input: () => this.#changed(),
    });
    this.button = el(
      "button",
      { type: "submit", class: "button primary chat-send" },
      icon("send"),
      unseen(say("send")),
    );
    this.form = el(
      "form",
      { class: "chat-composer", submit: (event) => (event.preventDefault(), this.#submit()) },
      this.input,
      this.button,
    );
    this.element = el("div", {}, this.count, this.form);
    this.switchTo("draft");
  }

  /** Keep what is written under another name: at the desk each conversation has its own draft. */
  switchTo(name) {
    this.name = name;
    this.input.value = this.draft.get(name) ?? "";
    this.#measure();
  }

  focus() {
    this.input.focus();
  }

  #key(event) {
    // keyCode 229: Safari ends the composition before it reports the key that ended it.
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    this.#submit();
  }

  #changed() {
    this.draft.set(this.name, this.input.value || null);
    this.#measure();
    if (this.input.value) this.typing();
  }

  #measure() {
    const length = [...this.input.value].length;
    this.count.textContent =
      length > LONGEST
        ? this.say("too_long", { over: length - LONGEST, most: LONGEST })
        : length > COUNT_FROM
          ? this.say("count", { length, most: LONGEST })
          : "";
    this.count.classList.toggle("bad", length > LONGEST);
    this.button.disabled = length > LONGEST || !this.input.value.trim();
  }

  #submit() {
    const text = this.input.value.trim();
    if (this.button.disabled || !text) return;
    this.input.value = "";
    this.draft.drop(this.name);
    this.#measure();
    this.send(text);
    this.focus();
  }
}
