/** The messages of one conversation, in the order of their seq, each once. */

import { el, icon, linked, unseen } from "./dom.js";
import { parts } from "./parts.js";

export class Log {
  /**
   * `chat` is what the parts need: say, language, zone, owner, press, proved. `mine` is who writes here,
   * `right` are those whose words stand on the right: at the desk also the bot's.
   */
  constructor(chat, { mine = "customer", right = [mine] } = {}) {
    this.chat = chat;
    this.mine = mine;
    this.right = right;
    this.element = el("div", { class: "chat-log", role: "log", "aria-live": "polite", tabindex: "0" });
    this.element.setAttribute("aria-label", chat.say("log"));
    this.atEnd = true;
    this.height = 0;
    // A scroll event that comes with a change of height is not the reader's.
    this.element.addEventListener("scroll", () => {
      if (this.element.clientHeight === this.height) this.atEnd = this.#atEnd();
    });
    // Whatever takes room from the log (a panel, the keyboard of a phone), its end stays in sight.
    new ResizeObserver(() => {
      this.height = this.element.clientHeight;
      if (this.atEnd) this.toEnd();
    }).observe(this.element);
    this.clear();
  }

  clear() {
    this.turns = new Map(); // seq -> {message, element}
    this.unsent = new Map(); // id -> element
    this.notes = new Set(); // ids
    this.before = null;
    this.element.replaceChildren();
  }

  get newest() {
    return Math.max(0, ...this.turns.keys());
  }

  get oldest() {
    return this.turns.size ? Math.min(...this.turns.keys()) : 0;
  }

  /** The messages as they came, in their order. */
  get messages() {
    return [...this.turns].sort(([one], [other]) => one - other).map(([, turn]) => turn.message);
  }

  /** Offer what came before the first message; `ask` null: there is nothing before it. */
  offerEarlier(ask) {
    this.before?.remove();
    this.before = null;
    if (!ask) return;
    const press = () => ((button.disabled = true), ask());
    const button = el("button", { type: "button", class: "link", click: press }, this.chat.say("earlier"));
    this.before = el("div", { class: "turn chat-earlier" }, button);
    this.element.prepend(this.before);
  }

  /** Put earlier messages above, without moving what is being read and without reading them out. */
  addEarlier(messages) {
    const below = this.element.scrollHeight - this.element.scrollTop;
    const { atEnd } = this;
    this.element.setAttribute("aria-live", "off");
    this.atEnd = false;
    messages.forEach((message) => this.add(message, { follow: false }));
    this.element.scrollTop = this.element.scrollHeight - below;
    this.atEnd = atEnd;
    setTimeout(() => this.element.setAttribute("aria-live", "polite"));
  }

  /** The newest message of an author; parts of older ones are no longer offered. */
  newestOf(author) {
    const seqs = [...this.turns].filter(([, turn]) => turn.message.author === author).map(([seq]) => seq);
    return seqs.length ? this.turns.get(Math.max(...seqs)) : null;
  }

  /** Show a message; true if it was new. */
  add(message, { follow = true } = {}) {
    this.#acknowledge(message.id);
    if (this.turns.has(message.seq)) return false;
    const element = this.#turn(message);
    element.dataset.seq = message.seq;
    const later = [...this.turns.keys()].filter((seq) => seq > message.seq);
    const before = later.length ? this.turns.get(Math.min(...later)).element : this.#firstUnsent();
    this.element.insertBefore(element, before);
    this.turns.set(message.seq, { message, element });
    if (follow && (this.atEnd || message.author === this.mine)) this.toEnd();
    return true;
  }

  /** Show what is on its way; `retry` is called when a refused one shall go out again. */
  addUnsent(entry, retry) {
    this.#acknowledge(entry.id);
    const words = this.chat.say(entry.failed ? failure(entry.failed) : "sending");
    const state = el("span", { class: "bubble-meta" }, words);
    const again = entry.failed && entry.failed !== "too_long"
      ? el("button", { type: "button", class: "link", click: () => retry(entry.id) }, this.chat.say("retry"))
      : null;
    const kind = entry.type === "note" ? "note" : this.mine;
    const bubble = el("div", { class: `bubble ${kind} ${entry.failed ? "failed" : "sending"}` }, entry.shown);
    const element = el("div", { class: "turn mine" }, el("div", { class: "said" }, state, bubble), again);
    this.unsent.set(entry.id, element);
    this.element.append(element);
    this.toEnd();
  }

  /** A colleague's note, where it was written; true if it was new. */
  addNote(note) {
    if (this.notes.has(note.id)) return false;
    this.#acknowledge(note.id);
    this.notes.add(note.id);
    const bubble = el("div", { class: "bubble note" }, unseen(`${this.chat.say("note")}: `), linked(note.text));
    const name = el("p", { class: "bubble-name" }, icon("note"), `${note.name} ${this.#clock(note.at)}`);
    const later = [...this.turns.values()].filter((turn) => turn.message.at > note.at);
    const first = later.sort((one, other) => one.message.seq - other.message.seq)[0];
    this.element.insertBefore(el("div", { class: "turn" }, name, bubble), first?.element ?? this.#firstUnsent());
    if (!first) this.toEnd();
    return true;
  }

  /** Write 既読 beside the newest of our messages that the other side has seen. */
  seen(upTo) {
    this.element.querySelectorAll(".bubble-seen").forEach((mark) => mark.remove());
    const ours = [...this.turns].filter(([seq, turn]) => seq <= upTo && turn.message.author === this.mine);
    if (!ours.length) return;
    const turn = this.turns.get(Math.max(...ours.map(([seq]) => seq)));
    turn.element.querySelector(".bubble-meta")?.prepend(el("span", { class: "bubble-seen" }, this.chat.say("seen")));
  }

  toEnd() {
    this.atEnd = true;
    this.element.scrollTop = this.element.scrollHeight;
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < 80;
  }

  #acknowledge(id) {
    this.unsent.get(id)?.remove();
    this.unsent.delete(id);
  }

  #firstUnsent() {
    return this.unsent.values().next().value ?? null;
  }

  #turn(message) {
    if (message.author === "system") {
      const words = el("p", { class: "bubble system" }, linked(message.text));
      return el("div", { class: "turn" }, words, parts(message, this.chat));
    }
    const mine = message.author === this.mine;
    const right = this.right.includes(message.author);
    const { say } = this.chat;
    const who = message.name || say(`by_${message.author}`);
    const bubble = el(
      "div",
      { class: `bubble ${message.author}` },
      unseen(`${mine ? say("by_me") : who}: `),
      linked(message.text),
    );
    const meta = el("span", { class: "bubble-meta" }, el("time", { datetime: message.at }, this.#clock(message.at)));
    const name = mine ? null : el("p", { class: "bubble-name", "aria-hidden": "true" }, face(message.author), who);
    const said = el("div", { class: "said" }, right ? [meta, bubble] : [bubble, meta]);
    return el("div", { class: `turn ${right ? "mine" : "theirs"} by-${message.author}` }, name, said, parts(message, this.chat));
  }

  #clock(at) {
    const when = new Date(at);
    // In the shop's zone, as every other time of the portal is written.
    const zone = { timeZone: this.chat.zone };
    const today = when.toLocaleDateString("en", zone) === new Date().toLocaleDateString("en", zone);
    const day = today ? {} : { month: "numeric", day: "numeric" };
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    return when.toLocaleString(this.chat.language, { ...day, ...clock, ...zone });
  }
}

function failure(code) {
  return { too_long: "failed_long", not_offered: "failed_offer", closed: "failed_closed" }[code] ?? "failed";
}

function face(author) {
  return icon(author === "bot" ? "leaf" : author === "agent" ? "agent" : "person");
}
