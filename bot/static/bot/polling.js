/**
 * The chat without sockets (DESIGN §8): looks like a WebSocket to `Connection`, and asks
 * `POST /chat/frames/` instead. Hello goes first each time; asking again is hello with `after`.
 */

const EVERY_MS = 3_000;
const UNHEARD = ["typing", "seen"]; // passed on by sockets only: not worth asking at once

export class Polling {
  constructor(url) {
    this.url = url;
    this.hello = null;
    this.waiting = [];
    this.asking = false;
    this.timer = setTimeout(() => this.onopen(), 0);
  }

  send(data) {
    const frame = JSON.parse(data);
    if (UNHEARD.includes(frame.type)) return;
    if (frame.type === "hello") this.hello = frame;
    else this.waiting.push(frame);
    this.#ask();
  }

  close() {
    clearTimeout(this.timer);
    this.hello = null;
  }

  async #ask() {
    if (this.asking || !this.hello) return;
    this.asking = true;
    clearTimeout(this.timer);
    const frames = [this.hello, ...this.waiting.splice(0)];
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ frames }),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      this.#tell((await answer.json()).frames);
    } catch {
      return this.onclose({ code: 1006 });
    } finally {
      this.asking = false;
    }
    this.timer = setTimeout(() => this.#ask(), this.waiting.length ? 0 : EVERY_MS);
  }

  #tell(frames) {
    for (const frame of frames) {
      if (frame.type === "welcome" && this.hello) {
        Object.assign(this.hello, {
          conversation: frame.conversation,
          visitor: frame.visitor,
          after: Math.max(frame.head, 0),
        });
      }
      this.onmessage({ data: JSON.stringify(frame) });
    }
  }
}
