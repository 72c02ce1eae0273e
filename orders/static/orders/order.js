// Keeps an order, or the list of them, up to date while it is open: the live socket says what
// changed by name, and htmx fetches that part again. Without a socket it looks every 15 seconds;
// without this script the page is as it was when it was opened.

const LOOK_MS = 15000;
const SIGNED_OUT = 4401;
const LONGEST_PAUSE_MS = 30000;

let pause = 1000;
let open = false;

const part = () => document.querySelector("[data-live]");

function refresh() {
  if (part() && !document.hidden) window.htmx.trigger(part(), "changed");
  else stale = true;
}

let stale = false;

function concerns(names) {
  // "order." stands for any order, "order.H-1" for one.
  const wanted = part()?.dataset.live ?? "";
  return names.some((name) => (wanted.endsWith(".") ? name.startsWith(wanted) : name === wanted));
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/ws/live/`);
  socket.addEventListener("open", () => {
    open = true;
    // What happened while no socket was open was told to nobody here.
    if (pause > 1000) refresh();
    pause = 1000;
  });
  socket.addEventListener("message", (message) => {
    const frame = JSON.parse(message.data);
    if (frame.type === "changed" && concerns(frame.what)) refresh();
  });
  socket.addEventListener("close", (event) => {
    open = false;
    if (event.code === SIGNED_OUT) {
      location.reload();
      return;
    }
    // Spread out, so that not all pages come back in the same instant after a restart.
    setTimeout(connect, pause * (0.5 + Math.random()));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  });
}

document.body.addEventListener("htmx:afterSwap", () => {
  const live = document.getElementById("live");
  if (live && part()) live.textContent = part().dataset.said;
  part()?.classList.add("changed");
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !stale) return;
  stale = false;
  refresh();
});

setInterval(() => {
  if (!open) refresh();
}, LOOK_MS);

connect();
