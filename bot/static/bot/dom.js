/** Making elements. Words from people and from the server only ever become text nodes. */

let icons = "";

/** Say once where the sheet of icons lies. */
export function useIcons(url) {
  icons = url;
}

/** Make one element. Functions among the attributes listen; null, undefined and false are left out. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Draw an icon of portal/icons.svg in the colour of the text around it. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${icons}#${name}`);
  svg.append(use);
  return svg;
}

/** Words for those who listen and do not see. */
export function unseen(words) {
  return el("span", { class: "visually-hidden" }, words);
}

/** Return an address that is safe to follow (https, or this very portal), else null. */
export function safeUrl(address) {
  let url;
  try {
    url = new URL(String(address), location.origin);
  } catch {
    return null;
  }
  return url.protocol === "https:" || url.origin === location.origin ? url.href : null;
}

/** Make a link, or plain text where the address is not safe. Strangers' pages open apart. */
export function link(address, words, attributes = {}) {
  const href = safeUrl(address);
  if (!href) return document.createTextNode(words);
  const ours = new URL(href).origin === location.origin;
  const apart = ours && window.parent === window ? {} : { target: "_blank", rel: "noopener noreferrer" };
  return el("a", { href, ...apart, ...attributes }, words);
}

const ADDRESS = /https:\/\/[^\s<>"'「」『』（）()、。，]+/gu;

/** Turn text into nodes: https addresses become links, everything else stays text. */
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(/[.,:;!?…]+$/u, "");
    nodes.push(text.slice(end, match.index), link(address, address));
    end = match.index + address.length;
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== "");
}
