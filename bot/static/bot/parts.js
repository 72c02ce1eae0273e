/** What a message carries besides words (DESIGN §8): buttons, cards, a link, a file, two small forms. */

import { el, icon, link, safeUrl } from "./dom.js";
import { proveEmail } from "./prove.js";

/** Return the elements of a message's parts; a part we do not know is left out. */
export function parts(message, chat) {
  const makers = chat.readOnly ? { ...MAKERS, ...READERS } : MAKERS;
  const known = (message.parts || []).filter((part) => Object.hasOwn(makers, part.type));
  return known.map((part) => makers[part.type](part, chat, message)).filter(Boolean);
}

const MAKERS = {
  buttons: (part, chat) => buttons(part.buttons, chat),
  cards: (part, chat) => el("ul", { class: "chat-cards", tabindex: "0" }, part.cards.map((one) => card(one, chat))),
  link: (part) => link(part.url, part.title, { class: "arrow-link" }),
  file: (part, chat) => file(part, chat),
  prove_email: (part, chat, message) => proveEmail(chat, message),
  rating: (part, chat) => rating(chat),
};

/** At the desk nobody fills in the customer's forms. */
const READERS = {
  prove_email: (part, chat) => el("p", { class: "bubble system" }, chat.say("asked_email")),
  rating: (part, chat) => el("p", { class: "bubble system" }, chat.say("asked_rating")),
};

function buttons(offered, chat) {
  const made = offered.map((button) => pressable(chat, button.payload, button.title));
  return el("div", { class: "chat-buttons offer", role: "group", "aria-label": chat.say("choices") }, made);
}

function pressable(chat, payload, title, attributes = {}) {
  const press = (event) => {
    const offer = event.currentTarget.closest(".turn");
    offer.querySelectorAll(".offer button").forEach((one) => (one.disabled = true));
    event.currentTarget.setAttribute("aria-pressed", "true");
    chat.press(payload, title);
  };
  return el("button", { type: "button", class: "button small", click: press, ...attributes }, title);
}

function card(one, chat) {
  const image = one.image && safeUrl(one.image);
  return el(
    "li",
    {},
    image ? el("img", { src: image, alt: "", loading: "lazy" }) : null,
    el("h3", {}, one.url ? link(one.url, one.title) : one.title),
    one.text ? el("p", { class: "card-text" }, one.text) : null,
    one.buttons?.length ? buttons(one.buttons, chat) : null,
  );
}

function file(part, chat) {
  const size = part.size > 1e6 ? `${(part.size / 1e6).toFixed(1)} MB` : `${Math.ceil(part.size / 1e3)} KB`;
  const made = link(part.url, `${part.name} (${size})`, { class: "file" });
  if (made instanceof Element) made.prepend(icon(part.media?.startsWith("image/") ? "image" : "file"));
  return made;
}

/** Five grades from bad to good; each is a payload like any other button's. */
function rating(chat) {
  const scores = [1, 2, 3, 4, 5].map((score) => {
    const words = chat.say(`score_${score}`);
    const stars = "★".repeat(score) + "☆".repeat(5 - score);
    return pressable(chat, `/rate{"score":${score}}`, words, { title: stars });
  });
  const legend = el("legend", { class: "visually-hidden" }, chat.say("rate"));
  return el("fieldset", { class: "chat-rating offer" }, legend, el("div", { class: "chat-buttons" }, scores));
}

/**
 * Let only what the newest bot message offers be pressed, and only while the bot is the one to
 * answer; a rating as long as nothing came after it.
 */
export function offerOnly(log, chat) {
  const newest = log.newestOf("bot")?.message;
  for (const { message, element } of log.turns.values()) {
    element.querySelectorAll(".offer").forEach((offer) => {
      const rating = offer.classList.contains("chat-rating");
      const open = rating ? message.seq === log.newest : message === newest && chat.owner === "bot";
      const used = offer.querySelector("[aria-pressed=true]");
      offer.querySelectorAll("button").forEach((one) => (one.disabled = Boolean(used) || !open));
    });
  }
}
