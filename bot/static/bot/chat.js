/** One chat with a customer: head, messages, panels and the writing field, joined to the line. */

import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { el, icon, unseen } from "./dom.js";
import { Log } from "./log.js";
import { offerOnly } from "./parts.js";
import { lasting, ofThisTab, Recent } from "./store.js";
import { closedPanel, endPanel, queuePanel } from "./waiting.js";

const TYPING_SHOWN_MS = 6_000;
const LINE_GRACE_MS = 2_500;

export class Chat {
  /** `facts` are the words and facts of widget.json; `news(unread)` hears what comes unseen. */
  constructor({ facts, say, language, news, close }) {
    Object.assign(this, { facts, say, language, news });
    this.zone = facts.zone;
    this.owner = "bot";
    this.queue = null;
    this.agent = "";
    this.unread = 0;
    this.folded = false;
    this.ending = false;
    this.welcomed = false;
    this.connection = new Connection({ language, listener: (frame) => this.#heard(frame) });
    this.log = new Log(this);
    this.composer = new Composer({
      say,
      draft: ofThisTab,
      send: (text) => this.#sent(this.connection.say(text)),
      typing: () => ["queue", "agent"].includes(this.owner) && this.connection.typing(),
    });
    this.element = this.#build(close);
    Recent.of(this.connection.conversation).forEach((message) => this.#put(message));
    this.connection.outbox.entries.forEach((entry) => this.#sent(entry));
    this.#render();
  }

  /** Begin to listen; safe to call again. */
  open() {
    if (!this.welcomed) this.#line(false);
    this.connection.open();
  }

  focus() {
    this.owner === "closed" ? this.panel.querySelector("button")?.focus() : this.composer.focus();
  }

  /** The customer sees the log now. */
  look() {
    this.unread = 0;
    this.news(0);
    const newest = this.log.newest;
    if (newest) this.connection.seen(newest);
  }

  press(payload, title) {
    this.#sent(this.connection.press(payload, title));
  }

  proved() {
    this.connection.renew();
  }

  mailMe() {
    this.folded = true; // the panel makes room for what comes next: the address, if we lack it
    this.#sent(this.connection.mailMe(this.say("mail_me_said")));
    this.#render();
  }

  leaveQueue() {
    this.connection.leaveQueue();
  }

  end() {
    this.ending = false;
    this.connection.end();
  }

  beginAnew() {
    this.log.clear();
    this.connection.beginAnew();
    this.#become({ owner: "bot", queue: null });
    this.composer.focus();
  }

  #build(close) {
    this.sub = el("p", { class: "chat-sub" });
    this.face = el("span", { class: "chat-face", "aria-hidden": "true" }, icon("leaf"));
    const title = el("div", {}, el("h2", { id: "chat-title" }, this.facts.shop), this.sub);
    const away = close
      ? el("button", { type: "button", class: "tool chat-close", click: close }, icon("cross"), unseen(this.say("close")))
      : null;
    this.lineDown = el("p", { class: "chat-line", role: "status", hidden: true });
    const dots = el("div", { class: "bubble chat-typing" }, el("i"), el("i"), el("i"), unseen(this.say("typing")));
    this.dots = el("div", { class: "chat-typing-row", role: "status", hidden: true }, dots);
    this.panel = el("div", { class: "chat-panel", "aria-live": "polite" });
    this.tools = el("div", { class: "chat-tools" });
    const head = el("header", { class: "chat-head" }, this.face, title, away);
    return el(
      "section",
      { class: "chat", "aria-labelledby": "chat-title" },
      head, this.lineDown, this.log.element, this.dots, this.panel, this.tools, this.composer.element,
    );
  }

  #sent(entry) {
    this.log.addUnsent(entry, (id) => this.#retry(id));
    this.#offers();
  }

  #retry(id) {
    this.log.addUnsent(this.connection.outbox.entries.find((entry) => entry.id === id), () => {});
    this.connection.retry(id);
  }

  #heard(frame) {
    const hear = {
      line: () => this.#line(frame.up),
      welcome: () => this.#welcome(frame),
      message: () => this.#message(frame),
      earlier: () => this.#earlier(frame),
      state: () => this.#become(frame),
      typing: () => frame.author !== "customer" && this.#typing(true),
      seen: () => frame.author === "agent" && this.log.seen(frame.seq),
      error: () => this.#error(frame),
    }[frame.type];
    if (hear) hear();
  }

  #welcome(frame) {
    this.welcomed = true;
    // Where more was said than a welcome holds, what stands here has a gap after it.
    if (frame.fresh || frame.more) {
      this.log.clear();
      this.connection.outbox.entries.forEach((entry) => this.#sent(entry));
    }
    frame.messages.forEach((message) => this.#put(message));
    this.#offerEarlier();
    this.#keep();
    this.#become(frame.state);
    if (this.watched) this.look();
  }

  /** Seqs have no gaps: what does not begin with the first one has something before it. */
  #offerEarlier() {
    const { oldest } = this.log;
    this.log.offerEarlier(oldest > 1 ? () => this.connection.earlier(oldest) : null);
  }

  #earlier(frame) {
    this.log.addEarlier(frame.messages);
    this.#offerEarlier();
    this.#offers();
  }

  #keep() {
    Recent.keep(this.connection.conversation, this.log.messages);
  }

  #message(message) {
    if (message.author !== "customer") this.#typing(false);
    const fresh = this.#put(message);
    this.#keep();
    this.#render();
    if (!fresh || message.author === "customer") return;
    if (this.watched) this.look();
    else this.news((this.unread += 1));
  }

  #put(message) {
    if (message.author === "agent" && message.name) this.agent = message.name;
    return this.log.add(message);
  }

  #become({ owner, queue }) {
    if (owner !== "queue") this.folded = false;
    if (owner === "closed") this.ending = false;
    this.owner = owner;
    this.queue = queue;
    lasting.set("waiting", owner === "queue" || owner === "agent" ? "1" : null);
    this.#render();
  }

  #error(frame) {
    const entry = this.connection.outbox.entries.find((one) => one.id === frame.id);
    if (entry?.failed) this.log.addUnsent(entry, (id) => this.#retry(id));
    if (frame.code === "closed") this.#become({ owner: "closed", queue: null });
  }

  #typing(on) {
    clearTimeout(this.typingEnds);
    this.dots.hidden = !on;
    if (on) this.typingEnds = setTimeout(() => this.#typing(false), TYPING_SHOWN_MS);
  }

  /** A short drop is nobody's business; a longer one is said, with what happens to the words. */
  #line(up) {
    if (up) {
      clearTimeout(this.lineTimer);
      this.lineTimer = null;
      this.lineDown.hidden = true;
    }
    this.lineTimer ??= up ? null : setTimeout(() => {
      this.lineDown.textContent = this.say(this.welcomed ? "line_down" : "connecting");
      this.lineDown.hidden = false;
    }, LINE_GRACE_MS);
  }

  #offers() {
    offerOnly(this.log, this);
  }

  #render() {
    const { owner, say } = this;
    this.element.dataset.owner = owner;
    this.sub.textContent = owner === "agent" && this.agent
      ? say("with_agent_named", { name: this.agent })
      : say(`with_${owner}`);
    this.face.replaceChildren(icon(owner === "agent" ? "agent" : "leaf"));
    this.composer.element.hidden = owner === "closed";
    // What has not changed stays: a button that is made anew loses the finger and the focus on it.
    const shown = JSON.stringify([owner, this.queue, this.folded, this.ending]);
    if (shown !== this.shown) {
      this.shown = shown;
      this.panel.replaceChildren(...this.#panels());
      this.tools.replaceChildren(...this.#tools());
    }
    this.#offers();
  }

  #panels() {
    if (this.owner === "closed") return [closedPanel(this)];
    const render = () => this.#render();
    if (this.ending) return [endPanel(this, { cancel: () => ((this.ending = false), render()) })];
    if (this.owner !== "queue") return [];
    const fold = (folded) => ((this.folded = folded), render());
    return [queuePanel(this, this.queue, { folded: this.folded, fold })];
  }

  #tools() {
    const { say } = this;
    if (this.owner === "bot") {
      const ask = () => this.#sent(this.connection.say(say("person_said")));
      return [el("button", { type: "button", class: "link chat-person", click: ask }, icon("agent"), say("person"))];
    }
    if (this.owner === "agent" && !this.ending) {
      const end = () => ((this.ending = true), this.#render());
      return [el("button", { type: "button", class: "link", click: end }, say("end"))];
    }
    return [];
  }
}
