// A small editor of rich text: what is pasted comes in as plain text, and what comes out is content of the API.

import { button, choice, h } from "./dom.js";
import { t } from "./words.js";

const RED = { red: 216, green: 57, blue: 49, alpha: 1 };
const PINK = { red: 251, green: 191, blue: 188, alpha: 1 };
const MARKS = ["bold", "strike", "red", "back"];
const LISTS = ["", "number", "bullet", "checkBox", "checkedBox"];

/** Make an editor; `changed` is called after each change. Its `content()` gives what was written. */
export function makeEditor(people, changed) {
  const area = h("div", {
    class: "editor", contenteditable: "true", role: "textbox", "aria-multiline": "true", "aria-label": t("write.rich"),
    oninput: () => { tidy(area); changed(); }, onpaste: paste,
  }, line());
  const act = (work) => () => { area.focus(); work(); tidy(area); changed(); };
  const tool = (key, work) => button(t(key), act(work), { class: "tool", onmousedown: (event) => event.preventDefault() });
  const person = choice([["", t("write.mention")], ...people.map((entry) => [entry.open_id, entry.name])], "", (id) => {
    const found = people.find((entry) => entry.open_id === id);
    person.value = "";
    if (found) act(() => insert(area, h("span", { class: "mention", contenteditable: "false", "data-person": id }, `@${found.name}`)))();
  }, { "aria-label": t("write.mention") });
  const bar = h("div", { class: "tools", role: "toolbar", "aria-label": t("write.tools") },
    MARKS.map((name) => tool(`write.${name}`, () => mark(area, name))),
    tool("write.link", () => mark(area, "link", prompt(t("write.linkTo"), "https://"))), tool("write.plain", () => plain(area)),
    LISTS.map((name) => tool(`write.list.${name || "none"}`, () => eachLine(area, (found) => setList(found, name)))),
    tool("write.deeper", () => eachLine(area, (found) => shift(found, 1))), tool("write.higher", () => eachLine(area, (found) => shift(found, -1))), person);
  return { element: h("div", { class: "editing" }, bar, area), content: () => ({ blocks: [...area.children].map(paragraph) }) };
}

function line(...children) { return h("div", { class: "edit-line" }, children.length ? children : h("br", {})); }

function paste(event) {
  event.preventDefault();
  document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
}

/** Put stray texts into lines: browsers leave some at the top after everything was deleted. */
function tidy(area) {
  for (const node of [...area.childNodes]) {
    if (node.nodeType !== Node.ELEMENT_NODE || node.tagName !== "DIV") node.replaceWith(line(node.cloneNode(true)));
  }
  if (!area.childElementCount) area.append(line());
}

function selected(area) {
  const selection = getSelection();
  const range = selection.rangeCount ? selection.getRangeAt(0) : null;
  return range && area.contains(range.commonAncestorContainer) ? range : null;
}

function eachLine(area, work) {
  const range = selected(area);
  for (const found of area.children) if (range ? range.intersectsNode(found) : found === area.lastElementChild) work(found);
}

/** Wrap what is selected, line by line. */
function mark(area, name, url = "") {
  const range = selected(area);
  if (!range || range.collapsed || (name === "link" && !url)) return;
  for (const found of [...area.children]) {
    if (!range.intersectsNode(found)) continue;
    const part = document.createRange();
    part.selectNodeContents(found);
    if (found.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset);
    if (found.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
    if (part.collapsed || !part.toString()) continue;
    const wrapped = h("span", { class: `as-${name}`, "data-mark": name, "data-url": url || null });
    wrapped.append(part.extractContents());
    part.insertNode(wrapped);
  }
}

/** Take all marks off the lines that are selected. */
function plain(area) {
  eachLine(area, (found) => {
    for (const marked of [...found.querySelectorAll("[data-mark]")]) marked.replaceWith(...marked.childNodes);
    found.normalize();
  });
}

function insert(area, node) {
  const range = selected(area);
  if (range) {
    range.deleteContents();
    range.insertNode(node);
    range.setStartAfter(node);
    range.collapse(true);
  } else area.lastElementChild.append(node);
}

function setList(found, name) {
  if (name) [found.dataset.list, found.dataset.level] = [name, found.dataset.level ?? "1"];
  else { delete found.dataset.list; delete found.dataset.level; }
}

function shift(found, by) {
  if (found.dataset.list) found.dataset.level = String(Math.min(16, Math.max(1, Number(found.dataset.level) + by)));
}

function paragraph(found, index, lines) {
  const elements = [];
  collect(found, {}, elements);
  const made = { elements };
  if (found.dataset?.list) made.style = { list: listed(found, index, lines) };
  return { type: "paragraph", paragraph: made };
}

function listed(found, index, lines) {
  const { list: type, level } = found.dataset;
  const made = { type, indentLevel: Number(level) };
  if (type !== "number") return made;
  let number = 1;
  for (let i = index - 1; i >= 0 && lines[i].dataset?.list; i -= 1) {
    if (Number(lines[i].dataset.level) < Number(level)) break;
    if (lines[i].dataset.level !== level) continue;
    if (lines[i].dataset.list !== "number") break;
    number += 1;
  }
  return { ...made, number };
}

function collect(node, style, elements) {
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) addRun(child.data, style, elements);
    else if (child.dataset?.person) elements.push({ type: "person", person: { openId: child.dataset.person } });
    else if (child.nodeType === Node.ELEMENT_NODE) collect(child, { ...style, ...styleOf(child) }, elements);
  }
}

function addRun(text, style, elements) {
  if (!text) return;
  const run = Object.keys(style).length ? { text, style } : { text };
  elements.push({ type: "textRun", textRun: run });
}

function styleOf(element) {
  const { mark: name, url } = element.dataset;
  return { bold: { bold: true }, strike: { strikeThrough: true }, red: { textColor: RED }, back: { backColor: PINK }, link: { link: { url } } }[name] ?? {};
}
