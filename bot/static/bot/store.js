/**
 * What the browser keeps, all under one prefix. Where storage is refused (a framed widget in a strict
 * browser) it lives as long as the page.
 *
 * For good: `visitor` (the signed token), `conversation` (its public id), `waiting` (a person is
 * expected). For this tab: `open`, `draft`, `outbox`, `recent`.
 */

const PREFIX = "madoguchi.";

function kept(area) {
  let storage = null;
  try {
    storage = window[area];
    storage.setItem(`${PREFIX}try`, "1");
    storage.removeItem(`${PREFIX}try`);
  } catch {
    storage = null;
  }
  const memory = new Map();
  return {
    get: (name) => (storage ? storage.getItem(PREFIX + name) : memory.get(name)) ?? null,
    set(name, value) {
      if (value === null) return this.drop(name);
      try {
        storage ? storage.setItem(PREFIX + name, value) : memory.set(name, value);
      } catch {
        memory.set(name, value); // full: better forgotten with the page than an error now
      }
    },
    drop: (name) => (storage ? storage.removeItem(PREFIX + name) : memory.delete(name)),
  };
}

export const lasting = kept("localStorage");
export const ofThisTab = kept("sessionStorage");

/**
 * What was said and is not acknowledged yet, oldest first; it survives a reload.
 * An entry is the frame as it goes out, plus `shown` (the words of its bubble) and `failed`.
 */
export class Outbox {
  constructor(name = "outbox", storage = ofThisTab) {
    this.name = name;
    this.storage = storage;
    this.entries = [];
    try {
      this.entries = JSON.parse(storage.get(name) || "[]");
    } catch {
      this.entries = [];
    }
  }

  /** The next entry to go out, or undefined. Strictly one after the other: so nothing overtakes. */
  get next() {
    return this.entries.find((entry) => !entry.failed);
  }

  add(entry) {
    this.entries.push(entry);
    this.#keep();
  }

  /** Forget an acknowledged entry; true if it was ours. */
  acknowledge(id) {
    const before = this.entries.length;
    this.entries = this.entries.filter((entry) => entry.id !== id);
    if (this.entries.length === before) return false;
    this.#keep();
    return true;
  }

  /** Mark an entry as refused: it stays to be seen, and goes out again only when asked. */
  fail(id, code) {
    const entry = this.entries.find((one) => one.id === id);
    if (entry) entry.failed = code;
    this.#keep();
    return entry;
  }

  /** Count one more refusal of an entry and return how many there were. */
  refusals(id) {
    const entry = this.entries.find((one) => one.id === id);
    return entry ? (entry.refusals = (entry.refusals ?? 0) + 1) : 0;
  }

  retry(id) {
    const entry = this.entries.find((one) => one.id === id);
    if (entry) delete entry.failed;
    if (entry) delete entry.refusals;
    this.#keep();
    return entry;
  }

  #keep() {
    this.storage.set(this.name, JSON.stringify(this.entries));
  }
}

const RECENT = "recent";
const RECENT_AT_MOST = 30;
const RECENT_MS = 60 * 60 * 1_000;

/**
 * The last messages of the conversation, shown at once after a reload, while the line is not there yet.
 *
 * Kept for this tab only and for an hour: others who come to the machine open tabs of their own, and a
 * tab brought back later shows nothing. They go with the conversation, so a sign-out in any tab ends
 * them in all; what the visitor's token would open lives longer than they do.
 */
export const Recent = {
  keep(conversation, messages) {
    const kept = messages.slice(-RECENT_AT_MOST);
    ofThisTab.set(RECENT, JSON.stringify({ conversation, at: Date.now(), messages: kept }));
  },

  /** The kept messages of this conversation, oldest first; what is of another one is forgotten. */
  of(conversation) {
    try {
      const kept = JSON.parse(ofThisTab.get(RECENT));
      const age = Date.now() - kept.at;
      if (conversation && kept.conversation === conversation && age >= 0 && age < RECENT_MS) return kept.messages;
    } catch {
      // nothing kept, or nothing that can be read
    }
    this.forget();
    return [];
  },

  forget: () => ofThisTab.drop(RECENT),
};
