/** The desk: joins the socket, the lists, the talks and the pane about the customer. */

import { count, Sound } from "./attention.js";
import { drawLists } from "./list.js";
import { DeskSocket } from "./socket.js";
import { Talk } from "./talk.js";
import { useIcons } from "../bot/dom.js";

const LINE_GRACE_MS = 2_500;

class Desk {
  constructor(element) {
    this.element = element;
    const words = read("desk-words");
    this.say = (key, values = {}) =>
      (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
    this.language = element.dataset.language;
    this.zone = element.dataset.zone;
    useIcons(element.dataset.icons);
    this.place = document.getElementById("talk");
    this.empty = [...this.place.children];
    this.waiting = [];
    this.chats = new Map(); // conversation -> row
    this.talks = new Map(); // conversation -> Talk
    this.taking = new Set();
    this.selected = null;
    this.socket = new DeskSocket((frame) => this.#heard(frame));
    this.sound = new Sound(element.querySelector(".desk-sound"), this.say);
    read("desk-mine").forEach((row) => this.#know({ ...row, owner: "agent", mine: true }));
    this.#listen();
    this.socket.start();
    this.draw();
    if (element.dataset.chat) this.choose(element.dataset.chat);
  }

  /** Open a conversation in the middle. */
  choose(conversation, { keep = true } = {}) {
    const chat = this.chats.get(conversation) ?? this.#know({ conversation, name: "", language: this.language, owner: "bot" });
    this.selected = conversation;
    chat.unread = 0;
    const talk = this.#talk(chat);
    this.place.replaceChildren(talk.element);
    talk.log.toEnd();
    this.show("chat");
    this.#about();
    this.#seen(chat);
    this.draw();
    talk.focus();
    if (keep) history.pushState({ conversation }, "", `/desk/chats/${conversation}/`);
  }

  take(chat) {
    this.taking.add(chat.conversation);
    this.socket.take(chat.conversation);
  }

  /** On a narrow screen one pane is seen: "list", "chat" or "about". */
  show(pane) {
    this.element.dataset.pane = pane;
    if (pane === "list") this.element.querySelector(".desk-item[aria-current]")?.focus();
  }

  draw() {
    drawLists(this);
    this.talks.get(this.selected)?.render();
    const unread = [...this.chats.values()].reduce((sum, chat) => sum + (chat.mine ? chat.unread : 0), 0);
    count(this.waiting.length + unread, this.say);
  }

  #know(row) {
    const chat = { reason: "asked", unread: 0, mine: false, since: new Date().toISOString(), ...this.chats.get(row.conversation), ...row };
    const known = this.chats.get(row.conversation);
    if (known) return Object.assign(known, chat);
    this.chats.set(row.conversation, chat);
    if (chat.mine) this.#talk(chat);
    return chat;
  }

  #talk(chat) {
    if (!this.talks.has(chat.conversation)) {
      this.talks.set(chat.conversation, new Talk(chat, this));
      this.socket.listen(chat.conversation);
    }
    return this.talks.get(chat.conversation);
  }

  #heard(frame) {
    const hear = {
      line: () => this.#line(frame.up),
      queue: () => this.#queue(frame.waiting),
      taken: () => this.#taken(frame),
      message: () => this.#message(frame),
      note: () => this.talks.get(frame.conversation)?.log.addNote(frame),
      state: () => this.#state(frame),
      typing: () => this.talks.get(frame.conversation)?.typing(frame.author === "customer"),
      seen: () => frame.author === "customer" && this.talks.get(frame.conversation)?.log.seen(frame.seq),
      error: () => this.#error(frame),
    }[frame.type];
    if (hear) hear();
  }

  #queue(waiting) {
    const known = new Set(this.waiting.map((chat) => chat.conversation));
    this.waiting = waiting.map((row) => this.#know({ ...row, owner: "queue", mine: false }));
    if (this.waiting.some((chat) => !known.has(chat.conversation)) && this.started) this.sound.play();
    this.started = true;
    this.draw();
  }

  #taken({ conversation, agent, mine }) {
    const here = this.taking.delete(conversation) && mine; // else it was in another window of ours
    const chat = this.chats.get(conversation);
    if (!chat) return;
    Object.assign(chat, { owner: "agent", mine });
    const talk = this.talks.get(conversation);
    if (talk && !mine) talk.warn(this.say("taken_by", { name: agent }));
    if (mine) talk?.toReply();
    this.waiting = this.waiting.filter((one) => one !== chat);
    this.draw();
    if (here && this.selected === conversation) talk?.focus();
  }

  #message(frame) {
    const chat = this.chats.get(frame.conversation);
    const fresh = this.talks.get(frame.conversation)?.add(frame);
    if (!chat || !fresh) return;
    const theirs = frame.author === "customer";
    if (theirs || frame.author === "agent") {
      chat.last = frame.text;
      chat.asked = theirs ? (chat.asked ?? frame.at) : null; // since when an answer is due
    }
    if (!theirs) return this.draw();
    if (this.#isSeen(chat)) this.#seen(chat);
    else if (chat.ready && chat.mine) {
      chat.unread += 1;
      this.sound.play();
    }
    this.draw();
  }

  #state({ conversation, owner, mine, known, name }) {
    const chat = this.chats.get(conversation);
    if (!chat) return;
    chat.ready = true; // what came before was there before us
    if (chat.mine && owner === "closed") chat.endedAt = Date.now();
    Object.assign(chat, { owner, mine, known, name: name || chat.name });
    if (this.selected === conversation) this.#about();
    this.draw();
  }

  #error(frame) {
    if (frame.code === "not_agent") return location.reload();
    const talk = this.talks.get(frame.conversation);
    if (frame.code === "taken") {
      this.taking.delete(frame.conversation);
      const chat = this.chats.get(frame.conversation);
      if (chat) chat.mine = false;
      talk?.warn(talk.trouble || this.say("taken"));
    } else if (frame.code === "not_yours") talk?.warn(this.say("not_yours"));
    const entry = this.socket.outbox.entries.find((one) => one.id === frame.id);
    if (entry?.failed) talk?.unsent(entry);
  }

  #isSeen(chat) {
    return chat.conversation === this.selected && document.visibilityState === "visible";
  }

  #seen(chat) {
    chat.unread = 0;
    const newest = this.talks.get(chat.conversation)?.log.newest;
    if (chat.mine && newest) this.socket.seen(chat.conversation, newest);
  }

  #about() {
    window.htmx.ajax("GET", `/desk/chats/${this.selected}/about/`, { target: "#about", swap: "innerHTML" });
  }

  #line(up) {
    const line = this.element.querySelector(".desk-line");
    line.textContent = this.say("line_down");
    if (up) {
      clearTimeout(this.lineTimer);
      this.lineTimer = null;
      line.hidden = true;
      // Notes have no number by which they would come again of themselves.
      this.talks.forEach((talk) => talk.chat.owner !== "closed" && talk.loadNotes());
    }
    this.lineTimer ??= up ? null : setTimeout(() => (line.hidden = false), LINE_GRACE_MS);
  }

  #listen() {
    setInterval(() => drawLists(this), 30_000);
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("visibilitychange", () => {
      const chat = this.chats.get(this.selected);
      if (chat && this.#isSeen(chat)) this.#seen(chat);
      this.draw();
    });
    this.element.addEventListener("click", (event) => {
      const to = event.target.closest("[data-pane-to]");
      if (to) this.show(to.dataset.paneTo);
    });
    window.addEventListener("popstate", (event) => {
      if (event.state?.conversation) this.choose(event.state.conversation, { keep: false });
      else this.#leave();
    });
  }

  #leave() {
    this.selected = null;
    this.place.replaceChildren(...this.empty);
    document.getElementById("about").replaceChildren();
    this.show("list");
    this.draw();
  }

  /** Alt and T takes the chat, N turns to notes, E ends it, an arrow goes to the next chat. */
  #key(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const talk = this.talks.get(this.selected);
    const act = {
      KeyT: () => talk?.chat.owner === "queue" && this.take(talk.chat),
      KeyN: () => talk?.chat.mine && talk.toggleNote(),
      KeyE: () => talk?.chat.mine && talk.askHow(true),
      ArrowDown: () => this.#step(1),
      ArrowUp: () => this.#step(-1),
    }[event.code];
    if (!act) return;
    event.preventDefault();
    act();
  }

  #step(by) {
    const all = [...this.element.querySelectorAll(".desk-item")].map((item) => item.dataset.conversation);
    const next = all[all.indexOf(this.selected) + by] ?? all[0];
    if (next) this.choose(next);
  }
}

function read(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

document.querySelectorAll("[data-desk]").forEach((element) => new Desk(element));
