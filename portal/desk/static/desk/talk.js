/** One conversation at the desk: head with its actions, messages and notes, the writing field. */

import { Composer } from "../bot/composer.js";
import { el, icon, unseen } from "../bot/dom.js";
import { Log } from "../bot/log.js";
import { offerOnly } from "../bot/parts.js";
import { lasting } from "../bot/store.js";

const OUTCOMES = ["solved", "case", "left", "abuse"];
const CASE = /^\/(?:ja|en)\/cases\/([^/]+)\/$/;
const TYPING_SHOWN_MS = 6_000;

export class Talk {
  /** `chat` is the desk's row of it; `desk` has say, language, socket and show(pane). */
  constructor(chat, desk) {
    this.chat = chat;
    this.desk = desk;
    this.say = desk.say;
    this.closing = false;
    this.trouble = "";
    this.noting = false;
    const setting = { say: desk.say, language: desk.language, zone: desk.zone, readOnly: true, owner: "", press: () => {} };
    this.log = new Log(setting, { mine: "agent", right: ["agent", "bot"] });
    this.composer = new Composer({
      say: desk.say,
      draft: lasting,
      send: (text) => this.#put(text),
      typing: () => !this.noting && chat.mine && desk.socket.typing(chat.conversation),
    });
    this.element = this.#build();
    this.#write(false);
    this.loadNotes();
    desk.socket.outbox.entries
      .filter((entry) => entry.conversation === chat.conversation)
      .forEach((entry) => this.unsent(entry));
    this.render();
  }

  add(message) {
    if (message.author === "customer") this.typing(false);
    const fresh = this.log.add(message);
    offerOnly(this.log, { owner: "" });
    if (fresh) this.#toDesk();
    return fresh;
  }

  /** Cases named in a chat open at the desk: the customer's page of them is not ours to see. */
  #toDesk() {
    this.log.element.querySelectorAll("a[href]").forEach((link) => {
      const found = CASE.exec(link.pathname);
      if (found && link.origin === location.origin) link.href = `/desk/cases/${found[1]}/`;
    });
  }

  unsent(entry) {
    this.log.addUnsent(entry, (id) => {
      this.desk.socket.retry(id);
      const again = this.desk.socket.outbox.entries.find((one) => one.id === id);
      if (again) this.unsent(again);
    });
  }

  typing(on) {
    clearTimeout(this.typingEnds);
    this.dots.hidden = !on;
    if (on) this.typingEnds = setTimeout(() => this.typing(false), TYPING_SHOWN_MS);
  }

  /** Say what went wrong, until the next thing happens. */
  warn(words) {
    this.trouble = words;
    this.render();
  }

  /** To the writing field of one's own chat; of another's, to what can be done with it. */
  focus() {
    if (this.chat.mine) this.composer.focus();
    else (this.head.querySelector(".button.primary") ?? this.head.querySelector("button")).focus();
  }

  /** Reply to the customer, or note something for colleagues. */
  toggleNote() {
    this.#write(!this.noting);
    this.composer.focus();
  }

  /** The chat has become the agent's: whatever was written from now on is for the customer. */
  toReply() {
    this.trouble = "";
    this.#write(false);
  }

  render() {
    const { chat, say } = this;
    this.head.replaceChildren(...this.#head());
    this.panel.replaceChildren(...(this.closing && chat.mine ? [this.#outcomes()] : []));
    this.notice.hidden = !this.trouble;
    this.notice.replaceChildren(icon("alert"), el("span", {}, this.trouble));
    this.modes.hidden = !chat.mine;
    if (!chat.mine && !this.noting) return this.#write(true);
    this.composer.element.hidden = chat.owner === "closed" && !this.noting;
    this.element.dataset.owner = chat.mine ? "mine" : chat.owner;
    this.modes.querySelectorAll("button").forEach((one) =>
      one.setAttribute("aria-pressed", String((one.value === "note") === this.noting)));
    this.state.textContent = say(chat.mine ? "is_mine" : `is_${chat.owner === "queue" ? "waiting" : chat.owner}`);
    this.state.className = `badge ${{ queue: "wait", closed: "done" }[chat.owner] ?? "good"}`;
  }

  #build() {
    const { say } = this;
    this.state = el("span", { class: "badge" });
    this.head = el("header", { class: "desk-main-head" });
    this.notice = el("p", { class: "notice bad", role: "alert", hidden: true });
    const dots = el("div", { class: "bubble chat-typing" }, el("i"), el("i"), el("i"), unseen(say("typing")));
    this.dots = el("div", { class: "chat-typing-row", role: "status", hidden: true }, dots);
    this.panel = el("div", { class: "chat-panel" });
    const mode = (value) =>
      el("button", { type: "button", class: "chip", value, click: () => this.#write(value === "note") }, say(value));
    this.modes = el("div", { class: "desk-modes", role: "group" }, mode("reply"), mode("note"));
    return el(
      "section",
      { class: "chat desk-talk" },
      this.head, this.notice, this.log.element, this.dots, this.panel, this.modes, this.composer.element,
    );
  }

  #head() {
    const { chat, say, desk } = this;
    const act = (words, click, kind = "") => el("button", { type: "button", class: `button small ${kind}`, click }, words);
    const take = () => desk.take(chat);
    return [
      el("button", { type: "button", class: "tool desk-narrow", click: () => desk.show("list") }, icon("undo"), unseen(say("back"))),
      el("h2", {}, chat.name || say("visitor"), " ", el("span", { class: "small muted" }, say(chat.language))),
      this.state,
      el(
        "div",
        { class: "desk-tools" },
        chat.owner === "queue" ? act(say("take"), take, "primary") : null,
        chat.mine ? act(say("release"), () => desk.socket.release(chat.conversation)) : null,
        chat.mine && !chat.known && chat.ready ? act(say("ask_email"), () => desk.socket.askEmail(chat.conversation)) : null,
        chat.mine ? act(say("close"), () => this.askHow(true)) : null,
        el("button", { type: "button", class: "button small desk-narrow", click: () => desk.show("about") }, icon("person"), unseen(say("about"))),
      ),
    ];
  }

  /** Ask how the chat ended, or go on talking. */
  askHow(closing) {
    this.closing = closing;
    this.render();
    closing ? this.panel.querySelector("button")?.focus() : this.focus();
  }

  #outcomes() {
    const { say, desk, chat } = this;
    const end = (outcome) => () => {
      desk.socket.close(chat.conversation, outcome);
      this.askHow(false);
    };
    const possible = OUTCOMES.filter((outcome) => outcome !== "case" || chat.known); // a case is somebody's
    const ways = possible.map((outcome) =>
      el("button", { type: "button", class: `button small ${outcome === "abuse" ? "danger" : ""}`, click: end(outcome) }, say(`outcome_${outcome}`)));
    const stay = el("button", { type: "button", class: "button small quiet", click: () => this.askHow(false) }, say("close_not"));
    return el(
      "section",
      { class: "chat-queue", "aria-label": say("close"), keydown: (event) => event.key === "Escape" && this.askHow(false) },
      el("p", { class: "place" }, say("close_how")),
      el("div", { class: "buttons" }, ways, stay),
    );
  }

  #put(text) {
    this.trouble = "";
    this.unsent(this.desk.socket.put(this.chat.conversation, text, { note: this.noting }));
    if (this.chat.mine) this.#write(false);
  }

  #write(noting) {
    this.noting = noting;
    this.composer.switchTo(`${noting ? "note" : "draft"}.${this.chat.conversation}`);
    const label = this.say(noting ? "write_note" : "write");
    this.composer.input.setAttribute("aria-label", label);
    this.composer.input.placeholder = label;
    this.element?.classList.toggle("noting", noting);
    if (this.state) this.render();
  }

  /** Fetch the notes of colleagues; those that are here already are not shown twice. */
  async loadNotes() {
    const answer = await fetch(`/desk/chats/${this.chat.conversation}/notes/`);
    if (answer.ok) (await answer.json()).notes.forEach((note) => this.log.addNote(note));
  }
}
