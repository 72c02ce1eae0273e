/**
 * The line to the portal (DESIGN §8, chat socket): says hello, keeps what was said until it is
 * acknowledged, catches up after a gap, comes back after a drop. Knows nothing of elements.
 *
 * Tells its one listener: welcome, message, state, typing, seen, error (frames as they came) and
 * `{type: "line", up: boolean}`.
 */

import { lasting, Outbox } from "./store.js";
import { Polling } from "./polling.js";

const SILENCE_MS = 45_000; // the server sends `head` every 20 s
const RESEND_MS = 8_000;
const TYPING_MS = 3_000;
const CATCH_UP_MS = 1_500;
const LONGEST_PAUSE_MS = 30_000;
const FAILURES_BEFORE_POLLING = 3;
const RESTART = 1012;
const SIGNED_OUT = 4401;
const REFUSED = [4400, 4429];

export class Connection {
  constructor({ language, listener }) {
    this.language = language;
    this.listener = listener;
    this.outbox = new Outbox();
    this.socket = null;
    this.conversation = lasting.get("conversation");
    this.wanted = false;
    this.welcomed = false;
    this.socketsWork = false;
    this.failures = 0;
    this.last = 0; // every message up to this seq is here
    this.early = new Set(); // those beyond it, while one between is missing
    this.timers = {};
    this.typedAt = 0;
    window.addEventListener("online", () => this.#reopen(0));
    window.addEventListener("pageshow", (event) => event.persisted && this.#reopen(0));
  }

  /** Open the line, if it is not open. */
  open() {
    this.wanted = true;
    if (this.socket) return;
    const url = new URL("/ws/chat/", location.origin);
    url.protocol = url.protocol.replace("http", "ws");
    const poll = this.failures >= FAILURES_BEFORE_POLLING && !this.socketsWork;
    const socket = poll ? new Polling("/chat/frames/") : new WebSocket(url);
    this.socket = socket;
    this.welcomed = false;
    socket.onopen = () => this.#hello();
    socket.onmessage = (event) => socket === this.socket && this.#hear(event.data);
    socket.onclose = (event) => socket === this.socket && this.#closed(event.code);
  }

  /** Close and come back at once: after a proof, with the new token. */
  renew() {
    this.#reopen(0);
  }

  /** Leave a closed conversation; the next hello begins a new one. */
  beginAnew() {
    this.#forget();
    this.#reopen(0);
  }

  say(text) {
    return this.#put({ type: "say", id: crypto.randomUUID(), text, shown: text });
  }

  press(payload, title) {
    return this.#put({ type: "press", id: crypto.randomUUID(), payload, shown: title });
  }

  mailMe(shown) {
    return this.#put({ type: "mail_me", id: crypto.randomUUID(), shown });
  }

  retry(id) {
    this.outbox.retry(id);
    this.#pump();
  }

  leaveQueue() {
    this.#send({ type: "leave_queue" });
  }

  end() {
    this.#send({ type: "end" });
  }

  seen(seq) {
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
    clearTimeout(this.timers.resend);
    const entry = this.outbox.next;
    if (!entry || !this.welcomed) return;
    const { shown, failed, ...frame } = entry;
    this.#send(frame);
    this.timers.resend = setTimeout(() => this.#pump(), RESEND_MS);
  }

  #send(frame) {
    if (this.welcomed && this.socket) this.socket.send(JSON.stringify(frame));
  }

  /** Another tab may have gone on to another conversation meanwhile: then all of it is wanted. */
  #hello() {
    this.#listenForSilence();
    const conversation = lasting.get("conversation");
    const same = !conversation || conversation === this.conversation;
    this.socket.send(
      JSON.stringify({
        type: "hello",
        conversation,
        after: same ? this.last : 0,
        language: this.language,
        visitor: lasting.get("visitor"),
        page: location.pathname,
      }),
    );
  }

  #hear(data) {
    this.#listenForSilence();
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    if (frame.type === "welcome") return this.#welcome(frame);
    if (frame.type === "head") return frame.seq > this.last && this.#catchUpSoon();
    if (frame.type === "message") return this.#message(frame);
    if (frame.type === "error") this.#refused(frame);
    this.listener(frame);
  }

  #welcome(frame) {
    const fresh = this.conversation !== frame.conversation;
    if (fresh) this.#startAt(0);
    this.conversation = frame.conversation;
    lasting.set("visitor", frame.visitor);
    this.failures = 0;
    this.welcomed = true;
    this.socketsWork ||= this.socket instanceof WebSocket;
    frame.messages.forEach((message) => this.#acknowledged(message));
    // Everything after our `after` is in it, however the numbers run.
    this.#startAt(Math.max(frame.head, this.last));
    this.listener({ type: "line", up: true });
    this.listener({ ...frame, fresh });
    this.#pump();
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
    if (frame.code === "too_fast" || frame.code === "unavailable") {
      clearTimeout(this.timers.resend);
      this.timers.resend = setTimeout(() => this.#pump(), 1_000 + Math.random() * 1_000);
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
      if (this.socket && this.welcomed) this.#hello();
    }, CATCH_UP_MS);
  }

  #startAt(seq) {
    this.last = seq;
    this.early = new Set([...this.early].filter((one) => one > seq));
  }

  #forget() {
    this.conversation = null;
    lasting.drop("conversation");
    this.#startAt(0);
  }

  #listenForSilence() {
    clearTimeout(this.timers.silence);
    this.timers.silence = setTimeout(() => this.#reopen(0), SILENCE_MS);
  }

  #closed(code) {
    if (code === SIGNED_OUT) {
      this.#forget();
      lasting.drop("visitor");
    }
    this.failures += 1;
    this.#reopen(this.#pause(code));
  }

  /** How long to stay away: growing, and never the same for all who were cut off together. */
  #pause(code) {
    const chance = Math.random();
    if (REFUSED.includes(code)) return 60_000 + chance * 30_000;
    if (code === RESTART) return 200 + chance * 1_800;
    return Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(this.failures - 1, 6)) * (0.5 + chance / 2);
  }

  #reopen(pause) {
    if (!this.wanted) return;
    const { socket } = this;
    this.socket = null;
    this.welcomed = false;
    if (socket) socket.close();
    Object.values(this.timers).forEach(clearTimeout);
    this.timers = {};
    this.listener({ type: "line", up: false });
    this.timers.open = setTimeout(() => this.open(), pause);
  }
}
