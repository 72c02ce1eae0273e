/**
 * An agent's side of the desk socket (DESIGN §8): keeps what was said until it is acknowledged and
 * opens the same conversations again after a drop. Knows nothing of elements.
 */

import { Line } from "../bot/line.js";
import { Outbox } from "../bot/store.js";

const MOST_AT_ONCE = 50; // conversations that one hello may name
const RESEND_MS = 8_000;
const TYPING_MS = 3_000;

export class DeskSocket {
  /** `listener(frame)` hears every frame, and `{type: "line", up}`. */
  constructor(listener) {
    this.listener = listener;
    this.outbox = new Outbox("desk-outbox");
    this.open = new Map(); // conversation -> the last seq we have
    this.ended = new Set(); // those of them that have nothing more to tell
    this.up = false;
    this.typedAt = 0;
    this.line = new Line({
      path: "/ws/desk/",
      opened: () => this.#hello([...this.open].filter(([conversation]) => !this.ended.has(conversation))),
      heard: (frame) => this.#hear(frame),
      closed: () => this.#closed(),
    });
  }

  start() {
    this.line.open();
  }

  /** Begin to listen to a conversation. */
  listen(conversation) {
    if (this.open.has(conversation)) return;
    this.open.set(conversation, 0);
    if (this.up) this.#hello([[conversation, 0]]);
  }

  take(conversation) {
    this.#send({ type: "take", conversation });
  }

  release(conversation) {
    this.#send({ type: "release", conversation });
  }

  close(conversation, outcome) {
    this.#send({ type: "close", conversation, outcome });
  }

  askEmail(conversation) {
    this.#send({ type: "ask_email", conversation, id: crypto.randomUUID() });
  }

  seen(conversation, seq) {
    this.#send({ type: "seen", conversation, seq });
  }

  typing(conversation) {
    if (Date.now() - this.typedAt < TYPING_MS) return;
    this.typedAt = Date.now();
    this.#send({ type: "typing", conversation });
  }

  /** Say something to the customer, or with `note` write it down for colleagues. */
  put(conversation, text, { note = false } = {}) {
    const entry = { type: note ? "note" : "say", conversation, id: crypto.randomUUID(), text, shown: text };
    this.outbox.add(entry);
    this.#pump();
    return entry;
  }

  retry(id) {
    this.outbox.retry(id);
    this.underway = null;
    this.#pump();
  }

  #hello(open) {
    const named = open.map(([conversation, after]) => ({ conversation, after }));
    do {
      this.line.send({ type: "hello", open: named.splice(0, MOST_AT_ONCE) });
    } while (named.length);
  }

  /** The server's sign of life, every 20 s: how far each conversation goes. */
  #head(open) {
    const behind = open.filter(({ conversation, seq }) => seq > (this.open.get(conversation) ?? seq));
    if (behind.length) this.#hello(behind.map(({ conversation }) => [conversation, this.open.get(conversation)]));
  }

  #send(frame) {
    if (this.up) this.line.send(frame);
  }

  #pump() {
    const entry = this.outbox.next;
    if (!entry || !this.up || entry.id === this.underway) return;
    const { shown, failed, refusals, ...frame } = entry;
    this.underway = entry.id;
    this.line.send(frame);
    this.#pumpAgain(RESEND_MS);
  }

  #pumpAgain(after) {
    clearTimeout(this.resend);
    this.resend = setTimeout(() => {
      this.underway = null;
      this.#pump();
    }, after);
  }

  #hear(frame) {
    if (!this.up) this.#welcome();
    if (frame.type === "head") return this.#head(frame.open);
    if (frame.type === "state" && frame.owner === "closed") this.ended.add(frame.conversation);
    if (frame.type === "message") {
      const known = this.open.get(frame.conversation) ?? 0;
      this.open.set(frame.conversation, Math.max(known, frame.seq));
    }
    if (frame.type === "error" && frame.id) this.#refused(frame);
    const ours = frame.id && this.outbox.acknowledge(frame.type === "error" ? null : frame.id);
    this.listener(frame);
    if (ours) this.#pump();
  }

  /** The first thing the server says: the line works both ways. */
  #welcome() {
    this.up = true;
    this.line.works();
    this.listener({ type: "line", up: true });
    this.underway = null;
    this.#pump();
  }

  #refused(frame) {
    const again = frame.code === "too_fast" || frame.code === "unavailable";
    if (again && this.outbox.refusals(frame.id) < 4) {
      this.#pumpAgain(1_500);
    } else if (this.outbox.fail(frame.id, frame.code)) {
      this.#pump();
    }
  }

  #closed() {
    this.up = false;
    clearTimeout(this.resend);
    this.listener({ type: "line", up: false });
  }
}
