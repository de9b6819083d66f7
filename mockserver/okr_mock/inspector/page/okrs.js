// The OKRs of a world, the records under them, and the place to write one.

import { ask, Problem } from "./api.js";
import { button, choice, fill, h, labelled } from "./dom.js";
import { shown } from "./text.js";
import { languageNow, t } from "./words.js";
import { go } from "./place.js";
import { log, whenCallsChange } from "./call_log.js";
import { worldChoice } from "./world_choice.js";
import { drawRecord } from "./record.js";
import { jsonView } from "./json_view.js";
import { showComposer } from "./compose.js";

export function showOkrs(root, place) {
  const tree = h("section", { class: "tree", "aria-label": t("okrs.tree") });
  const side = h("section", { class: "tree-side", id: "detail", tabindex: "-1", "aria-label": t("record.title") });
  const bar = h("div", { class: "filters" });
  fill(root, h("h1", {}, t("nav.okrs")), bar, h("div", { class: "okrs" }, tree, side));
  let at = {};
  let told = null;

  async function load() {
    const world = at.world || "default";
    try {
      told = await ask("okrs", { query: { world, user: at.user || undefined } });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fill(tree, h("p", { class: "note bad" }, error.message));
      return;
    }
    if (world !== (at.world || "default")) return;
    const people = told.people.map((person) => [person.open_id, languageNow() === "zh" ? person.name : `${person.name} · ${person.en_name}`]);
    fill(bar, worldChoice(world), labelled(t("okrs.person"), choice(people, told.user, (user) => go({ user, record: "", target: "" }))),
      button(t("okrs.refresh"), load, { class: "quiet" }));
    fill(tree, drawn(told, at));
  }

  async function open() {
    root.classList.toggle("has-detail", Boolean(at.record || at.target));
    if (at.record) await showRecord(side, at.world || "default", at.record);
    else if (at.target) showComposer(side, { world: at.world || "default", type: Number(at.type), id: at.target }, load);
    else fill(side, h("p", { class: "hint" }, t("okrs.choose")));
  }

  async function move(next) {
    const isOther = next.world !== at.world || next.user !== at.user || !told;
    const isElsewhere = next.record !== at.record || next.target !== at.target || next.world !== at.world;
    at = next;
    if (isOther) await load();
    else fill(tree, drawn(told, at));
    if (isElsewhere || isOther) await open();
  }

  let seen = log.calls.length;
  const end = whenCallsChange(() => {  // a call may have written a record
    const news = log.calls.slice(seen);
    seen = log.calls.length;
    if (news.some((call) => call.world === (at.world || "default") && call.method !== "GET")) load();
  });
  move(place);
  return { move, end };
}

function drawn(told, at) {
  if (!told.okrs.length) return h("p", { class: "hint" }, t("okrs.none"));
  const months = new Map(told.periods.map((period) => [period.id, `${period.start_month} – ${period.end_month}`]));
  const newest = [...told.okrs].sort((a, b) => String(months.get(b.period)).localeCompare(String(months.get(a.period))));
  return newest.map((okr) => h("section", { class: "okr" },
    h("h2", {}, shown(months.get(okr.period) ?? t("okrs.noPeriod"))),
    okr.objectives.map((objective, index) => h("div", { class: "objective" },
      goal(objective, `O${index + 1}`, at),
      objective.key_results.map((result, number) => goal(result, `KR${number + 1}`, at))))));
}

function goal(entry, label, at) {
  const percent = entry.progress_rate?.percent;
  const isTarget = at.target === entry.id;
  const bar = h("span", { class: "bar", role: "img", "aria-label": percent === undefined ? t("okrs.noProgress") : `${percent}%` }, h("span", { class: "bar-fill" }));
  bar.firstChild.style.setProperty("width", `${Math.min(100, Math.max(0, Number(percent) || 0))}%`);
  return h("div", { class: `goal ${entry.type === 2 ? "of-objective" : "of-result"}${isTarget ? " chosen" : ""}` },
    h("div", { class: "goal-head" },
      h("span", { class: "goal-label" }, label), h("span", { class: "goal-text" }, shown(entry.content ?? "", 500)),
      bar, h("span", { class: "percent" }, percent === undefined ? "—" : `${percent}%`),
      button(t("okrs.write"), () => go({ target: entry.id, type: entry.type, record: "" }), { class: "quiet", "aria-label": `${t("okrs.write")}: ${entry.content ?? ""}` })),
    h("code", { class: "goal-id" }, entry.id),
    entry.records.length ? h("ul", { class: "records" }, entry.records.map((record) => h("li", {},
      button([moment(record.modify_time), " ", h("code", {}, record.id)], () => go({ record: record.id, target: "" }), {
        class: "link", "aria-current": at.record === record.id ? "true" : null,
      })))) : null,
    entry.record_count > entry.records.length ? h("p", { class: "hint" }, t("okrs.more", { n: entry.record_count - entry.records.length })) : null);
}

export function moment(milliseconds) {
  const date = new Date(Number(milliseconds));
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString().replace("T", " ").slice(0, 16);
}

async function showRecord(place, world, id) {
  const back = button(t("call.back"), () => go({ record: "" }), { class: "back" });
  try {
    const { record } = await ask("record", { query: { world, id } });
    fill(place, back, h("h2", {}, t("record.title"), " ", h("code", {}, shown(id))),
      h("dl", { class: "facts" },
        h("div", {}, h("dt", {}, t("record.written")), h("dd", {}, moment(record.modify_time))),
        record.progress_rate ? h("div", {}, h("dt", {}, t("record.rate")), h("dd", {}, `${record.progress_rate.percent ?? "—"}%`)) : null,
        h("div", {}, h("dt", {}, t("record.target")), h("dd", {}, h("code", {}, record.target_id)))),
      drawRecord(record.content, world),
      h("details", { class: "raw" }, h("summary", {}, t("record.asStored")), jsonView(record, [], t("record.asStored"))));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    fill(place, back, h("p", { class: "hint" }, t("record.gone")));
  }
}
