// Elements, made without markup: what is given as text stays text.

const PROPERTIES = new Set(["value", "checked", "disabled", "selected", "open", "hidden", "tabIndex", "readOnly"]);
const FORBIDDEN = /^(style|srcdoc|innerhtml|outerhtml)$/i;

/** Make an element. `given` holds attributes, properties and listeners (`onclick: f`); children are nodes, texts or lists. */
export function h(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (FORBIDDEN.test(name)) throw new Error(`${name} is not set here`);
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name)) made[name] = value;
    else made.setAttribute(name === "className" ? "class" : name, value === true ? "" : String(value));
  }
  made.append(...nodes(children));
  return made;
}

function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Put other children in the place of those that are there. */
export function fill(parent, ...children) {
  parent.replaceChildren(...nodes(children));
  return parent;
}

export function button(text, act, given = {}) {
  return h("button", { type: "button", onclick: act, ...given }, text);
}

/** A labelled field; the control comes second, so that what is clicked is what is meant. */
export function labelled(text, control, given = {}) {
  return h("label", { class: "field", ...given }, h("span", {}, text), control);
}

/** A choice; options are pairs of value and text. */
export function choice(options, chosen, act, given = {}) {
  const made = h("select", { onchange: () => act(made.value), ...given });
  for (const [value, text] of options) made.append(h("option", { value, selected: value === chosen }, text));
  return made;
}

/** Tell something in passing; screen readers read it aloud. */
export function say(text) {
  const place = document.getElementById("say");
  place.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { place.textContent = ""; }, 4000);
}

export async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { value: text, class: "unseen" });  // pages that are not on https or loopback
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(done);
}
