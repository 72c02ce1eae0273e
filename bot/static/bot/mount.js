/**
 * Where the chat appears: as a launcher with a panel on every page, filling the element
 * `[data-chat="page"]` of the chat page, or filling the frame `[data-chat="frame"]` that another
 * site has opened.
 */

import { Chat } from "./chat.js";
import { el, icon, unseen, useIcons } from "./dom.js";
import { lasting, ofThisTab, Recent } from "./store.js";

const SHEET = matchMedia("(max-width: 40rem)");

/** Fetch the words of the page's language and put the chat where it belongs. */
export async function mount({ facts: url, styles, icons, signOut }) {
  const [facts] = await Promise.all([patiently(url), style(styles)]);
  useIcons(icons);
  const say = (key, values = {}) =>
    (facts.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  forgetOnSignOut(signOut);
  Recent.of(lasting.get("conversation")); // what is nobody's any more goes, though no chat is opened
  const place = document.querySelector("[data-chat]");
  const setting = { facts, say, language: facts.language };
  if (!place) return new Launcher(setting);
  return place.dataset.chat === "frame" ? frame(place, setting) : page(place, setting);
}

/** Fetch JSON; while it cannot be had (the server restarts), again with a growing pause. */
async function patiently(url) {
  for (let pause = 1_000; ; pause = Math.min(2 * pause, 30_000)) {
    try {
      const answer = await fetch(url);
      if (answer.ok) return await answer.json();
    } catch {
      // not reached, or cut off on the way
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function style(url) {
  return new Promise((resolve) => {
    const sheet = el("link", { rel: "stylesheet", href: url, load: resolve, error: resolve });
    document.head.append(sheet);
  });
}

/** Whoever signs out leaves nothing behind for the next person at this browser. */
function forgetOnSignOut(path) {
  document.addEventListener("submit", (event) => {
    if (new URL(event.target.action, location.href).pathname !== path) return;
    ["visitor", "conversation", "waiting"].forEach(lasting.drop);
    ["outbox", "draft", "open", "recent"].forEach(ofThisTab.drop);
  });
}

/** While the tab is looked at, messages count as seen. */
function watch(chat, isOpen) {
  const check = () => {
    chat.watched = isOpen() && document.visibilityState === "visible";
    if (chat.watched) chat.look();
  };
  document.addEventListener("visibilitychange", check);
  return check;
}

function page(place, setting) {
  const chat = new Chat({ ...setting, news: () => {} });
  chat.element.classList.add("chat-page");
  place.replaceChildren(chat.element);
  watch(chat, () => true)();
  chat.open();
}

/** Inside another site: it may only hear that the chat closes or that there is something to read. */
function frame(place, setting) {
  const { host } = place.dataset;
  const tell = (message) => host && window.parent.postMessage({ madoguchi: message }, host);
  const chat = new Chat({ ...setting, news: (unread) => tell({ unread }), close: () => tell("close") });
  let shown = true;
  const check = watch(chat, () => shown);
  place.replaceChildren(chat.element);
  chat.element.addEventListener("keydown", (event) => event.key === "Escape" && tell("close"));
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== host) return;
    shown = event.data?.madoguchi === "open";
    check();
    if (shown) chat.focus();
  });
  check();
  chat.open();
}

/** The round button of every page, and the panel it opens. */
class Launcher {
  constructor(setting) {
    this.say = setting.say;
    this.setting = setting;
    this.sign = el("span", { class: "chat-launcher-sign" }, icon("chat"));
    this.badge = el("span", { class: "chat-badge", hidden: true });
    this.button = el(
      "button",
      { type: "button", class: "chat-launcher", "aria-expanded": "false", "aria-haspopup": "dialog", click: () => this.toggle() },
      this.sign,
      el("span", { class: "chat-launcher-words" }, this.say("open")),
      this.badge,
    );
    this.host = el("mado-chat", {}, this.button);
    document.body.append(this.host);
    SHEET.addEventListener("change", () => this.#sheet());
    window.visualViewport?.addEventListener("resize", () => this.#fit());
    if (ofThisTab.get("open")) this.open({ focus: false });
    else if (lasting.get("waiting")) this.#chat().open(); // a person may answer on any page
  }

  toggle() {
    this.isOpen ? this.close() : this.open();
  }

  open({ focus = true } = {}) {
    const chat = this.#chat();
    this.isOpen = true;
    this.panel.hidden = false;
    ofThisTab.set("open", "1");
    this.#expanded(true);
    this.#sheet();
    chat.open();
    this.check();
    chat.log.toEnd();
    // A panel that a reload opened again takes the focus from nobody.
    if (focus) chat.focus();
  }

  close() {
    this.isOpen = false;
    this.panel.hidden = true;
    ofThisTab.drop("open");
    this.#expanded(false);
    this.#sheet();
    this.check();
    this.button.focus();
  }

  #expanded(open) {
    this.button.setAttribute("aria-expanded", String(open));
    this.sign.replaceChildren(icon(open ? "cross" : "chat"));
  }

  #chat() {
    if (this.chat) return this.chat;
    this.chat = new Chat({ ...this.setting, news: (unread) => this.#news(unread), close: () => this.close() });
    this.check = watch(this.chat, () => this.isOpen);
    this.panel = el(
      "div",
      { class: "chat-window", role: "dialog", "aria-labelledby": "chat-title", hidden: true },
      this.chat.element,
    );
    this.panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      this.close();
    });
    this.host.append(this.panel);
    return this.chat;
  }

  #news(unread) {
    this.badge.hidden = !unread;
    this.badge.replaceChildren(String(unread), unseen(this.say("unread")));
  }

  /** On a phone the panel is a sheet over the page, and the page behind it is out of reach. */
  #sheet() {
    const sheet = Boolean(this.isOpen) && SHEET.matches;
    document.documentElement.classList.toggle("chat-over-page", sheet);
    for (const other of document.body.children) {
      if (other !== this.host && other.tagName !== "SCRIPT") other.inert = sheet;
    }
    this.panel?.setAttribute("aria-modal", String(sheet));
    this.button.hidden = sheet;
    this.#fit();
  }

  /** The keyboard of a phone takes room from the sheet, not from the writing field. */
  #fit() {
    if (!this.panel) return;
    const sheet = this.isOpen && SHEET.matches;
    this.panel.style.height = sheet ? `${window.visualViewport.height}px` : "";
    this.panel.style.top = sheet ? `${window.visualViewport.offsetTop}px` : "";
    if (sheet) this.chat.log.toEnd();
  }
}
