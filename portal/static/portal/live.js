// Keeps parts of a page up to date while it is open. A part says in `data-live` by which names it
// goes ("order.H-1", "bell"; "order." stands for any order) and refetches itself with htmx
// (`hx-trigger="changed"`). The live socket sends names of what changed, never content. Without a
// socket the parts look every 15 seconds; without this script the page stays as it was opened.

const LOOK_MS = 15000;
const SIGNED_OUT = 4401;
const LONGEST_PAUSE_MS = 30000;

let pause = 1000;
let open = false;
const stale = new Set();

const parts = () => [...document.querySelectorAll("[data-live]")];

const goesBy = (part, name) =>
  part.dataset.live.split(" ").some((own) => own === name || (own.endsWith(".") && name.startsWith(own)));

function refresh(some) {
  for (const part of some) {
    if (document.hidden) stale.add(part);
    else window.htmx.trigger(part, "changed");
  }
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/ws/live/`);
  socket.addEventListener("open", () => {
    open = true;
    // What happened while no socket was open was told to nobody here.
    if (pause > 1000) refresh(parts());
    pause = 1000;
  });
  socket.addEventListener("message", (message) => {
    const frame = JSON.parse(message.data);
    if (frame.type !== "changed") return;
    refresh(parts().filter((part) => frame.what.some((name) => goesBy(part, name))));
  });
  socket.addEventListener("close", (event) => {
    open = false;
    if (event.code === SIGNED_OUT) return;
    // Spread out, so that not all pages come back in the same instant after a restart.
    setTimeout(connect, pause * (0.5 + Math.random()));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  });
}

// A part that changed is shown so, and `data-said` says it to screen readers.
document.addEventListener("htmx:afterSwap", ({ target, detail }) => {
  // What is only fetched with the page (`hx-trigger="load"`) has not changed.
  if (detail.requestConfig?.triggeringEvent?.type !== "changed") return;
  const part = target.closest?.("[data-live]") ?? target;
  if (!part.dataset?.live) return;
  part.classList.add("changed");
  const said = document.getElementById("live");
  if (said && part.dataset.said) said.textContent = part.dataset.said;
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  const now = parts().filter((part) => stale.has(part));
  stale.clear();
  refresh(now);
});

if (parts().length) {
  setInterval(() => {
    if (!open) refresh(parts());
  }, LOOK_MS);
  connect();
}
