/** The panels above the writing field: the honest queue, its exits, and the end. */

import { el, icon, link } from "./dom.js";

/**
 * Where one stands in the queue, how long it will take, and at every moment three ways out: keep
 * waiting, get the answer by mail, back to the bot. `folded` leaves one line of it.
 */
export function queuePanel(chat, queue, { folded, fold }) {
  const { say, facts } = chat;
  const place = queue?.position ? say("queue_place", { position: queue.position }) : say("queue_soon");
  const head = el("p", { class: "place" }, facts.open ? place : say("queue_closed"));
  const wait = el("p", {}, facts.open ? expected(say, queue?.wait_seconds) : say("queue_opens", { opens: facts.opens }));
  if (folded) {
    const more = el("button", { type: "button", class: "link", "aria-expanded": "false", click: () => fold(false) }, say("queue_ways"));
    return el("section", { class: "chat-queue folded", "aria-label": say("queue") }, head, more);
  }
  return el(
    "section",
    { class: "chat-queue", "aria-label": say("queue") },
    head,
    wait,
    el("p", { class: "small muted" }, say("queue_hours", { hours: facts.hours })),
    el(
      "div",
      { class: "queue-ways" },
      way("clock", say("queue_stay"), () => fold(true)),
      way("mail", say("queue_mail"), () => chat.mailMe(), facts.open ? "" : "primary"),
      way("leaf", say("queue_back"), () => chat.leaveQueue()),
    ),
    el("p", { class: "small" }, link(facts.help_url, say("queue_read"))),
  );
}

function way(name, words, click, kind = "") {
  return el("button", { type: "button", class: `button small ${kind}`, click }, icon(name), words);
}

function expected(say, seconds) {
  if (seconds === null || seconds === undefined) return say("wait_unknown");
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes === 1 ? say("wait_minute") : say("wait_minutes", { minutes });
}

/** It has ended; what was said stays to be read, and a new chat is one press away. */
export function closedPanel(chat) {
  return el(
    "section",
    { class: "chat-queue", "aria-label": chat.say("closed") },
    el("p", { class: "place" }, chat.say("closed")),
    el("p", {}, chat.say("closed_more")),
    el("div", { class: "queue-ways" }, way("chat", chat.say("begin_anew"), () => chat.beginAnew(), "primary")),
  );
}

/** Ask once before a chat is ended. */
export function endPanel(chat, { cancel }) {
  return el(
    "section",
    { class: "chat-queue", "aria-label": chat.say("end") },
    el("p", { class: "place" }, chat.say("end_sure")),
    el(
      "div",
      { class: "queue-ways" },
      way("cross", chat.say("end"), () => chat.end()),
      way("chat", chat.say("end_not"), cancel, "primary"),
    ),
  );
}
