// Texts of others, shown so that nothing in them can pass for something else.

import { h } from "./dom.js";

// Characters that turn, hide or join what stands around them.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
const LONGEST = 4000;

/** Show a text in isolation, with a mark for each character that could not be seen; a long one is cut until asked for. */
export function shown(text, longest = LONGEST, more = "…") {
  const place = h("bdi", {});
  const isLong = text.length > longest;
  place.append(...pieces(isLong ? text.slice(0, longest) : text));
  if (isLong) {
    place.append(h("button", { type: "button", class: "quiet", onclick: () => place.replaceChildren(...pieces(text)) },
      `${more} +${text.length - longest}`));
  }
  return place;
}

function pieces(text) {
  const found = [];
  let from = 0;
  for (const match of text.matchAll(UNSEEN)) {
    if (match.index > from) found.push(text.slice(from, match.index));
    const name = `U+${match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    found.push(h("span", { class: "unseen-mark", title: name }, name));
    from = match.index + match[0].length;
  }
  found.push(text.slice(from));
  return found;
}

/** Name the address of a link that may be followed; "" for any other. */
export function followable(url) {
  try {
    const parsed = new URL(String(url));
    return ["http:", "https:"].includes(parsed.protocol) ? parsed.href : "";
  } catch {
    return "";
  }
}
