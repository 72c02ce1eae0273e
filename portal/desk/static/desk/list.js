/** The list on the left: who waits, the agent's own chats, and those of them that have just ended. */

import { el, unseen } from "../bot/dom.js";

const ENDED_SHOWN = 8;

/** Draw all lists anew. `desk` has say, waiting, chats, selected, choose(conversation). */
export function drawLists(desk) {
  const { say } = desk;
  const mine = [...desk.chats.values()].filter((chat) => chat.mine);
  draw("waiting", desk.waiting.map((chat) => item(chat, desk)), say("waiting_none"));
  draw("mine", mine.map((chat) => item(chat, desk)), say("mine_none"));
  const ended = [...desk.chats.values()].filter((chat) => chat.endedAt && chat.owner === "closed");
  ended.sort((one, other) => other.endedAt - one.endedAt);
  draw("ended", ended.slice(0, ENDED_SHOWN).map((chat) => item(chat, desk)), "");
  document.getElementById("ended-title").hidden = !ended.length;
  const count = document.getElementById("waiting-count");
  count.hidden = !desk.waiting.length;
  count.textContent = String(desk.waiting.length);
}

function draw(id, items, none) {
  const list = document.getElementById(id);
  const focused = list.contains(document.activeElement) && document.activeElement.dataset.conversation;
  list.replaceChildren(...(items.length || !none ? items : [el("li", { class: "desk-none muted" }, none)]));
  if (focused) list.querySelector(`[data-conversation="${CSS.escape(focused)}"]`)?.focus();
}

function item(chat, desk) {
  const { say } = desk;
  const unread = chat.unread ? el("span", { class: "desk-unread" }, String(chat.unread), unseen(say("unread"))) : null;
  const waits = chat.owner === "queue";
  const why = waits ? say(`reason_${chat.reason}`) : chat.last || "";
  const reason = why.startsWith("reason_") ? say("reason_asked") : why;
  const due = chat.mine && chat.asked ? say("answer_due", { since: since(chat.asked, say) }) : "";
  const button = el(
    "button",
    {
      type: "button", class: "desk-item", "data-conversation": chat.conversation,
      "aria-current": chat.conversation === desk.selected ? "true" : null,
      click: () => desk.choose(chat.conversation),
    },
    el("span", { class: "name" }, chat.name || say("visitor"), unread),
    el("span", { class: `since${due ? " due" : ""}` }, waits ? since(chat.since, say) : due),
    el("span", { class: "why" }, `${say(chat.language)} ・ ${reason}`),
  );
  return el("li", {}, button);
}

function since(at, say) {
  const minutes = Math.floor((Date.now() - new Date(at)) / 60_000);
  return minutes < 1 ? say("just_now") : say("minutes", { minutes });
}
