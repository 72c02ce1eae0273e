/** Asking for the agent's attention: a number in the page's title, and a soft sound if wished for. */

import { lasting } from "../bot/store.js";

const title = document.title;

/** Write into the title how many wait or have written. */
export function count(number, say) {
  document.title = number ? say("title_news", { count: number }) : title;
}

/** The switch for the sound; off until somebody wants it. */
export class Sound {
  constructor(button, say) {
    this.button = button;
    this.say = say;
    button.addEventListener("click", () => this.#turn(!this.on));
    this.#turn(lasting.get("desk-sound") === "1", { quietly: true });
  }

  /** Two short notes, low and soft. */
  play() {
    if (!this.on) return;
    const context = new AudioContext();
    [523, 659].forEach((frequency, place) => {
      const tone = context.createOscillator();
      const volume = context.createGain();
      const start = context.currentTime + place * 0.16;
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0.0001, start);
      volume.gain.exponentialRampToValueAtTime(0.06, start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.3);
      tone.connect(volume).connect(context.destination);
      tone.start(start);
      tone.stop(start + 0.32);
    });
    setTimeout(() => context.close(), 800);
  }

  #turn(on, { quietly = false } = {}) {
    this.on = on;
    lasting.set("desk-sound", on ? "1" : null);
    this.button.setAttribute("aria-pressed", String(on));
    this.button.querySelector("span").textContent = this.say(on ? "sound_on" : "sound_off");
    if (on && !quietly) this.play();
  }
}
