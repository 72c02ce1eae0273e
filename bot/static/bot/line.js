/**
 * A socket that comes back: after a drop with a growing pause, at once when the network returns, and
 * after a long silence. It knows nothing of what is said over it.
 */

import { Polling } from "./polling.js";

const SILENCE_MS = 35_000; // the server says something every 20 s: a dead line is left within 40
const OPENING_MS = 10_000; // some proxies swallow a handshake, or all that follows it
const LONGEST_PAUSE_MS = 30_000;
const FAILURES_BEFORE_POLLING = 3;
const RESTART = 1012;
const REFUSED = [4400, 4429];

export class Line {
  /**
   * `opened()` says the first words, `heard(frame)` gets each frame, `closed(code)` each end.
   * Where sockets never work, `pollPath` is asked instead.
   */
  constructor({ path, pollPath = null, opened, heard, closed }) {
    Object.assign(this, { path, pollPath, opened, heard, closed });
    this.socket = null;
    this.wanted = false;
    this.socketsWork = this.pollingWorks = false;
    this.failures = 0;
    this.refusals = 0; // of sockets, in a row
    this.heardAt = 0;
    window.addEventListener("online", () => this.reopen());
    window.addEventListener("pageshow", (event) => event.persisted && this.reopen());
  }

  open() {
    this.wanted = true;
    if (this.socket) return;
    const socket = this.#make();
    this.socket = socket;
    this.#expect(OPENING_MS);
    socket.onopen = () => socket === this.socket && (this.#expect(OPENING_MS), this.opened());
    socket.onmessage = (event) => socket === this.socket && this.#hear(event.data);
    socket.onclose = (event) => socket === this.socket && this.#end(event.code);
  }

  send(frame) {
    this.socket?.send(JSON.stringify(frame));
  }

  /** The other side has answered sensibly: pauses begin small again. */
  works() {
    this.failures = 0;
    this.refusals = 0;
    this.socketsWork ||= this.socket instanceof WebSocket;
    this.pollingWorks ||= this.socket instanceof Polling;
  }

  /** Nothing was heard though something was due: the line is dead, and nobody has closed it. */
  lost() {
    const { socket } = this;
    this.#end(1006);
    socket?.close();
  }

  /** Close, and come back after `pause` milliseconds. */
  reopen(pause = 0) {
    if (!this.wanted) return;
    const { socket } = this;
    this.socket = null;
    clearTimeout(this.silence);
    clearTimeout(this.opening);
    socket?.close();
    this.closed(0);
    this.opening = setTimeout(() => this.open(), pause);
  }

  #make() {
    const blocked = this.refusals >= FAILURES_BEFORE_POLLING && !this.socketsWork;
    if (this.pollPath && blocked) return new Polling(this.pollPath);
    const url = new URL(this.path, location.origin);
    url.protocol = url.protocol.replace("http", "ws");
    return new WebSocket(url);
  }

  #hear(data) {
    this.heardAt = Date.now();
    this.#expect(SILENCE_MS);
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    this.heard(frame);
  }

  #end(code) {
    this.failures += 1;
    // Where plain questions fail as well, it was not the sockets: they are tried again.
    if (this.socket instanceof Polling) this.refusals = this.pollingWorks ? this.refusals : 0;
    else this.refusals += 1;
    this.socket = null;
    this.closed(code);
    this.reopen(this.#pause(code));
  }

  /** How long to stay away: growing, and never the same for all who were cut off together. */
  #pause(code) {
    const chance = Math.random();
    if (REFUSED.includes(code)) return 60_000 + chance * 30_000;
    if (code === RESTART) return 200 + chance * 1_800;
    return Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(this.failures - 1, 6)) * (0.5 + chance / 2);
  }

  #expect(within) {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lost(), within);
  }
}
