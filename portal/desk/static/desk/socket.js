/**
 * An agent's side of the desk socket (DESIGN §8): keeps what was said until it is acknowledged and
 * opens the same conversations again after a drop. Knows nothing of elements.
 */

import { Line } from "../bot/line.js";
import { Outbox } from "../bot/store.js";

const PROBE_MS = 25_000; // the desk is told only what happens: asking shows that the line is alive
const RESEND_MS = 8_000;
const TYPING_MS = 3_000;

export class DeskSocket {
  /** `listener(frame)` hears every frame, and `{type: "line", up}`. */
  constructor(listener) {
    this.listener = listener;
    this.outbox = new Outbox("desk-outbox");
    this.open = new Map(); // conversation -> the last seq we have
    this.up = false;
    this.typedAt = 0;
    this.line = new Line({
      path: "/ws/desk/",
      opened: () => this.#hello([...this.open]),
      heard: (frame) => this.#hear(frame),
      closed: () => this.#closed(),
    });
    setInterval(() => this.up && this.#hello([]), PROBE_MS);
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
    this.line.send({ type: "hello", open: open.map(([conversation, after]) => ({ conversation, after })) });
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
