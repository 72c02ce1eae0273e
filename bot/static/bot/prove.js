/**
 * Proving an e-mail inside the chat (DESIGN §8): the address, then the code from the mail. Neither
 * ever goes through the chat itself. With the new token the line is opened anew.
 */

import { el, icon } from "./dom.js";
import { lasting, ofThisTab } from "./store.js";

const RESEND_AFTER_S = 30;

/** Return the form for a `prove_email` part; a message already dealt with shows a quiet tick. */
export function proveEmail(chat, message) {
  const place = el("div", { class: "chat-prove" });
  const key = `proved.${message.seq}.${message.at}`;
  if (ofThisTab.get(key)) place.replaceChildren(done(chat));
  else askAddress(place, chat, "", key);
  return place;
}

function askAddress(place, chat, address, key) {
  const input = el("input", {
    type: "email", name: "email", autocomplete: "email", inputmode: "email", required: true, value: address,
    placeholder: "name@example.com", maxlength: "254",
  });
  const submit = async (words) => {
    const answer = await post("/sign-in/code/", { email: narrow(input.value) });
    if (answer.status === 202) askCode(place, chat, narrow(input.value), key);
    else words(chat.say(answer.status === 429 ? "prove_too_many" : answer.status === 0 ? "prove_offline" : "prove_bad_email"));
  };
  place.replaceChildren(form(chat, { label: "prove_email", hint: "prove_why", button: "prove_send", input, submit }));
}

function askCode(place, chat, address, key) {
  const input = el("input", {
    type: "text", name: "code", autocomplete: "one-time-code", inputmode: "numeric", required: true,
    maxlength: "20", class: "code-input",
  });
  const submit = async (words) => {
    const answer = await post("/sign-in/code/confirm/", { code: narrow(input.value) });
    if (answer.status === 200 && answer.body.visitor) {
      lasting.set("visitor", answer.body.visitor);
      ofThisTab.set(key, "1");
      place.replaceChildren(done(chat));
      chat.proved();
      return;
    }
    input.select();
    words(chat.say(answer.status === 429 ? "prove_too_many" : answer.status === 0 ? "prove_offline" : "prove_bad_code"));
  };
  const made = form(chat, { label: "prove_code", hint: "prove_sent", values: { address }, button: "prove_confirm", input, submit });
  made.append(
    el("div", { class: "row" }, resend(chat, address),
      el("button", { type: "button", class: "link", click: () => askAddress(place, chat, address, key) }, chat.say("prove_other"))),
  );
  place.replaceChildren(made);
  input.focus();
  made.scrollIntoView({ block: "nearest" });
}

function form(chat, { label, hint, values = {}, button, input, submit }) {
  const id = `prove-${crypto.randomUUID()}`;
  const error = el("p", { class: "error", id: `${id}-error`, role: "alert", hidden: true });
  input.id = id;
  input.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  const send = el("button", { type: "submit", class: "button primary" }, chat.say(button));
  const words = (text) => {
    error.replaceChildren(icon("alert"), el("span", {}, text));
    error.hidden = false;
    input.setAttribute("aria-invalid", "true");
    input.focus();
    input.form.scrollIntoView({ block: "nearest" });
  };
  const go = async (event) => {
    event.preventDefault();
    send.disabled = true;
    error.hidden = true;
    try {
      await submit(words);
    } finally {
      send.disabled = false;
    }
  };
  return el(
    "form",
    { class: "stack tight", submit: go },
    el("label", { for: id }, chat.say(label)),
    el("p", { class: "hint", id: `${id}-hint` }, chat.say(hint, values)),
    input,
    error,
    send,
  );
}

/** A button that sends the code again; mails take a moment, so it waits half a minute first. */
function resend(chat, address) {
  const button = el("button", { type: "button", class: "link", disabled: true });
  const count = (left) => {
    button.textContent = left ? chat.say("prove_again_in", { seconds: left }) : chat.say("prove_again");
    button.disabled = left > 0;
    if (left && button.isConnected !== false) setTimeout(() => count(left - 1), 1_000);
  };
  button.addEventListener("click", async () => {
    button.disabled = true;
    const answer = await post("/sign-in/code/", { email: address });
    if (answer.status === 202) count(RESEND_AFTER_S);
    else button.textContent = chat.say(answer.status === 429 ? "prove_too_many" : "prove_offline");
  });
  count(RESEND_AFTER_S);
  return button;
}

function done(chat) {
  return el("p", { class: "notice good" }, icon("check"), el("span", {}, chat.say("prove_done")));
}

/** Full-width letters and digits become plain ones, spaces go: people type what their keyboard gives. */
function narrow(text) {
  return text.normalize("NFKC").replace(/\s/g, "");
}

async function post(url, body) {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...body, visitor: lasting.get("visitor") }),
    });
    const json = answer.headers.get("Content-Type")?.includes("json");
    return { status: answer.status, body: json ? await answer.json() : {} };
  } catch {
    return { status: 0, body: {} };
  }
}
