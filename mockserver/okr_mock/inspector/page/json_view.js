// JSON as lines, with what was found about a place standing at that place.

import { h } from "./dom.js";
import { Exact } from "./exact.js";
import { shown } from "./text.js";
import { t } from "./words.js";

const MOST_LINES = 1500;

/** A note about a place: `pointer` says where, `name` of what kind it is, `text` what is told there. */

/** Draw a JSON value with notes in place; notes on what is not there stand where it would be. */
export function jsonView(value, notes = [], label = "") {
  const drawing = { left: MOST_LINES, notes: byPointer(notes), used: new Set() };
  const body = h("div", { class: "json", role: "group", "aria-label": label || null }, draw(value, "", null, drawing, true));
  const lost = notes.filter((note) => !drawing.used.has(note));  // of places that were cut away
  return h("div", { class: "json-place" },
    lost.length ? h("div", { class: "lost-notes" }, lost.map((note) => h("div", {}, h("code", {}, shown(note.pointer || "/", 300)), noteLine(note)))) : null,
    body);
}

function byPointer(notes) {
  const found = new Map();
  for (const note of notes) found.set(note.pointer, [...(found.get(note.pointer) ?? []), note]);
  return found;
}

function draw(value, pointer, key, drawing, isLast) {
  if (drawing.left <= 0) return drawing.left-- === 0 ? h("div", { class: "line cut" }, t("json.cut", { n: MOST_LINES })) : null;
  drawing.left -= 1;
  const notes = drawing.notes.get(pointer) ?? [];
  notes.forEach((note) => drawing.used.add(note));
  const given = { class: `line${notes.length ? ` noted ${notes[0].name}` : ""}`, "data-pointer": pointer };
  const head = key === null ? [] : [h("span", { class: "key" }, shown(JSON.stringify(key), 200)), ": "];
  const comma = isLast ? "" : ",";
  if (value === null || typeof value !== "object" || value instanceof Exact) {
    return [h("div", given, head, scalar(value), comma), notes.map(noteLine)];
  }
  const isList = Array.isArray(value);
  const entries = isList ? value.map((item, index) => [index, item]) : Object.entries(value);
  const absent = absentKeys(pointer, entries, drawing, isList);
  const [open, close] = isList ? "[]" : "{}";
  if (!entries.length && !absent.length) return [h("div", given, head, open + close, comma), notes.map(noteLine)];
  const inner = entries.map(([name, item], index) => draw(item, `${pointer}/${escape(name)}`, isList ? null : name, drawing, index === entries.length - 1));
  return [
    h("details", { class: "fold", open: true },
      h("summary", given, head, open, h("span", { class: "folded" }, ` ${entries.length} ${close}${comma}`)),
      notes.map(noteLine),
      h("div", { class: "inner" }, inner, absent.map(([name, found]) => ghost(name, found, drawing)))),
    h("div", { class: "line close" }, close, comma),
  ];
}

/** Find the notes on keys that are not there, but should be. */
function absentKeys(pointer, entries, drawing, isList) {
  if (isList) return [];
  const there = new Set(entries.map(([name]) => escape(name)));
  const found = [];
  for (const [place, notes] of drawing.notes) {
    const cut = place.lastIndexOf("/");
    if (cut < 0 || place.slice(0, cut) !== pointer) continue;
    const name = place.slice(cut + 1);
    if (!there.has(name)) found.push([name.replaceAll("~1", "/").replaceAll("~0", "~"), notes]);
  }
  return found;
}

function ghost(name, notes, drawing) {
  notes.forEach((note) => drawing.used.add(note));
  return [h("div", { class: `line noted ghost ${notes[0].name}` }, h("span", { class: "key" }, shown(JSON.stringify(name), 200)), ": ", h("em", {}, t("json.absent"))),
    notes.map(noteLine)];
}

function noteLine(note) {
  return h("div", { class: `note ${note.name}` }, h("span", { class: "note-text" }, shown(note.text, 600)));
}

function scalar(value) {
  if (value instanceof Exact) return h("span", { class: "number" }, value.source);
  if (typeof value === "string") return h("span", { class: "string" }, "\"", shown(inner(value), 1000, t("json.more")), "\"");
  return h("span", { class: typeof value }, JSON.stringify(value));
}

/** Write a string as JSON does, without its quotes. */
function inner(text) { return JSON.stringify(text).slice(1, -1); }

function escape(name) { return String(name).replaceAll("~", "~0").replaceAll("/", "~1"); }

/** Lead to the first note within a view. */
export function leadTo(view, pointer) {
  const line = [...view.querySelectorAll("[data-pointer]")].find((found) => found.dataset.pointer === pointer) ?? view.querySelector(".noted");
  if (!line) return;
  for (let fold = line.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  line.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  line.classList.add("flash");
  setTimeout(() => line.classList.remove("flash"), 1500);
}
