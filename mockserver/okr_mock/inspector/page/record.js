// A progress record as Feishu draws it, in any of the spellings it is sent and answered in.

import { h } from "./dom.js";
import { followable, shown } from "./text.js";
import { t } from "./words.js";
import { drawPicture } from "./picture.js";
import { markerOf, Numbers } from "./marker.js";
import { peopleOf } from "./people.js";

const MOST_BLOCKS = 500;

/** Take the first of several spellings that is there. */
function one(value, ...names) {
  if (value === null || typeof value !== "object") return undefined;
  return names.map((name) => value[name]).find((found) => found !== undefined);
}

function list(value) { return Array.isArray(value) ? value : []; }

/** Draw the content of a record; names and pictures come in as they are found in the world. */
export function drawRecord(content, world) {
  const numbers = new Numbers();
  const blocks = list(one(content, "blocks"));
  const made = h("article", { class: "record", "aria-label": t("record.title") },
    blocks.slice(0, MOST_BLOCKS).map((block, index) => drawBlock(block, index, world, numbers)),
    blocks.length > MOST_BLOCKS ? h("p", { class: "cut" }, t("record.cut", { n: blocks.length - MOST_BLOCKS })) : null,
    blocks.length ? null : h("p", { class: "cut" }, t("record.empty")));
  name(made, world);
  return made;
}

/** Write the names of people into their mentions, once they are known. */
async function name(record, world) {
  const mentions = [...record.querySelectorAll("[data-person]")];
  if (!mentions.length) return;
  const people = await peopleOf(world);
  for (const mention of mentions) {
    const person = people.get(mention.dataset.person);
    if (person) mention.replaceChildren("@", shown(person.name, 100));
    mention.classList.toggle("unknown", !person);
    mention.title = person ? `${person.en_name} · ${mention.dataset.person}` : t("record.nobody", { id: mention.dataset.person });
  }
}

function drawBlock(block, index, world, numbers) {
  const kind = one(block, "type", "block_element_type");
  const given = { "data-block": index, "data-kind": String(kind).slice(0, 40) };
  if (kind === "gallery") {
    numbers.interrupt();
    const images = list(one(block.gallery, "imageList", "image_list", "images"));
    return h("div", { ...given, class: "gallery" }, images.slice(0, 50).map((image) => drawPicture(image, world)));
  }
  if (kind === "paragraph") return drawParagraph(block.paragraph, given, numbers);
  numbers.interrupt();
  return h("p", { ...given, class: "odd" }, t("record.odd", { kind: String(kind).slice(0, 40) }));
}

function drawParagraph(paragraph, given, numbers) {
  const style = one(paragraph?.style, "list");
  const listed = one(style, "type", "list_type");
  const level = Math.min(16, Math.max(1, Number(one(style, "indentLevel", "indent_level")) || 1));
  const elements = list(one(paragraph, "elements"));
  const line = h("span", { class: "line-text", dir: "auto" }, elements.slice(0, 500).map(drawElement));
  if (!style) {
    numbers.interrupt();
    return h("p", { ...given, class: "line" }, line);
  }
  const told = one(style, "number");
  const number = listed === "number" ? numbers.next(level, told) : numbers.interrupt(level);
  const marker = markerOf(listed, level, number);
  const made = h("p", {
    ...given, class: `line item ${["number", "bullet", "checkBox", "checkedBox", "indent"].includes(listed) ? listed : "odd"}`,
    "data-list": String(listed), "data-level": level, "data-number": number ?? null,
  }, h("span", { class: "marker", ...(marker.label ? { role: "img", "aria-label": marker.label } : {}) }, marker.text), line);
  made.style.setProperty("--level", level);
  return made;
}

function drawElement(element) {
  const kind = one(element, "type", "paragraph_element_type");
  if (kind === "textRun") return drawRun(one(element, "textRun", "text_run"));
  if (kind === "docsLink") return drawDocument(one(element, "docsLink", "docs_link"));
  if (kind === "person" || kind === "mention") return drawMention(one(element, "person", "mention"));
  return h("span", { class: "odd" }, t("record.odd", { kind: String(kind).slice(0, 40) }));
}

function drawRun(run) {
  const text = String(one(run, "text") ?? "");
  const style = one(run, "style") ?? {};
  const url = one(one(style, "link"), "url");
  const made = url === undefined ? h("span", {}, shown(text)) : link(url, shown(text), "text-link");
  made.classList.add("run");
  if (style.bold === true) made.classList.add("bold");
  if (one(style, "strikeThrough", "strike_through") === true) made.classList.add("strike");
  colour(made, "color", one(style, "textColor", "text_color"));
  colour(made, "background-color", one(style, "backColor", "back_color"));
  return made;
}

/** Set a colour by property, not by markup: numbers only, within their bounds. */
function colour(made, property, value) {
  if (value === null || typeof value !== "object") return;
  const part = (name) => Math.min(255, Math.max(0, Math.round(Number(value[name]) || 0)));
  const alpha = value.alpha === undefined ? 1 : Math.min(1, Math.max(0, Number(value.alpha) || 0));
  made.style.setProperty(property, `rgba(${part("red")}, ${part("green")}, ${part("blue")}, ${alpha})`);
}

/** Make a link, or where its address must not be followed, a text that says so. */
function link(url, label, name) {
  const address = followable(url);
  if (address) return h("a", { class: name, href: address, target: "_blank", rel: "noopener noreferrer nofollow", title: address }, label);
  return h("span", { class: `${name} barred`, title: t("record.barred") }, label, h("span", { class: "bar-mark" }, ` ⃠ ${t("record.barredShort")}`));
}

function drawDocument(document) {
  const url = one(document, "url");
  const title = one(document, "title") || url || "";
  return link(url, [h("span", { class: "doc-icon", "aria-hidden": "true" }, "📄"), shown(String(title), 300)], "doc-link");
}

function drawMention(person) {
  const id = String(one(person, "openId", "open_id", "user_id", "userId") ?? "").slice(0, 100);
  return h("span", { class: "mention", "data-person": id }, "@", shown(id));
}
