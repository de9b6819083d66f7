// One call: what was asked and answered side by side, what was wrong in its place, and why it was answered so.

import { call as fetchFrom, ask, Problem } from "./api.js";
import { button, copy, fill, h } from "./dom.js";
import { read, write } from "./exact.js";
import { shown } from "./text.js";
import { t } from "./words.js";
import { jsonView, leadTo } from "./json_view.js";
import { codeOf, outcome } from "./call_list.js";
import { asClient, asCurl, asLark } from "./copies.js";
import { drawRecord } from "./record.js";
import { adviceOn } from "./codes.js";
import { go } from "./place.js";

let latest = 0;

/** Show a call in a place; the last one asked for wins. */
export async function showCall(place, wanted) {
  latest += 1;
  const mine = latest;
  place.setAttribute("aria-busy", "true");
  let found;
  try {
    found = await find(wanted);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    found = null;
  }
  if (mine !== latest) return;
  place.removeAttribute("aria-busy");
  const back = button(t("call.back"), () => go({ n: "", of: "", id: "" }), { class: "back" });
  if (!found) {
    fill(place, back, h("p", { class: "hint" }, t("call.gone")));
    return;
  }
  fill(place, back, await drawn(found));
  place.scrollTop = 0;
}

/** Ask for a call whole; null where the journal no longer has it. */
async function find({ world, n, logId }) {
  const text = await (await fetchFrom("requests", { query: { world, n } })).text();
  return read(text).requests.find((entry) => entry.log_id === logId) ?? null;
}

async function drawn(found) {
  const content = contentOf(found);
  const requestNotes = notesOf(found, "body");
  const requestView = found.request === null ? h("p", { class: "hint" }, t("call.noBody")) : body(found.request, requestNotes, t("call.request"));
  return [
    head(found),
    await troubles(found, requestView),
    step(found),
    h("div", { class: "sides" },
      h("section", { class: "side", "aria-label": t("call.request") }, h("h3", {}, t("call.request")), requestHead(found), requestView),
      h("section", { class: "side", "aria-label": t("call.answer") }, h("h3", {}, t("call.answer")),
        found.answer === null ? h("p", { class: "hint" }, t("call.noAnswer")) : body(found.answer, answerNotes(found), t("call.answer")))),
    content ? h("section", { class: "drawn" }, h("h3", {}, t("record.drawn")), drawRecord(content, found.world)) : null,
  ];
}

function head(found) {
  const took = found.duration_us < 1000 ? `${found.duration_us} µs` : `${(found.duration_us / 1000).toFixed(1)} ms`;
  const fact = (name, ...value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  const token = `t-dev${found.world === "default" || found.world === "-" ? "" : `.${found.world}`}`;
  const forClient = asClient(found);
  const copying = (key, text) => button(t(key), () => copy(text, t("copy.done")), { class: "quiet" });
  return [
    h("h2", { class: "call-name" }, h("span", { class: `chip ${outcome(found)}` }, codeOf(found)), " ", shown(found.operation ?? t("call.noOperation"))),
    h("p", { class: "target" }, h("span", { class: "method" }, shown(found.method)), " ", shown(found.path, 500)),
    h("dl", { class: "facts" },
      fact(t("call.message"), found.msg === null ? "—" : shown(found.msg, 300)),
      fact(t("filter.world"), shown(found.world)),
      fact(t("call.time"), found.time.replace("T", " ")),
      fact(t("call.took"), took),
      fact(t("call.size"), t("call.bytes", { n: found.request_bytes })),
      fact(t("call.logId"), h("code", {}, found.log_id))),
    h("p", { class: "copies" }, t("copy.as"), " ", copying("copy.curl", asCurl(found, token)), copying("copy.lark", asLark(found)),
      forClient ? copying("copy.client", forClient) : null, copying("copy.json", write(found))),
  ];
}

/** Tell what was wrong, each place leading to where it stands, and what the catalog advises. */
async function troubles(found, view) {
  if (!found.violations.length && !found.warnings.length && !found.code) return null;
  const advice = found.code ? await adviceOn(found.code) : null;
  const wrong = (entry) => h("li", {},
    entry.place === "body"
      ? button(shown(entry.field, 200), () => leadTo(view, entry.pointer), { class: "link" })
      : h("span", {}, `${entry.place}: `, shown(entry.field, 200)),
    " ", shown(entry.description, 400), entry.value === null ? "" : [" ", t("call.sent"), " ", h("code", {}, shown(entry.value, 200))]);
  const leading = (pointer) => button(shown(pointer, 200), () => leadTo(view, inBody(pointer)), { class: "link" });
  return h("section", { class: `troubles ${found.code ? "bad" : "warn"}`, "aria-label": t("call.why") },
    advice ? h("p", {}, h("strong", {}, `${found.code} ${advice.name}`), " · ", t(`stage.${advice.stage}`), " · ", t(`retry.${advice.retry}`), h("br", {}), shown(advice.advice)) : null,
    found.violations.length ? [h("h3", {}, t("call.violations", { n: found.violations.length })), h("ul", {}, found.violations.slice(0, 50).map(wrong))] : null,
    found.warnings.length ? [h("h3", {}, t("call.warnings", { n: found.warnings.length })),
      h("ul", {}, found.warnings.slice(0, 50).map((warning) => h("li", {}, warning.pointer ? [leading(warning.pointer), " "] : "", shown(warning.text, 400))))] : null);
}

function notesOf(found, place) {
  const violations = found.violations.filter((entry) => entry.place === place)
    .map((entry) => ({ pointer: entry.pointer, name: "bad", text: `${entry.description} (${entry.keyword})` }));
  const warnings = found.warnings.filter((entry) => entry.pointer && place === "body")
    .map((entry) => ({ pointer: inBody(entry.pointer), name: "warn", text: entry.text }));
  return [...violations, ...warnings];
}

/** Warnings count places from the whole message, violations from its part. */
function inBody(pointer) { return pointer.replace(/^\/body(?=\/|$)/, ""); }

function answerNotes(found) {
  if (typeof found.answer !== "object" || !found.code) return [];
  return [{ pointer: "/code", name: "bad", text: t("call.refusedWith") }];
}

function requestHead(found) {
  const wrong = found.violations.filter((entry) => entry.place !== "body");
  const noted = (name) => wrong.filter((entry) => entry.pointer === `/${name}`).map((entry) => h("div", { class: "note bad" }, shown(entry.description)));
  const rows = found.query.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, shown(name, 100)), h("td", {}, shown(value, 300), noted(name))));
  const absent = wrong.filter((entry) => !found.query.some(([name]) => entry.pointer === `/${name}`))
    .map((entry) => h("tr", {}, h("th", { scope: "row" }, shown(entry.field, 100)), h("td", {}, h("em", {}, entry.place), h("div", { class: "note bad" }, shown(entry.description)))));
  const headers = Object.entries(found.headers).map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, shown(name, 100)), h("td", {}, shown(value, 300))));
  return [
    rows.length || absent.length ? h("table", { class: "pairs" }, h("caption", {}, t("call.query")), h("tbody", {}, rows, absent)) : null,
    h("details", { class: "headers" }, h("summary", {}, t("call.headers", { n: headers.length })), h("table", { class: "pairs" }, h("tbody", {}, headers))),
  ];
}

/** Draw a body; a text is what was no JSON, or a note on what was not kept. */
function body(value, notes, label) {
  if (typeof value !== "string") return jsonView(value, notes, label);
  return [h("pre", { class: "code-block", tabindex: "0", "aria-label": label }, shown(value)), notes.map((note) => h("div", { class: `note ${note.name}` }, shown(note.text)))];
}

/** Tell which step took the call, and on demand why the others did not. */
function step(found) {
  const place = h("div", {});
  const why = button(t("call.whySteps"), async () => {
    try {
      fill(place, reasons(await ask("explain", { method: "POST", query: { world: found.world }, body: plain(found) }), found.step));
    } catch (error) {
      fill(place, h("p", { class: "note bad" }, error.message));
    }
  }, { class: "quiet" });
  return h("p", { class: "step" },
    found.step ? [t("call.firedStep", { step: found.step }), found.fault ? ` (${found.fault})` : "", " "] : [t("call.noStep"), " "], why, place);
}

/** Make of a call what can be sent; the emulator wants to know its way, not its exact numbers. */
function plain(found) {
  return JSON.parse(write({ method: found.method, path: found.path, query: found.query, headers: found.headers, request: found.request }));
}

function reasons(told, fired) {
  if (!told.steps.length) return h("p", { class: "hint" }, t("call.noScenario"));
  return [h("p", { class: "hint" }, t("call.asOfNow")), h("ul", { class: "steps" }, told.steps.map((entry) => h("li", { class: entry.step === fired ? "fired" : "" },
    h("strong", {}, shown(entry.step)), " ",
    entry.step === fired ? t("call.thisFired") : entry.fires ? t("call.wouldFire") : entry.why_not.map((reason, i) => [i ? "; " : "", shown(reason)]))))];
}

/** Find the content that a call carried or got, to draw it. */
function contentOf(found) {
  const answered = found.answer?.data?.content;
  if (answered?.blocks) return answered;
  return found.request?.content?.blocks ? found.request.content : null;
}
