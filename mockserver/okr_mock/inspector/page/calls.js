// The view of calls: filters, the list, and the call that is open beside it.

import { button, choice, fill, h, labelled } from "./dom.js";
import { t } from "./words.js";
import { go } from "./place.js";
import { followCalls, forgetCalls, log, whenCallsChange } from "./call_log.js";
import { CallList } from "./call_list.js";
import { showCall } from "./call.js";
import { firstCall } from "./first.js";
import { ask, Problem } from "./api.js";

export function showCalls(root, place) {
  const detail = h("section", { class: "call-detail", id: "detail", tabindex: "-1", "aria-label": t("call.title") });
  const list = new CallList((call) => go({ n: call.n, of: call.world, id: call.log_id }));
  const filters = h("form", { onfocusout: () => setTimeout(redraw), class: "filters", role: "search", "aria-label": t("calls.filters"), onsubmit: (event) => event.preventDefault() });
  const empty = h("div", { class: "empty" });
  const count = h("p", { class: "count", role: "status" });
  fill(root, h("h1", { class: "unseen" }, t("calls.title")),
    h("div", { class: "calls" }, h("section", { class: "call-side", "aria-label": t("calls.list") }, filters, count, empty, list.element), detail));

  let opened = "";
  const wanted = { operation: place.operation ?? "", code: place.code ?? "", world: place.world ?? "" };

  function redraw() {
    const calls = log.calls.filter((call) => matches(call, wanted));
    list.element.hidden = calls.length === 0;
    list.show(calls, opened);
    fill(count, told(calls.length));
    if (calls.length) fill(empty);
    else fillEmpty();
    drawFilters(filters, wanted);
  }

  /** Say how to make a call where none is there; a world that nobody has called is no filter that matches nothing. */
  function fillEmpty() {
    const isFirst = !log.calls.length || (wanted.world && !log.worlds.has(wanted.world));
    const sign = `${isFirst} ${wanted.world}`;
    if (empty.childElementCount && empty.dataset.sign === sign) return;  // a text that is being marked stays
    empty.dataset.sign = sign;
    fill(empty, isFirst ? firstCall(wanted.world) : nothingMatches());
  }

  function move(next) {
    const isSame = ["world", "operation", "code"].every((name) => (next[name] ?? "") === wanted[name]);
    if (!isSame) Object.assign(wanted, { operation: next.operation ?? "", code: next.code ?? "", world: next.world ?? "" });
    const key = next.n ? `${next.of ?? next.world ?? "default"} ${next.n} ${next.id}` : "";
    if (key !== opened) {
      opened = key;
      root.classList.toggle("has-detail", key !== "");
      if (key) showCall(detail, { world: next.of, n: Number(next.n), logId: next.id });
      else fill(detail, h("p", { class: "hint" }, t("call.choose")));
    }
    redraw();
  }

  const end = whenCallsChange(redraw);
  fill(detail, h("p", { class: "hint" }, t("call.choose")));
  move(place);
  return { move, end };
}

function told(n) {
  const state = h("span", { class: `live ${log.state}` }, t(`live.${log.state}`));
  const missed = log.missed
    ? [" ", h("span", { class: "missed" }, t("calls.missed", { n: log.missed })), " ", button(t("calls.reload"), followCalls, { class: "quiet" })]
    : [];
  return [state, " ", t("calls.count", { n, of: log.calls.length }), missed, log.problem ? ` ${log.problem}` : ""];
}

function nothingMatches() {
  return [h("p", {}, t("calls.nothing")),
    button(t("calls.showAll"), () => go({ world: "", operation: "", code: "" }))];
}

function matches(call, wanted) {
  return (!wanted.world || call.world === wanted.world)
    && (!wanted.operation || (call.operation ?? "-") === wanted.operation)
    && (!wanted.code || hasCode(call, wanted.code));
}

function hasCode(call, code) {
  if (code === "refused") return call.code !== 0;
  return String(call.code) === code;
}

function drawFilters(form, wanted) {
  const operations = [...new Set(log.calls.map((call) => call.operation ?? "-"))].sort();
  const codes = [...new Set(log.calls.map((call) => String(call.code)))].sort((a, b) => a - b);
  const sign = JSON.stringify([operations, codes, [...log.worlds.keys()], wanted, t("calls.any")]);
  if (form.dataset.sign === sign || form.contains(document.activeElement)) return;  // a choice in use stays as it is
  form.dataset.sign = sign;
  const any = (values, chosen) => [["", t("calls.any")], ...new Set(chosen ? [...values, chosen] : values)].map((entry) => (Array.isArray(entry) ? entry : [entry, entry]));
  fill(form,
    labelled(t("filter.world"), choice(any([...log.worlds.keys()].sort(), wanted.world), wanted.world, (world) => go({ world }), { name: "world" })),
    labelled(t("filter.operation"), choice(any(operations, wanted.operation), wanted.operation, (operation) => go({ operation }), { name: "operation" })),
    labelled(t("filter.code"), choice([["", t("calls.any")], ["refused", t("filter.refused")],
      ...any(codes, wanted.code === "refused" ? "" : wanted.code).slice(1)], wanted.code, (code) => go({ code }), { name: "code" })),
    button(t("calls.clear"), () => clear(wanted.world), { class: "quiet" }));
}

/** Forget what is listed: the journals of the worlds that are shown. */
async function clear(world) {
  if (!confirm(t(world ? "calls.clearOne" : "calls.clearAll", { world }))) return;
  const worlds = world ? [world] : [...new Set(log.calls.map((call) => call.world))];
  for (const name of worlds) {
    try {
      await ask("requests", { method: "DELETE", query: { world: name } });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }
  forgetCalls(world);
  go({ n: "", of: "", id: "" });
}
