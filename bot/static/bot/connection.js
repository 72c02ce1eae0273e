/**
 * A customer's side of the chat socket (DESIGN §8): says hello, keeps what was said until it is
 * acknowledged, catches up after a gap. Knows nothing of elements.
 *
 * Tells its one listener: welcome, message, earlier, state, typing, seen, error (as they came) and
 * `{type: "line", up: boolean}`.
 */

import { Line } from "./line.js";
import { lasting, Outbox, Recent } from "./store.js";

const RESEND_MS = 8_000;
const TYPING_MS = 3_000;
const CATCH_UP_MS = 1_500;
const SIGNED_OUT = 4401;
const PATIENCE = 4; // so often something is sent again that the server could not take just now

export class Connection {
  constructor({ language, listener }) {
    this.language = language;
    this.listener = listener;
    this.outbox = new Outbox();
    this.conversation = lasting.get("conversation");
    this.welcomed = false;
    this.last = 0; // every message up to this seq is here
    this.early = new Set(); // those beyond it, while one between is missing
    this.timers = {};
    this.typedAt = 0;
    this.seenUpTo = 0;
    this.wish = null;
    this.line = new Line({
      path: "/ws/chat/",
      pollPath: "/chat/frames/",
      opened: () => this.#hello(),
      heard: (frame) => this.#hear(frame),
      closed: (code) => this.#closed(code),
    });
  }

  /** Open the line, if it is not open. */
  open() {
    this.line.open();
  }

  /** Close and come back at once: after a proof, with the new token. */
  renew() {
    this.line.reopen();
  }

  /** Leave a closed conversation; the next hello begins a new one. */
  beginAnew() {
    this.#forget();
    this.line.reopen();
  }

  say(text) {
    return this.#put({ type: "say", id: crypto.randomUUID(), text, shown: text });
  }

  press(payload, shown) {
    return this.#put({ type: "press", id: crypto.randomUUID(), payload, shown });
  }

  mailMe(shown) {
    return this.#put({ type: "mail_me", id: crypto.randomUUID(), shown });
  }

  retry(id) {
    this.outbox.retry(id);
    this.underway = null;
    this.#pump();
  }

  leaveQueue() {
    this.#soon({ type: "leave_queue" });
  }

  end() {
    this.#soon({ type: "end" });
  }

  /** Ask for the messages before a seq: they come as one frame `earlier`. */
  earlier(before) {
    this.#send({ type: "earlier", before });
  }

  /** Tell how far the customer has read, once. */
  seen(seq) {
    if (seq <= this.seenUpTo || !this.welcomed) return;
    this.seenUpTo = seq;
    this.#send({ type: "seen", seq });
  }

  typing() {
    if (Date.now() - this.typedAt < TYPING_MS) return;
    this.typedAt = Date.now();
    this.#send({ type: "typing" });
  }

  #put(entry) {
    this.outbox.add(entry);
    this.#pump();
    return entry;
  }

  /** Send the oldest unacknowledged entry, one at a time: its echo sends the next. */
  #pump() {
    const entry = this.outbox.next;
    if (!entry || !this.welcomed || entry.id === this.underway) return;
    const { shown, failed, refusals, ...frame } = entry;
    this.underway = entry.id;
    const sentAt = Date.now();
    this.#send(frame);
    // An echo that does not come on a silent line is the first sign that the line is dead.
    this.#later(RESEND_MS, () => (this.line.heardAt < sentAt ? this.line.lost() : this.#pumpAgain()));
  }

  #pumpAgain() {
    this.underway = null;
    this.#pump();
  }

  #later(after, what) {
    clearTimeout(this.timers.resend);
    this.timers.resend = setTimeout(what, after);
  }

  #send(frame) {
    if (this.welcomed) this.line.send(frame);
  }

  /** A wish without an id waits for the line, if it is down; of two the later one counts. */
  #soon(frame) {
    if (this.welcomed) this.#send(frame);
    else this.wish = frame;
  }

  /** Another tab may have gone on to another conversation meanwhile: then all of it is wanted. */
  #hello() {
    const conversation = lasting.get("conversation");
    const same = !conversation || conversation === this.conversation;
    this.line.send({
      type: "hello",
      conversation,
      after: same ? this.last : 0,
      language: this.language,
      visitor: lasting.get("visitor"),
      page: location.pathname,
    });
  }

  #hear(frame) {
    if (frame.type === "welcome") return this.#welcome(frame);
    if (frame.type === "head") return frame.seq > this.last && this.#catchUpSoon();
    if (frame.type === "message") return this.#message(frame);
    if (frame.type === "error") this.#refused(frame);
    this.listener(frame);
  }

  #welcome(frame) {
    const fresh = this.conversation !== frame.conversation;
    if (fresh) this.#startAt(0);
    if (fresh) this.seenUpTo = 0;
    this.conversation = frame.conversation;
    lasting.set("visitor", frame.visitor);
    this.line.works();
    this.welcomed = true;
    frame.messages.forEach((message) => this.#acknowledged(message));
    // Everything after our `after` is in it, however the numbers run.
    this.#startAt(Math.max(frame.head, this.last));
    this.listener({ type: "line", up: true });
    this.listener({ ...frame, fresh });
    this.underway = null;
    this.#pump();
    if (this.wish && !fresh) this.#send(this.wish);
    this.wish = null;
  }

  #message(frame) {
    if (frame.seq > this.last) this.early.add(frame.seq);
    while (this.early.delete(this.last + 1)) this.last += 1;
    if (this.early.size) this.#catchUpSoon();
    const ours = this.#acknowledged(frame);
    this.listener(frame);
    if (ours) this.#pump();
  }

  /** Its row is made at the first message: only from then on is a conversation worth keeping. */
  #acknowledged(message) {
    if (message.author !== "customer") return false;
    lasting.set("conversation", this.conversation);
    return this.outbox.acknowledge(message.id);
  }

  #refused(frame) {
    const again = frame.code === "too_fast" || frame.code === "unavailable";
    if (again && this.outbox.refusals(frame.id) < PATIENCE) {
      this.#later(1_000 + Math.random() * 1_000, () => this.#pumpAgain());
    } else if (frame.code === "not_yours") {
      this.#forget();
    } else if (frame.id && this.outbox.fail(frame.id, frame.code)) {
      this.#pump();
    }
  }

  #catchUpSoon() {
    if (this.timers.catchUp) return;
    this.timers.catchUp = setTimeout(() => {
      this.timers.catchUp = null;
      if (this.welcomed) this.#hello();
    }, CATCH_UP_MS);
  }

  #startAt(seq) {
    this.last = seq;
    this.early = new Set([...this.early].filter((one) => one > seq));
  }

  #forget() {
    this.conversation = null;
    lasting.drop("conversation");
    Recent.forget();
    this.#startAt(0);
  }

  /** Whoever signs out leaves the chat: what comes next is a new visitor's. */
  #closed(code) {
    this.welcomed = false;
    Object.values(this.timers).forEach(clearTimeout);
    this.timers = {};
    if (code === SIGNED_OUT) {
      this.#forget();
      lasting.drop("visitor");
    }
    this.listener({ type: "line", up: false });
  }
}
