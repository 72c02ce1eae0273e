/**
 * The one script of the chat: `<script src="https://help.example/widget.js" defer></script>`.
 *
 * On the portal's own pages it mounts the chat itself. On another site that the portal lists
 * (WIDGET_ORIGINS) it shows a button and opens the chat in a frame of the portal's, so that neither
 * reads the other's page. The view that serves it fills in the settings.
 */
(async (settings) => {
  "use strict";
  const script = document.currentScript;
  const portal = new URL(script.src).origin;
  const wanted = script.dataset.language || document.documentElement.lang || "";
  const language = settings.languages.find((one) => wanted.startsWith(one)) || settings.languages[0];

  if (location.origin === portal) {
    const { mount } = await import(settings.mount);
    await mount({ ...settings, facts: `/${language}/chat/widget.json` });
    return;
  }
  if (!settings.sites.includes(location.origin)) {
    console.warn(`The chat of ${portal} is not open to ${location.origin}.`);
    return;
  }

  const words = settings.words[language];
  const host = document.createElement("mado-chat");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet(); // not stopped by the site's own style-src
  sheet.replaceSync(settings.css);
  root.adoptedStyleSheets = [sheet];

  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  const show = (label) => (button.textContent = label);
  show(words.open);
  root.append(button);

  let frame = null;
  const tell = (message) => frame.contentWindow.postMessage({ madoguchi: message }, portal);

  function open() {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = words.title;
      frame.src = `${portal}/${language}/chat/frame/?host=${encodeURIComponent(location.origin)}`;
      frame.allow = "clipboard-write";
      root.append(frame);
    } else {
      frame.hidden = false;
      tell("open");
    }
    button.setAttribute("aria-expanded", "true");
    show(words.close);
  }

  function close() {
    frame.hidden = true;
    tell("closed");
    button.setAttribute("aria-expanded", "false");
    show(words.open);
    button.focus();
  }

  button.addEventListener("click", () => (frame && !frame.hidden ? close() : open()));
  window.addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== portal) return;
    const message = event.data && event.data.madoguchi;
    if (message === "close") close();
    else if (message && frame.hidden && Number(message.unread)) show(`${words.open} (${Number(message.unread)})`);
  });
  document.body.append(host);
})(/* settings */);
